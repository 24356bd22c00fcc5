import { MAX_RECORD_BYTES } from './record.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** A line of a file, or what a CSV file calls one, without its end. */
export interface Row {
  readonly bytes: Uint8Array;
  /** Offset of the first byte, and of the byte after the row's end. */
  readonly start: number;
  readonly end: number;
  /** Longer than a record may be; `bytes` has only its beginning. */
  readonly isTooLong: boolean;
}

/** Bytes of an over-long row that are kept. */
const KEPT = 4_096;

/**
 * Cuts bytes into rows. Blank ones are left out. Where quotes count, a newline inside a quoted field does not end a row;
 * a quote that is never closed ends with the first newline after the longest record, so that the rest can be read.
 * @param offset where the bytes begin in the file
 */
export async function* splitRows(
  stream: AsyncIterable<Uint8Array>,
  options: { readonly quotes: boolean; readonly offset?: number },
): AsyncIterable<Row> {
  const cutter = new RowCutter(options.quotes, options.offset ?? 0);
  for await (const piece of stream) yield* cutter.push(piece);
  yield* cutter.finish();
}

class RowCutter {
  readonly #quotes: boolean;
  #parts: Uint8Array[] = [];
  #length = 0;
  #start: number;
  #inQuotes = false;
  #atFieldStart = true;
  #afterQuote = false;

  constructor(quotes: boolean, offset: number) {
    this.#quotes = quotes;
    this.#start = offset;
  }

  *push(piece: Uint8Array): Iterable<Row> {
    let from = 0;
    for (;;) {
      const at = this.#quotes ? this.#findEndOutsideQuotes(piece, from) : piece.indexOf(NEWLINE, from);
      if (at < 0) break;
      this.#take(piece.subarray(from, at));
      const row = this.#row(1);
      if (row) yield row;
      from = at + 1;
    }
    this.#take(piece.subarray(from));
  }

  *finish(): Iterable<Row> {
    const row = this.#row(0);
    if (row) yield row;
  }

  #findEndOutsideQuotes(piece: Uint8Array, from: number): number {
    for (let i = from; i < piece.length; i++) {
      const byte = piece[i]!;
      if (byte === QUOTE) {
        // A doubled quote closes and opens again, which comes to the same.
        if (this.#inQuotes) this.#inQuotes = false;
        else if (this.#atFieldStart || this.#afterQuote) this.#inQuotes = true;
        this.#afterQuote = !this.#inQuotes;
        this.#atFieldStart = false;
        continue;
      }
      this.#afterQuote = false;
      if (byte === NEWLINE && (!this.#inQuotes || this.#length + i - from > MAX_RECORD_BYTES)) {
        this.#inQuotes = false;
        this.#atFieldStart = true;
        return i;
      }
      this.#atFieldStart = !this.#inQuotes && byte === COMMA;
    }
    return -1;
  }

  #take(bytes: Uint8Array): void {
    if (this.#length <= MAX_RECORD_BYTES && bytes.length > 0) this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #row(endLength: number): Row | undefined {
    const isTooLong = this.#length > MAX_RECORD_BYTES + 1;
    const whole = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const start = this.#start;
    const end = start + this.#length + endLength;
    this.#parts = [];
    this.#length = 0;
    this.#start = end;
    const text = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    const bytes = isTooLong ? text.subarray(0, KEPT) : text;
    return isBlank(bytes) && !isTooLong ? undefined : { bytes, start, end, isTooLong };
  }
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== RETURN) return false;
  return true;
}
