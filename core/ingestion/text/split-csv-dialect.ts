import type { Rejection } from '#core/record/record.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { hasMoreLines, OPEN_QUOTE, REST_IS_LOST, STRAY_QUOTE } from './split-csv.ts';
import { Carry, isSpace, type RawRecord, type Splitter, textStart } from './splitter.ts';

/** What a byte is: 0 where it is nothing else. */
const DELIMITER = 1;
const QUOTE = 2;
const LINE_END = 3;
const BACKSLASH = 4;
const COMMENT_SIGN = 5;
const KINDS = 6;

/** Where in a row the splitter is. */
const ROW_START = 0;
const FIELD_START = 1;
const UNQUOTED = 2;
const QUOTED = 3;
/** After a quote inside a quoted field: the end of the field, or the first half of a doubled quote. */
const CLOSING = 4;
/** After a backslash: whatever comes means only itself. */
const ESCAPED_QUOTED = 5;
const ESCAPED = 6;
const COMMENT = 7;

/** Beyond the states: what has to be done besides. */
const STRAY = 8;
const FINISH = 16;

/**
 * What comes after a byte of each kind, in each state.
 * @param isUnquotedEscaped whether a backslash means something outside of quotes as well
 */
function transitions(isUnquotedEscaped: boolean): Uint8Array {
  const next = new Uint8Array(8 * KINDS);
  const set = (state: number, of: readonly number[]): void => next.set(of, state * KINDS);
  const escaped = isUnquotedEscaped ? ESCAPED : UNQUOTED;
  const start = [UNQUOTED, FIELD_START, QUOTED, ROW_START | FINISH, escaped];
  //                  plain            delimiter        quote             line end            backslash         comment sign
  set(ROW_START, [...start, COMMENT]);
  set(FIELD_START, [...start, UNQUOTED]);
  set(UNQUOTED, [UNQUOTED, FIELD_START, UNQUOTED | STRAY, ROW_START | FINISH, escaped, UNQUOTED]);
  set(QUOTED, [QUOTED, QUOTED, CLOSING, QUOTED, ESCAPED_QUOTED, QUOTED]);
  const stray = UNQUOTED | STRAY;
  set(CLOSING, [stray, FIELD_START, QUOTED, ROW_START | FINISH, stray, stray]);
  set(ESCAPED_QUOTED, Array<number>(KINDS).fill(QUOTED));
  set(ESCAPED, Array<number>(KINDS).fill(UNQUOTED));
  set(COMMENT, [COMMENT, COMMENT, COMMENT, ROW_START | FINISH, COMMENT, COMMENT]);
  return next;
}
const NEXT = { quoted: transitions(false), unquoted: transitions(true) };

function kindsOf({ delimiter, quote, comment, ...dialect }: CsvDialect): Uint8Array {
  const kinds = new Uint8Array(256);
  if (dialect.escape === 'backslash') kinds[0x5c] = BACKSLASH;
  if (comment !== undefined) kinds[comment.charCodeAt(0)] = COMMENT_SIGN;
  if (quote !== '') kinds[quote.charCodeAt(0)] = QUOTE;
  kinds[0x0a] = LINE_END;
  kinds[0x0d] = LINE_END;
  kinds[delimiter.charCodeAt(0)] = DELIMITER;
  return kinds;
}

/**
 * The rows of a CSV file in any dialect but the usual one, which {@link CsvSplitter} cuts faster: cut where a line ends
 * outside quotes, and after no backslash. Comments and blank lines are no records.
 */
export class CsvDialectSplitter implements Splitter {
  readonly #carry = new Carry();
  readonly #kinds: Uint8Array;
  readonly #delimiter: number;
  readonly #isQuoteDoubled: boolean;
  readonly #quote: number;
  readonly #next: Uint8Array;
  #offset: number;
  #state = ROW_START;
  #isComment = false;
  #parseError: string | undefined;
  #lost: Rejection | undefined;

  /** @param offset where in the text the first piece begins: at the start of a row */
  constructor(offset: number, dialect: CsvDialect) {
    this.#offset = offset;
    this.#kinds = kindsOf(dialect);
    this.#delimiter = dialect.delimiter.charCodeAt(0);
    this.#quote = dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0);
    this.#isQuoteDoubled = dialect.quote !== '' && dialect.escape === 'double';
    // Where fields may be quoted, a backslash outside of quotes is one, as Spark writes it.
    this.#next = dialect.quote === '' ? NEXT.unquoted : NEXT.quoted;
  }

  get lost(): Rejection | undefined {
    return this.#lost;
  }

  push(block: Uint8Array): RawRecord[] {
    const records: RawRecord[] = [];
    const kinds = this.#kinds;
    const transition = this.#next;
    let start = textStart(block, this.#offset);
    let state = this.#state;
    for (let i = start; i < block.length; i++) {
      if (state === QUOTED && this.#isQuoteDoubled) {
        const quote = block.indexOf(this.#quote, i);
        if (quote < 0) break;
        i = quote;
      }
      const next = transition[state * KINDS + kinds[block[i]!]!]!;
      if (next < STRAY) {
        state = next;
        continue;
      }
      if (next & STRAY) this.#parseError = STRAY_QUOTE;
      if (next & FINISH) {
        this.#isComment = state === COMMENT;
        this.#finish(block.subarray(start, i), this.#offset + i + 1, records);
        start = i + 1;
      }
      state = next & 7;
    }
    this.#carry.add(block.subarray(start));
    this.#state = state;
    this.#offset += block.length;
    return records;
  }

  end(): RawRecord[] {
    const records: RawRecord[] = [];
    const isOpen = this.#state === QUOTED || this.#state === ESCAPED_QUOTED;
    if (isOpen) this.#parseError = OPEN_QUOTE;
    this.#isComment = this.#state === COMMENT;
    if (!this.#carry.isEmpty) this.#finish(new Uint8Array(0), this.#offset, records);
    if (isOpen && records.some(hasMoreLines)) this.#lost = REST_IS_LOST;
    return records;
  }

  #finish(last: Uint8Array, end: number, records: RawRecord[]): void {
    const record = this.#carry.take(last, end, this.#parseError);
    this.#parseError = undefined;
    if (!this.#isComment && !this.#isBlank(record)) records.push(record);
  }

  /** Where tabs are between cells, they are no white space. */
  #isBlank({ bytes, length }: RawRecord): boolean {
    if (bytes.length !== length) return false;
    for (const byte of bytes) if (!isSpace(byte) || byte === this.#delimiter) return false;
    return true;
  }
}
