import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { MAX_PAGE_BYTES } from './budget.ts';
import { DECOMPRESSORS } from './codecs.ts';
import { expectThat } from './parse-error.ts';
import { Runs } from './runs.ts';
import type { Leaf } from './schema.ts';
import { skipStruct } from './thrift.ts';

export type PageHeader = ReturnType<typeof parquetHeader>;
export type Codec = Parameters<typeof decompressPage>[2];

/** A page of values, unpacked, but not decoded. */
export interface DataPage {
  readonly count: number;
  readonly encoding: string;
  /** Absent where the column has no such levels. */
  readonly repetition: Runs | undefined;
  readonly definition: Runs | undefined;
  readonly values: Buffer;
}

/**
 * The header of the page that begins at `at`.
 * @returns also its length; undefined when it does not end within the bytes
 * @throws ParquetFlaw when the page says something of itself that can't be
 */
export function readHeader(bytes: Uint8Array, at: number): { header: PageHeader; length: number } | undefined {
  let end: number;
  try {
    end = skipStruct(bytes, at);
  } catch {
    return undefined;
  }
  if (end > bytes.length) return undefined;
  const header = parquetHeader({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: at });
  const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
  expectThat(isLength(packed) && isLength(unpacked), 'a page has no valid length');
  expectThat(unpacked <= MAX_PAGE_BYTES, `a page is larger than ${MAX_PAGE_BYTES} bytes`);
  // No codec makes what does not compress much larger.
  expectThat(packed <= unpacked + unpacked / 4 + 1_024, 'a page is larger packed than unpacked');
  if (isData(header))
    expectThat(isLength(dataHeader(header)?.num_values), 'a page does not say how many values it has');
  return { header, length: end - at };
}

export const isData = ({ type }: PageHeader): boolean => type === 'DATA_PAGE' || type === 'DATA_PAGE_V2';

/** What a page of this type says of its values; a damaged one may lack it, or have that of the other type. */
const dataHeader = (header: PageHeader) =>
  header.type === 'DATA_PAGE' ? header.data_page_header : header.data_page_header_v2;

/** How many values a page has, nulls included. */
export const valuesOfPage = (header: PageHeader): number => dataHeader(header)!.num_values;

/** How many rows a page has, where its header tells: not in a list, or pages of the second version. */
export function rowsOfPage(header: PageHeader, { repetition }: Leaf): number | undefined {
  if (repetition === 0) return valuesOfPage(header);
  return header.type === 'DATA_PAGE_V2' ? header.data_page_header_v2!.num_rows : undefined;
}

/** Unpacks a page. @throws Error when it can't be */
export function openPage(header: PageHeader, body: Uint8Array, codec: Codec, leaf: Leaf): DataPage {
  return header.type === 'DATA_PAGE' ? openFirst(header, body, codec, leaf) : openSecond(header, body, codec, leaf);
}

export function openDictionary(header: PageHeader, body: Uint8Array, codec: Codec): { count: number; values: Buffer } {
  const count = header.dictionary_page_header?.num_values;
  expectThat(isLength(count), 'a dictionary has no valid size');
  return { count, values: unpack(body, header.uncompressed_page_size, codec) };
}

function openFirst(header: PageHeader, body: Uint8Array, codec: Codec, leaf: Leaf): DataPage {
  const { num_values: count, encoding, ...levels } = header.data_page_header!;
  const isOld = (depth: number, kind: string | undefined): boolean => depth > 0 && (kind as string) === 'BIT_PACKED';
  expectThat(
    !isOld(leaf.repetition, levels.repetition_level_encoding) &&
      !isOld(leaf.definition, levels.definition_level_encoding),
    'its levels are written in a way that was given up in 2013',
  );
  const page = unpack(body, header.uncompressed_page_size, codec);
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

function openSecond(header: PageHeader, body: Uint8Array, codec: Codec, leaf: Leaf): DataPage {
  const second = header.data_page_header_v2!;
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = second;
  expectThat(isLength(repetition) && isLength(definition), 'the levels of a page have no valid length');
  const levels = repetition + definition;
  expectThat(levels <= body.length && levels <= header.uncompressed_page_size, 'the levels of a page are cut off');
  const runs = (start: number, end: number, level: number): Runs | undefined =>
    level === 0 ? undefined : new Runs(body, start, end, bitsOf(level));
  const rest = body.subarray(levels);
  return {
    count: second.num_values,
    encoding: second.encoding,
    repetition: runs(0, repetition, leaf.repetition),
    definition: runs(repetition, levels, leaf.definition),
    values:
      second.is_compressed === false ? bufferOf(rest) : unpack(rest, header.uncompressed_page_size - levels, codec),
  };
}

const unpack = (bytes: Uint8Array, length: number, codec: Codec): Buffer =>
  length === 0 ? Buffer.alloc(0) : bufferOf(decompressPage(bytes, length, codec, DECOMPRESSORS));

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Bits needed for a level. */
const bitsOf = (level: number): number => 32 - Math.clz32(level);

const isLength = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
