import { type Codec, unpack } from './codecs.ts';
import type { DataHeader, DictionaryHeader, FirstHeader, SecondHeader } from './page-header.ts';
import { expectThat } from './parse-error.ts';
import { Runs } from './runs.ts';
import type { Leaf } from './schema.ts';

/** A page of values, unpacked, but not decoded. */
export interface DataPage {
  readonly count: number;
  readonly encoding: string;
  /** Absent where the column has no such levels. */
  readonly repetition: Runs | undefined;
  readonly definition: Runs | undefined;
  readonly values: Buffer;
}

/** Unpacks a page. @throws Error when it can't be */
export function openPage(header: DataHeader, body: Uint8Array, codec: Codec, leaf: Leaf): DataPage {
  return header.kind === 'first' ? openFirst(header, body, codec, leaf) : openSecond(header, body, codec, leaf);
}

/** Unpacks the page of a dictionary. @throws Error when it can't be */
export const openDictionary = ({ unpacked }: DictionaryHeader, body: Uint8Array, codec: Codec): Buffer =>
  unpack(body, unpacked, codec);

function openFirst(header: FirstHeader, body: Uint8Array, codec: Codec, leaf: Leaf): DataPage {
  const { count, encoding, unpacked, definitionEncoding, repetitionEncoding } = header;
  const isOld = (depth: number, kind: string): boolean => depth > 0 && kind === 'BIT_PACKED';
  expectThat(
    !isOld(leaf.repetition, repetitionEncoding) && !isOld(leaf.definition, definitionEncoding),
    'its levels have an encoding that was abandoned in 2013',
  );
  const page = unpack(body, unpacked, codec);
  let at = 0;
  const prefixed = (level: number): Runs | undefined => {
    if (level === 0) return undefined;
    expectThat(at + 4 <= page.length, 'the levels of a page are cut off');
    const start = at + 4;
    at = start + page.readUInt32LE(at);
    return new Runs(page, start, at, bitsOf(level));
  };
  const repetition = prefixed(leaf.repetition);
  const definition = prefixed(leaf.definition);
  return { count, encoding, repetition, definition, values: page.subarray(at) };
}

function openSecond(header: SecondHeader, body: Uint8Array, codec: Codec, leaf: Leaf): DataPage {
  const { count, encoding, unpacked, repetition, definition, isPacked } = header;
  const levels = repetition + definition;
  expectThat(levels <= body.length && levels <= unpacked, 'the levels of a page are cut off');
  const runs = (start: number, end: number, level: number): Runs | undefined =>
    level === 0 ? undefined : new Runs(body, start, end, bitsOf(level));
  return {
    count,
    encoding,
    repetition: runs(0, repetition, leaf.repetition),
    definition: runs(repetition, levels, leaf.definition),
    values: unpack(body.subarray(levels), unpacked - levels, isPacked ? codec : 'UNCOMPRESSED'),
  };
}

/** Bits needed for a level. */
const bitsOf = (level: number): number => 32 - Math.clz32(level);
