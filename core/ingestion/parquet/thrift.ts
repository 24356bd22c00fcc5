import { expectThat } from './parse-error.ts';

/**
 * Headers of Parquet are Thrift structs. The decoder trusts the lengths in them; a number of a million digits, or a
 * struct in a struct in a struct …, would keep it busy for very long. This walks over one and keeps nothing.
 */

const STOP = 0;
const LIST = 9;
const STRUCT = 12;
const BINARY = 8;
/** Bytes of the types that are as long as they are; of a boolean the value lies in its type. */
const FIXED: Readonly<Record<number, number>> = { 1: 0, 2: 0, 3: 1, 7: 8 };
const INTEGERS = new Set([4, 5, 6]);
const MAX_INTEGER_LENGTH = 10;
const DEEPEST = 32;
/** An empty struct is one byte long, and an object of hundreds once it is read. */
const BYTES_OF_STRUCT = 4;
const FEW_STRUCTS = 1_000;

/**
 * @returns the offset after the struct that begins at `at`
 * @throws ParquetFlaw when there is none
 */
export function skipStruct(bytes: Uint8Array, at: number, depth = 0, seen = { structs: 0 }): number {
  expectThat(depth < DEEPEST, 'a header is nested too deeply');
  seen.structs++;
  expectThat(
    seen.structs <= FEW_STRUCTS + bytes.length / BYTES_OF_STRUCT,
    'a header has more parts than its size can tell apart',
  );
  let offset = at;
  while (true) {
    const field = byteAt(bytes, offset++);
    const type = field & 0x0f;
    if (type === STOP) return offset;
    if (field >> 4 === 0) offset = skipInteger(bytes, offset);
    offset = skipValue(bytes, offset, type, depth, seen);
  }
}

function skipValue(bytes: Uint8Array, at: number, type: number, depth: number, seen: { structs: number }): number {
  const fixed = FIXED[type];
  if (fixed !== undefined) return at + fixed;
  if (INTEGERS.has(type)) return skipInteger(bytes, at);
  if (type === STRUCT) return skipStruct(bytes, at, depth + 1, seen);
  if (type === BINARY) {
    const after = skipInteger(bytes, at) + integerAt(bytes, at);
    expectThat(after <= bytes.length, 'a header is cut off');
    return after;
  }
  expectThat(type === LIST, 'a header holds something unknown');
  return skipList(bytes, at, depth, seen);
}

function skipList(bytes: Uint8Array, at: number, depth: number, seen: { structs: number }): number {
  const head = byteAt(bytes, at);
  const isLong = head >> 4 === 15;
  const size = isLong ? integerAt(bytes, at + 1) : head >> 4;
  const type = head & 0x0f;
  let offset = isLong ? skipInteger(bytes, at + 1) : at + 1;
  // In a list, a boolean is a byte.
  const isBoolean = type === 1 || type === 2;
  for (let i = 0; i < size; i++) {
    expectThat(offset < bytes.length, 'a header is cut off');
    offset = isBoolean ? offset + 1 : skipValue(bytes, offset, type, depth + 1, seen);
  }
  return offset;
}

export function skipInteger(bytes: Uint8Array, at: number): number {
  let offset = at;
  while (byteAt(bytes, offset++) & 0x80)
    expectThat(offset - at < MAX_INTEGER_LENGTH, 'a number in a header is too long');
  return offset;
}

/** An unsigned number; exact below 2^53, and above it larger than anything it may be. */
export function integerAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  const end = skipInteger(bytes, at);
  for (let i = at; i < end; i++) {
    value += (bytes[i]! & 0x7f) * scale;
    scale *= 128;
  }
  return value;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  expectThat(byte !== undefined, 'a header is cut off');
  return byte;
}
