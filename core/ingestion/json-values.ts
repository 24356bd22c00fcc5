import { FileRefusedError, MAX_RECORD_BYTES } from './record.ts';

/** A value of a JSON file, as bytes. */
export interface JsonValue {
  readonly bytes: Uint8Array;
  readonly isTooLong: boolean;
}

const KEPT = 4_096;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * The values of a JSON file one by one: the elements of an array, or the values that follow each other. Only brackets
 * and strings are looked at, so an element that is malformed inside does not hide the next one.
 * @throws FileRefusedError when the end comes inside a value or an array
 */
export async function* jsonValues(stream: AsyncIterable<Uint8Array>): AsyncIterable<JsonValue> {
  const scanner = new ValueScanner();
  for await (const piece of stream) yield* scanner.push(piece);
  yield* scanner.finish();
}

class ValueScanner {
  #inArray: boolean | undefined;
  #isClosed = false;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inValue = false;
  #parts: Uint8Array[] = [];
  #length = 0;

  *push(piece: Uint8Array): Iterable<JsonValue> {
    let from = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      if (!this.#inValue) {
        // A byte order mark, blanks and commas lie between values.
        if (isSpace(byte) || byte === 0x2c || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
        if (this.#inArray === undefined) {
          this.#inArray = byte === 0x5b;
          if (this.#inArray) continue;
        }
        if (this.#inArray && byte === 0x5d) {
          this.#isClosed = true;
          continue;
        }
        if (this.#isClosed) throw malformed('something follows the array');
        this.#inValue = true;
        from = i;
      }
      const ends = this.#step(byte);
      if (ends === 'no') continue;
      const end = ends === 'after' ? i + 1 : i;
      this.#take(piece.subarray(from, end));
      yield this.#value();
      if (ends === 'before') i--;
    }
    if (this.#inValue) this.#take(piece.subarray(from));
  }

  *finish(): Iterable<JsonValue> {
    const isInside = this.#inValue && (this.#depth > 0 || this.#inString);
    if (isInside || (this.#inArray && !this.#isClosed)) throw malformed('it ends too early');
    if (this.#inValue) yield this.#value();
  }

  /** Whether the value ends before this byte, after it, or not yet. */
  #step(byte: number): 'no' | 'before' | 'after' {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === 0x5c) this.#escaped = true;
      else if (byte === 0x22) {
        this.#inString = false;
        if (this.#depth === 0) return 'after';
      }
      return 'no';
    }
    if (byte === 0x22) this.#inString = true;
    else if (byte === 0x7b || byte === 0x5b) this.#depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (this.#depth === 0) return 'before';
      this.#depth--;
      if (this.#depth === 0) return 'after';
    } else if (this.#depth === 0 && (byte === 0x2c || isSpace(byte))) return 'before';
    return 'no';
  }

  #take(bytes: Uint8Array): void {
    if (this.#length <= MAX_RECORD_BYTES) this.#parts.push(bytes.slice());
    this.#length += bytes.length;
  }

  #value(): JsonValue {
    const isTooLong = this.#length > MAX_RECORD_BYTES;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#inValue = false;
    return { bytes: isTooLong ? whole.subarray(0, KEPT) : whole, isTooLong };
  }
}

const malformed = (what: string): FileRefusedError =>
  new FileRefusedError({
    code: 'malformed',
    message: `The file is not JSON: ${what}. What could be read was read; mend the file and upload it again`,
    expected: 'a JSON array, one object, or one object a line',
  });
