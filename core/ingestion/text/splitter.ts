import { MAX_RECORD_BYTES, type Rejection } from '#core/record/record.ts';

/** A record of a text file, as bytes. */
export interface RawRecord {
  /** Without its line end; of a record larger than `MAX_RECORD_BYTES` only the first {@link KEPT_BYTES}. */
  readonly bytes: Uint8Array;
  /** How long the record is. */
  readonly length: number;
  /** Offset of what comes after the record and its end. */
  readonly end: number;
  /** What is wrong with the record, if that can be told without parsing it. */
  readonly parseError?: string;
}

/** Cuts the bytes of a text into records. Planning and decoding cut with the same splitter, so they agree. */
export interface Splitter {
  /** @returns the records that end in this piece */
  push(block: Uint8Array): RawRecord[];
  /** @returns what was left, once there are no more pieces */
  end(): RawRecord[];
  /** Why nothing can be read from here on; set once the records before it were returned. */
  readonly lost?: Rejection | undefined;
}

/** Bytes of a too large record that are kept, to show where it is. */
export const KEPT_BYTES = 4_096;

const BOM = [0xef, 0xbb, 0xbf];

/** Bytes at the start of a text that only say that it is UTF-8. */
export const bomLength = (head: Uint8Array): number => (BOM.every((byte, i) => head[i] === byte) ? BOM.length : 0);

/** Where a text begins in a piece of it that begins at `offset`. */
export const textStart = (block: Uint8Array, offset: number): number => (offset === 0 ? bomLength(block) : 0);

/** Whether a byte is what JSON takes for white space. */
export const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Nothing but white space. */
export function isBlank({ bytes, length }: RawRecord): boolean {
  for (let i = 0; i < bytes.length; i++) if (!isSpace(bytes[i]!)) return false;
  return bytes.length === length;
}

/** The beginning of a record that goes on in the next piece; holds at most `MAX_RECORD_BYTES`. */
export class Carry {
  #buffer = new Uint8Array(0);
  #held = 0;
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > MAX_RECORD_BYTES) {
      if (this.#held < KEPT_BYTES) this.#append(part.subarray(0, KEPT_BYTES - this.#held));
      this.#buffer = this.#buffer.slice(0, KEPT_BYTES);
      this.#held = KEPT_BYTES;
    } else this.#append(part);
  }

  /** The whole record, given its last part. */
  take(last: Uint8Array, end: number, parseError?: string): RawRecord {
    let bytes = last;
    let { length } = last;
    if (!this.isEmpty) {
      this.add(last);
      bytes = this.#buffer.subarray(0, this.#held);
      length = this.#length;
      this.#buffer = new Uint8Array(0);
      this.#held = 0;
      this.#length = 0;
    }
    if (length > MAX_RECORD_BYTES) bytes = bytes.slice(0, KEPT_BYTES);
    return parseError === undefined ? { bytes, length, end } : { bytes, length, end, parseError };
  }

  #append(part: Uint8Array): void {
    const needed = this.#held + part.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#held));
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.#held);
    this.#held = needed;
  }
}
