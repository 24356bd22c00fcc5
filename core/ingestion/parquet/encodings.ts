import { isAscii } from 'node:buffer';
import type { Budget } from './budget.ts';
import { exact } from './delta.ts';
import { DeltaTexts, Integers } from './delta-values.ts';
import { expectThat, MISSING, ParquetParseError } from './parse-error.ts';
import { Runs } from './runs.ts';
import type { Leaf } from './schema.ts';
import { instantOf96, tooLong, type Values } from './values.ts';

const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };

/**
 * @param bytes of a page, without its levels
 * @throws ParquetFlaw
 */
export function valuesOf(
  encoding: string,
  leaf: Leaf,
  bytes: Buffer,
  dictionary: readonly unknown[] | undefined,
  budget: Budget,
): Values {
  if (encoding === 'PLAIN') return plainValues(leaf, bytes);
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') return new Indexes(bytes, dictionary);
  const values = ofType(encoding, leaf, bytes, budget);
  if (!values) throw new ParquetParseError(`values of ${leaf.type} are written in a way it can't be (${encoding})`);
  return values;
}

/** Encodings that are for values of some types only. */
function ofType(encoding: string, leaf: Leaf, bytes: Buffer, budget: Budget): Values | undefined {
  switch (leaf.type) {
    case 'BOOLEAN':
      return encoding === 'RLE' ? new Booleans(runsOfBooleans(bytes)) : undefined;
    case 'BYTE_ARRAY':
      return ofTexts(encoding, leaf, bytes, budget);
    case 'INT32':
    case 'INT64':
      if (encoding === 'DELTA_BINARY_PACKED') return new Integers(bytes, leaf);
      return encoding === SPLIT ? plainValues(leaf, joined(bytes, widthOf(leaf))) : undefined;
    default:
      if (encoding === SPLIT) return plainValues(leaf, joined(bytes, widthOf(leaf)));
      return leaf.type === 'FIXED_LEN_BYTE_ARRAY' ? ofTexts(encoding, leaf, bytes, budget) : undefined;
  }
}

const SPLIT = 'BYTE_STREAM_SPLIT';

function ofTexts(encoding: string, leaf: Leaf, bytes: Buffer, budget: Budget): Values | undefined {
  const hasPrefixes = encoding === 'DELTA_BYTE_ARRAY';
  return hasPrefixes || encoding === 'DELTA_LENGTH_BYTE_ARRAY'
    ? new DeltaTexts(bytes, leaf, hasPrefixes, budget)
    : undefined;
}

/** All values of a dictionary, converted once. @throws ParquetFlaw @param count how many there are */
export function dictionaryOf(leaf: Leaf, bytes: Buffer, count: number): readonly unknown[] {
  const values: unknown[] = [];
  expectThat(count <= bytes.length, 'a dictionary has no valid size');
  plainValues(leaf, bytes).read(values, count);
  return values;
}

function plainValues(leaf: Leaf, bytes: Buffer): Values {
  if (leaf.type === 'BYTE_ARRAY') return new PlainTexts(bytes, leaf);
  if (leaf.type === 'BOOLEAN') return new Booleans(packedBooleans(bytes));
  return new Fixed(bytes, widthOf(leaf), leaf);
}

const widthOf = ({ type, length }: Leaf): number => {
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? length : WIDTHS[type];
  expectThat(width !== undefined && width > 0, `values of ${type} have no length`);
  return width;
};

class Fixed implements Values {
  readonly #bytes: Buffer;
  readonly #width: number;
  readonly #take: (at: number) => unknown;
  #at = 0;

  constructor(bytes: Buffer, width: number, { type, convert }: Leaf) {
    this.#bytes = bytes;
    this.#width = width;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const takes: Readonly<Record<string, (at: number) => unknown>> = {
      INT32: (at) => convert.integer(view.getInt32(at, true)),
      INT64: (at) => convert.integer(longAt(view, at)),
      FLOAT: (at) => convert.real(view.getFloat32(at, true)),
      DOUBLE: (at) => convert.real(view.getFloat64(at, true)),
      INT96: (at) => instantOf96(bytes, at),
    };
    this.#take = takes[type] ?? ((at) => convert.bytes(bytes, at, at + width));
  }

  read(into: unknown[], count: number): void {
    const end = this.#at + count * this.#width;
    expectThat(end <= this.#bytes.length, MISSING);
    for (let at = this.#at; at < end; at += this.#width) into.push(this.#take(at));
    this.#at = end;
  }
}

/** High words within which a number of 64 bits is exact. */
const EXACT = 2 ** 21;

function longAt(view: DataView, at: number): number | bigint {
  const high = view.getInt32(at + 4, true);
  return high > -EXACT && high < EXACT ? high * 2 ** 32 + view.getUint32(at, true) : exact(view.getBigInt64(at, true));
}

class PlainTexts implements Values {
  readonly #bytes: Buffer;
  readonly #convert: Leaf['convert'];
  readonly #maxBytes: number;
  /** The whole page where it is ASCII: its parts need not be decoded one by one. */
  readonly #ascii: string | undefined;
  #at = 0;

  constructor(bytes: Buffer, { convert, maxBytes }: Leaf) {
    this.#bytes = bytes;
    this.#convert = convert;
    this.#maxBytes = maxBytes;
    this.#ascii = convert.isText ? asciiOf(bytes) : undefined;
  }

  read(into: unknown[], count: number): void {
    const bytes = this.#bytes;
    const ascii = this.#ascii;
    for (let i = 0; i < count; i++) {
      const start = this.#at + 4;
      expectThat(start <= bytes.length, MISSING);
      const length = lengthAt(bytes, this.#at);
      const end = start + length;
      expectThat(end <= bytes.length, MISSING);
      if (length > this.#maxBytes) into.push(tooLong(length));
      else into.push(ascii === undefined ? this.#convert.bytes(bytes, start, end) : ascii.substring(start, end));
      this.#at = end;
    }
  }
}

const lengthAt = (bytes: Buffer, at: number): number =>
  bytes[at]! + bytes[at + 1]! * 0x100 + bytes[at + 2]! * 0x1_0000 + bytes[at + 3]! * 0x100_0000;

/** The page as text, if its values are ASCII; their lengths, which are in between, need not be. */
function asciiOf(bytes: Buffer): string | undefined {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = lengthAt(bytes, at);
    for (let i = at; i < at + 4; i++) copy[i] = 0;
    at += 4 + length;
  }
  return isAscii(copy) ? copy.toString('latin1') : undefined;
}

class Indexes implements Values {
  readonly #runs: Runs | undefined;
  readonly #dictionary: readonly unknown[];
  #indexes = new Int32Array(0);

  constructor(bytes: Buffer, dictionary: readonly unknown[] | undefined) {
    expectThat(dictionary !== undefined, 'a column has no dictionary, but values from it');
    this.#dictionary = dictionary;
    // A page with nothing but nulls may be empty.
    this.#runs = bytes.length === 0 ? undefined : new Runs(bytes, 1, bytes.length, bytes[0]!);
  }

  read(into: unknown[], count: number): void {
    if (count === 0) return;
    expectThat(this.#runs !== undefined, MISSING);
    if (this.#indexes.length < count) this.#indexes = new Int32Array(count);
    const indexes = this.#indexes;
    this.#runs.read(indexes, 0, count);
    for (let i = 0; i < count; i++) {
      const index = indexes[i]!;
      expectThat(index >= 0 && index < this.#dictionary.length, 'a value is not in its dictionary');
      into.push(this.#dictionary[index]);
    }
  }
}

class Booleans implements Values {
  readonly #take: (into: Uint8Array, count: number) => void;

  constructor(take: (into: Uint8Array, count: number) => void) {
    this.#take = take;
  }

  read(into: unknown[], count: number): void {
    const bits = new Uint8Array(count);
    this.#take(bits, count);
    for (const bit of bits) into.push(bit === 1);
  }
}

function packedBooleans(bytes: Buffer): (into: Uint8Array, count: number) => void {
  let at = 0;
  return (into, count) => {
    expectThat(at + count <= bytes.length * 8, MISSING);
    for (let i = 0; i < count; i++, at++) into[i] = (bytes[at >> 3]! >> (at & 7)) & 1;
  };
}

function runsOfBooleans(bytes: Buffer): (into: Uint8Array, count: number) => void {
  const end = bytes.length < 4 ? 0 : 4 + lengthAt(bytes, 0);
  const runs = end === 0 ? undefined : new Runs(bytes, 4, end, 1);
  return (into, count) => {
    if (count === 0) return;
    expectThat(runs !== undefined, MISSING);
    runs.read(into, 0, count);
  };
}

/** The bytes of each value together again: the first of all, then the second of all … is how they were. */
function joined(bytes: Buffer, width: number): Buffer {
  const count = Math.floor(bytes.length / width);
  const values = Buffer.alloc(count * width);
  for (let byte = 0; byte < width; byte++) {
    for (let i = 0; i < count; i++) values[i * width + byte] = bytes[byte * count + i]!;
  }
  return values;
}
