import { expectThat } from './parse-error.ts';
import { bitsAt } from './runs.ts';
import { integerAt, skipInteger } from './thrift.ts';

const LARGEST_BLOCK = 1_048_576;
const MAX_MINIBLOCKS = 4_096;
/** Differences of more bits are worked out with large numbers. */
const MAX_EXACT_BITS = 48;

/** Whole numbers that are written as differences, as many at a time as they are asked for. */
export class Deltas {
  readonly #bytes: Uint8Array;
  readonly #is32: boolean;
  readonly #miniblocks: number;
  readonly #miniblockSize: number;
  #at: number;
  #isFirst = true;
  #value: number | bigint;
  #least: number | bigint = 0;
  /** Where the widths of the block are. */
  #widths = 0;
  #miniblock: number;
  #left = 0;
  #width = 0;
  #bit = 0;

  /** @throws ParquetFlaw */
  constructor(bytes: Uint8Array, start: number, is32: boolean) {
    this.#bytes = bytes;
    this.#is32 = is32;
    const head = headOf(bytes, start);
    this.#miniblocks = head.miniblocks;
    this.#miniblockSize = head.size;
    this.#miniblock = head.miniblocks;
    this.#value = exact(zigzagAt(bytes, head.at));
    this.#at = skipInteger(bytes, head.at);
  }

  /** The numbers, as bigint where they would not be exact otherwise. @throws ParquetFlaw when there are not as many */
  read(into: (number | bigint)[] | Int32Array, count: number): void {
    for (let i = 0; i < count; i++) into[i] = this.#next() as number;
  }

  #next(): number | bigint {
    if (this.#isFirst) {
      this.#isFirst = false;
      return this.#value;
    }
    if (this.#left === 0) this.#openMiniblock();
    this.#left--;
    const bit = this.#bit;
    this.#bit += this.#width;
    if (this.#width <= MAX_EXACT_BITS && typeof this.#value === 'number' && typeof this.#least === 'number') {
      const sum = this.#value + this.#least + (this.#width === 0 ? 0 : bitsAt(this.#bytes, bit, this.#width));
      if (this.#is32) this.#value = sum | 0;
      else if (Number.isSafeInteger(sum)) this.#value = sum;
      else this.#value = this.#largeSum(bit);
    } else this.#value = this.#largeSum(bit);
    return this.#value;
  }

  #largeSum(bit: number): number | bigint {
    const sum = BigInt(this.#value) + BigInt(this.#least) + largeBitsAt(this.#bytes, bit, this.#width);
    return exact(BigInt.asIntN(this.#is32 ? 32 : 64, sum));
  }

  #openMiniblock(): void {
    const bytes = this.#bytes;
    if (this.#miniblock === this.#miniblocks) {
      this.#least = exact(zigzagAt(bytes, this.#at));
      this.#widths = skipInteger(bytes, this.#at);
      this.#at = this.#widths + this.#miniblocks;
      expectThat(this.#at <= bytes.length, 'a block of differences is cut off');
      this.#miniblock = 0;
    }
    this.#width = bytes[this.#widths + this.#miniblock++]!;
    this.#left = this.#miniblockSize;
    this.#bit = this.#at * 8;
    this.#at += (this.#miniblockSize * this.#width) / 8;
    expectThat(this.#width <= 64 && this.#at <= bytes.length, 'a block of differences is cut off');
  }
}

/** The offset after numbers that are written as differences. @throws ParquetFlaw @param start where they begin */
export function skipDeltas(bytes: Uint8Array, start: number): number {
  const { at: first, miniblocks, size, count } = headOf(bytes, start);
  let at = skipInteger(bytes, first);
  for (let seen = 1; seen < count; ) {
    const widths = skipInteger(bytes, at);
    at = widths + miniblocks;
    expectThat(at <= bytes.length, 'a block of differences is cut off');
    // The bodies of miniblocks without values are left out.
    for (let i = 0; i < miniblocks && seen < count; i++, seen += size) at += (size * bytes[widths + i]!) / 8;
  }
  expectThat(at <= bytes.length, 'a block of differences is cut off');
  return at;
}

function headOf(bytes: Uint8Array, start: number): { miniblocks: number; size: number; count: number; at: number } {
  const block = integerAt(bytes, start);
  let at = skipInteger(bytes, start);
  const miniblocks = integerAt(bytes, at);
  at = skipInteger(bytes, at);
  const size = block / miniblocks;
  expectThat(
    block <= LARGEST_BLOCK && miniblocks >= 1 && miniblocks <= MAX_MINIBLOCKS && size >= 8 && size % 8 === 0,
    'a block of differences has no valid size',
  );
  return { miniblocks, size, count: integerAt(bytes, at), at: skipInteger(bytes, at) };
}

/** As a number where that is exact. */
export const exact = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

function zigzagAt(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  const end = skipInteger(bytes, at);
  for (let i = end - 1; i >= at; i--) value = (value << 7n) | BigInt(bytes[i]! & 0x7f);
  const bits = BigInt.asUintN(64, value);
  return (bits >> 1n) ^ -(bits & 1n);
}

function largeBitsAt(bytes: Uint8Array, bit: number, width: number): bigint {
  const low = Math.min(width, 32);
  const high = width - low;
  return BigInt(bitsAt(bytes, bit, low)) + (BigInt(high === 0 ? 0 : bitsAt(bytes, bit + low, high)) << BigInt(low));
}
