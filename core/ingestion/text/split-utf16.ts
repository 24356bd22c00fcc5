import { toUtf8 } from './csv-encoding.ts';
import type { RawRecord, Splitter } from './splitter.ts';

/**
 * Cuts a text in UTF-16 as its text in UTF-8 is cut: records come as UTF-8, and their ends are those in the file.
 */
export class Utf16Splitter implements Splitter {
  readonly #inner: Splitter;
  readonly #encoding: 'utf-16le' | 'utf-16be';
  /** Bytes of a character that goes on in the next piece. */
  #rest: Uint8Array = new Uint8Array(0);
  /** Offsets of what comes next: in the file, and in its text as the inner splitter counts it. */
  #offset: number;
  #innerOffset: number;

  /** @param offset where in the file the first piece begins, as the inner splitter was told */
  constructor(inner: Splitter, encoding: 'utf-16le' | 'utf-16be', offset: number) {
    this.#inner = inner;
    this.#encoding = encoding;
    this.#offset = offset;
    this.#innerOffset = offset;
  }

  get lost(): Splitter['lost'] {
    return this.#inner.lost;
  }

  push(block: Uint8Array): RawRecord[] {
    const bytes = this.#rest.length === 0 ? block : Buffer.concat([this.#rest, block]);
    const end = this.#endOfCharacters(bytes);
    this.#rest = bytes.slice(end);
    return this.#pushText(toUtf8(bytes.subarray(0, end), this.#encoding));
  }

  end(): RawRecord[] {
    const size = this.#offset + this.#rest.length;
    // Half a character, and then half of that: what is left of it is no character.
    const records = this.#pushText(this.#rest.length > 0 ? LAST : NOTHING);
    return [...records, ...this.#inner.end().map((record) => ({ ...record, end: size }))];
  }

  #pushText(text: Uint8Array): RawRecord[] {
    const start = this.#innerOffset;
    let counted = 0;
    const units = (end: number): number => {
      let bytes = 0;
      // Of a character the first byte says how many units it has: two where it is one of four.
      for (; counted < end; counted++) bytes += (text[counted]! & 0xc0) === 0x80 ? 0 : text[counted]! >= 0xf0 ? 4 : 2;
      this.#offset += bytes;
      return this.#offset;
    };
    const records = this.#inner.push(text).map((record) => ({ ...record, end: units(record.end - start) }));
    units(text.length);
    this.#innerOffset += text.length;
    return records;
  }

  /** Where whole characters end: both bytes of a unit, and both halves of a character beyond 65,535. */
  #endOfCharacters(bytes: Uint8Array): number {
    const end = bytes.length & ~1;
    if (end === 0) return 0;
    const high = bytes[this.#encoding === 'utf-16le' ? end - 1 : end - 2]!;
    return high >= 0xd8 && high < 0xdc ? end - 2 : end;
  }
}

const NOTHING = new Uint8Array(0);
/** A byte that no text in UTF-8 has. */
const LAST = Uint8Array.of(0xff);
