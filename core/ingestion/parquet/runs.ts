import { expectThat, MISSING } from './parse-error.ts';
import { integerAt, skipInteger } from './thrift.ts';

/** Where numbers are put; levels fit into bytes. */
type Numbers = Uint8Array | Int32Array;

/**
 * Numbers in the hybrid of run-length encoding and bit-packing, as many at a time as they are asked for: a run of two
 * billion takes five bytes to write, and none of them is there before it is read.
 */
export class Runs {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #width: number;
  #at: number;
  /** Numbers left in the run. */
  #left = 0;
  #isPacked = false;
  #value = 0;
  /** Of the next packed number. */
  #bit = 0;

  /** @param width bits of a number; where it is 0, all are 0 and take no bytes */
  constructor(bytes: Uint8Array, start: number, end: number, width: number) {
    expectThat(width <= 32 && end <= bytes.length, 'a run of numbers is cut off');
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#width = width;
  }

  /** @throws ParquetFlaw when there are not as many */
  read(into: Numbers, from: number, count: number): void {
    if (this.#width === 0) {
      into.fill(0, from, from + count);
      return;
    }
    for (let done = 0; done < count; ) {
      if (this.#left === 0) this.#open();
      const some = Math.min(this.#left, count - done);
      if (this.#isPacked) this.#unpack(into, from + done, some);
      else into.fill(this.#value, from + done, from + done + some);
      this.#left -= some;
      done += some;
    }
  }

  #open(): void {
    expectThat(this.#at < this.#end, MISSING);
    const head = integerAt(this.#bytes, this.#at);
    this.#at = skipInteger(this.#bytes, this.#at);
    this.#isPacked = head % 2 === 1;
    this.#left = Math.floor(head / 2) * (this.#isPacked ? 8 : 1);
    if (this.#isPacked) {
      this.#bit = this.#at * 8;
      // Writers may leave out the bytes that only fill up the last run.
      this.#at = Math.min(this.#end, this.#at + (this.#left / 8) * this.#width);
      return;
    }
    const length = (this.#width + 7) >> 3;
    expectThat(this.#at + length <= this.#end, 'a run of numbers is cut off');
    this.#value = 0;
    for (let i = 0; i < length; i++) this.#value |= this.#bytes[this.#at + i]! << (8 * i);
    this.#at += length;
  }

  #unpack(into: Numbers, from: number, count: number): void {
    const bytes = this.#bytes;
    const width = this.#width;
    let bit = this.#bit;
    expectThat(bit + width * count <= this.#at * 8, 'a run of numbers is cut off');
    if (width === 1) {
      for (let i = from; i < from + count; i++, bit++) into[i] = (bytes[bit >> 3]! >> (bit & 7)) & 1;
    } else if (width <= 8) {
      const mask = (1 << width) - 1;
      for (let i = from; i < from + count; i++, bit += width) {
        const at = bit >> 3;
        into[i] = ((bytes[at]! | (bytes[at + 1]! << 8)) >> (bit & 7)) & mask;
      }
    } else {
      for (let i = from; i < from + count; i++, bit += width) into[i] = bitsAt(bytes, bit, width);
    }
    this.#bit = bit;
  }
}

/** A number of up to 48 bits that begins at a bit, the least ones first; what lies behind the bytes is 0. */
export function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  let at = Math.floor(bit / 8);
  const offset = bit % 8;
  let value = (bytes[at] ?? 0) >> offset;
  let scale = 2 ** (8 - offset);
  for (let have = 8 - offset; have < width; have += 8) {
    value += (bytes[++at] ?? 0) * scale;
    scale *= 256;
  }
  return value % 2 ** width;
}
