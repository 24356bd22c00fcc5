import { MAX_RECORD_BYTES, type Rejection } from '#core/record/record.ts';
import { Carry, isBlank, isSpace, type RawRecord, type Splitter, textStart } from './splitter.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
/** After a quote inside a quoted field: the end of the field, or the first half of a doubled quote. */
const CLOSING = 3;

/** What is wrong with a row that has a quote where none can be. */
export const STRAY_QUOTE =
  'There is a quote in the middle of a field; put the whole field in quotes and double the quotes inside it';
/** What is wrong with a row that ends with the file, and in quotes. */
export const OPEN_QUOTE =
  'A quote is opened and never closed, so everything up to the end of the file belongs to this row';

/** Nobody knows how many rows are in there; to count them as one would hide that they are missing. */
export const REST_IS_LOST: Rejection = {
  code: 'malformed',
  message:
    'A quote is opened and never closed, so that no row after it can be read; close it, or double it, and upload the file again',
  expected: 'a second quote at the end of the field',
  found: 'the end of the file',
};

const isLineEnd = (byte: number): boolean => byte === NEWLINE || byte === RETURN;

/** Whether other lines are in a row that ends with the file. */
export function hasMoreLines({ bytes, length }: RawRecord): boolean {
  const end = bytes.findIndex(isLineEnd);
  return length > MAX_RECORD_BYTES || (end >= 0 && bytes.subarray(end).some((byte) => !isSpace(byte)));
}

/** The last of the bytes from `at` on that are, as nearly all are, neither quote, comma nor line end. */
function endOfPlain(block: Uint8Array, at: number): number {
  let end = at;
  while (end + 1 < block.length && block[end + 1]! > COMMA) end++;
  return end;
}

/**
 * The rows of a CSV file (RFC 4180), cut where a line ends outside quotes. Lines end with `\n`, `\r\n` or `\r`; blank
 * ones are no records. A row whose quotes are wrong has a `flaw`; one that is never closed and has swallowed others loses
 * the rest of the file.
 */
export class CsvSplitter implements Splitter {
  readonly #carry = new Carry();
  #offset: number;
  #state = FIELD_START;
  #parseError: string | undefined;
  #lost: Rejection | undefined;

  /** @param offset where in the text the first piece begins: at the start of a row */
  constructor(offset: number) {
    this.#offset = offset;
  }

  get lost(): Rejection | undefined {
    return this.#lost;
  }

  push(block: Uint8Array): RawRecord[] {
    const records: RawRecord[] = [];
    let start = textStart(block, this.#offset);
    let state = this.#state;
    for (let i = start; i < block.length; i++) {
      if (state === QUOTED) {
        const quote = block.indexOf(QUOTE, i);
        if (quote < 0) break;
        i = quote;
        state = CLOSING;
        continue;
      }
      const byte = block[i]!;
      if (byte > COMMA) {
        if (state === CLOSING) this.#parseError = STRAY_QUOTE;
        state = UNQUOTED;
        i = endOfPlain(block, i);
      } else if (isLineEnd(byte)) {
        this.#finish(block.subarray(start, i), this.#offset + i + 1, records);
        start = i + 1;
        state = FIELD_START;
      } else state = this.#step(byte, state);
    }
    this.#carry.add(block.subarray(start));
    this.#state = state;
    this.#offset += block.length;
    return records;
  }

  /** What comes after a byte that is not plain. */
  #step(byte: number, state: number): number {
    if (byte === COMMA) return FIELD_START;
    if (byte === QUOTE && state !== UNQUOTED) return QUOTED;
    if (byte === QUOTE || state === CLOSING) this.#parseError = STRAY_QUOTE;
    return UNQUOTED;
  }

  end(): RawRecord[] {
    const records: RawRecord[] = [];
    const isOpen = this.#state === QUOTED;
    if (isOpen) this.#parseError = OPEN_QUOTE;
    if (!this.#carry.isEmpty) this.#finish(new Uint8Array(0), this.#offset, records);
    if (isOpen && records.some(hasMoreLines)) this.#lost = REST_IS_LOST;
    return records;
  }

  #finish(last: Uint8Array, end: number, records: RawRecord[]): void {
    const record = this.#carry.take(last, end, this.#parseError);
    this.#parseError = undefined;
    if (!isBlank(record)) records.push(record);
  }
}
