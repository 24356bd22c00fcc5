import { expectThat } from './parse-error.ts';

/**
 * Headers of Parquet are Thrift structs, in the compact protocol. A number of a million digits, or a struct in a struct in
 * a struct …, would keep whoever trusts them busy for very long: here they are at most as large as they may be.
 */

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
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

/** What a struct says, by the numbers of its fields: its numbers, booleans and structs; others are passed over. */
export interface Struct {
  [field: number]: number | boolean | Struct;
}

/**
 * @returns the offset after the struct that begins at `at`
 * @throws ParquetFlaw when there is none
 */
export const skipStruct = (bytes: Uint8Array, at: number): number => walk(bytes, at, 0, { structs: 0 });

/**
 * Reads the struct that begins at `at`.
 * @returns also the offset after it
 * @throws ParquetFlaw when there is none
 */
export function readStruct(bytes: Uint8Array, at: number): { readonly struct: Struct; readonly end: number } {
  const struct: Struct = {};
  return { struct, end: walk(bytes, at, 0, { structs: 0 }, struct) };
}

interface Seen {
  structs: number;
}

/** @param into what the struct says is put there, if anybody asks for it */
function walk(bytes: Uint8Array, at: number, depth: number, seen: Seen, into?: Struct): number {
  expectThat(depth < DEEPEST, 'a header is nested too deeply');
  seen.structs++;
  expectThat(
    seen.structs <= FEW_STRUCTS + bytes.length / BYTES_OF_STRUCT,
    'a header has more parts than its size can hold',
  );
  let offset = at;
  let field = 0;
  while (true) {
    const head = byteAt(bytes, offset++);
    const type = head & 0x0f;
    if (type === STOP) return offset;
    const distance = head >> 4;
    field = distance === 0 ? signedAt(bytes, offset) : field + distance;
    if (distance === 0) offset = skipInteger(bytes, offset);
    offset = into
      ? readValue(bytes, offset, type, depth, seen, into, field)
      : skipValue(bytes, offset, type, depth, seen);
  }
}

function readValue(
  bytes: Uint8Array,
  at: number,
  type: number,
  depth: number,
  seen: Seen,
  into: Struct,
  field: number,
): number {
  if (type === STRUCT) {
    const inside: Struct = {};
    into[field] = inside;
    return walk(bytes, at, depth + 1, seen, inside);
  }
  if (INTEGERS.has(type)) into[field] = signedAt(bytes, at);
  else if (type <= FALSE) into[field] = type === TRUE;
  return skipValue(bytes, at, type, depth, seen);
}

function skipValue(bytes: Uint8Array, at: number, type: number, depth: number, seen: Seen): number {
  const fixed = FIXED[type];
  if (fixed !== undefined) return at + fixed;
  if (INTEGERS.has(type)) return skipInteger(bytes, at);
  if (type === STRUCT) return walk(bytes, at, depth + 1, seen);
  if (type === BINARY) {
    const after = skipInteger(bytes, at) + integerAt(bytes, at);
    expectThat(after <= bytes.length, 'a header is cut off');
    return after;
  }
  expectThat(type === LIST, 'a header holds something unknown');
  return skipList(bytes, at, depth, seen);
}

function skipList(bytes: Uint8Array, at: number, depth: number, seen: Seen): number {
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

/** @returns the offset after the number that begins at `at` @throws ParquetFlaw when it does not end */
export function skipInteger(bytes: Uint8Array, at: number): number {
  let offset = at;
  while (byteAt(bytes, offset++) & 0x80)
    expectThat(offset - at < MAX_INTEGER_LENGTH, 'a number in a header is too long');
  return offset;
}

/**
 * An unsigned number; exact below 2^53, and above it larger than anything it may be.
 * @throws ParquetFlaw when it does not end
 */
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

/** A number with a sign: the even ones are those from 0 up, the odd ones those below. */
function signedAt(bytes: Uint8Array, at: number): number {
  const value = integerAt(bytes, at);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  expectThat(byte !== undefined, 'a header is cut off');
  return byte;
}
