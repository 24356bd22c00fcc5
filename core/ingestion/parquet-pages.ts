import { type FileMetaData, parquetSchema, type RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import { DECOMPRESSORS } from './parquet-codecs.ts';
import { checkDelta } from './parquet-delta.ts';
import { expectThat } from './parquet-flaw.ts';
import { columnRange } from './parquet-footer.ts';
import { integerAt, skipInteger, skipStruct } from './parquet-thrift.ts';

/** Values of a column in one row group; a list in a row has many. */
const MAX_VALUES = 16_777_216;
/** Writers fill up the last run of bit-packed values. */
const PADDING = 512;

type Page = ReturnType<typeof parquetHeader>;
type ColumnChunk = RowGroup['columns'][number];

interface Column {
  readonly type: string;
  readonly codec: Parameters<typeof decompressPage>[2];
  /** Bits of a level; 0 where the column has none. */
  readonly repetitionBits: number;
  readonly definitionBits: number;
  /** The level of a value that is not null. */
  readonly definitionLevel: number;
}

/**
 * Walks over the pages of a row group before they are decoded. The decoder believes what pages say of themselves: a
 * run of two billion values takes five bytes to write, and all memory to read.
 * @param bytes the part of the file that begins at `start`
 * @throws ParquetFlaw
 */
export function checkRowGroup(
  bytes: Uint8Array,
  start: number,
  group: RowGroup,
  metadata: FileMetaData,
  maxBytes: number,
): void {
  const tree = parquetSchema(metadata);
  let left = maxBytes;
  for (const chunk of group.columns) {
    const range = columnRange(chunk);
    expectThat(range.end - start <= bytes.length, 'a column is cut off');
    left = checkPages(bytes.slice(range.start - start, range.end - start), chunk, group, tree, left);
  }
}

/** @returns how many bytes may still be unpacked */
function checkPages(
  bytes: Uint8Array,
  { meta_data: meta }: ColumnChunk,
  group: RowGroup,
  tree: ReturnType<typeof parquetSchema>,
  maxBytes: number,
): number {
  expectThat(meta !== undefined, 'a column has no description');
  const path = getTreePath(tree, meta.path_in_schema);
  const column: Column = {
    type: meta.type,
    codec: meta.codec,
    repetitionBits: bitsOf(getMaxRepetitionLevel(path)),
    definitionBits: bitsOf(getMaxDefinitionLevel(path)),
    definitionLevel: getMaxDefinitionLevel(path),
  };
  const total = Number(meta.num_values);
  expectThat(total <= MAX_VALUES, 'a column has too many values in one row group');
  expectThat(!isFlatColumn(path) || total === Number(group.num_rows), 'a column has not a value for every row');
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let left = maxBytes;
  let values = 0;
  while (values < total && reader.offset < bytes.length) {
    skipStruct(bytes, reader.offset);
    const page = parquetHeader(reader);
    const packed = page.compressed_page_size;
    expectThat(isLength(packed) && reader.offset + packed <= bytes.length, 'a page is cut off');
    left -= isLength(page.uncompressed_page_size) ? page.uncompressed_page_size : Number.POSITIVE_INFINITY;
    expectThat(left >= 0, 'its pages unpack to more than a row group may hold');
    const body = bytes.subarray(reader.offset, reader.offset + packed);
    reader.offset += packed;
    values += checkPage(page, body, column, total - values, maxBytes);
  }
  expectThat(values === total, 'a column has not as many values as it says');
  return left;
}

/** @returns how many values the page adds to the column */
function checkPage(page: Page, body: Uint8Array, column: Column, most: number, maxBytes: number): number {
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = page;
  if (page.type === 'DICTIONARY_PAGE') {
    const count = dictionary?.num_values;
    expectThat(isLength(count) && count <= 8 * page.uncompressed_page_size, 'a dictionary has no valid size');
    return 0;
  }
  const data = page.type === 'DATA_PAGE' ? first : page.type === 'DATA_PAGE_V2' ? second : undefined;
  expectThat(data !== undefined, 'a page is of an unknown kind');
  const count = data.num_values;
  expectThat(isLength(count) && count <= most, 'a page has more values than its column');
  if (second && data === second) checkSecond(page, second, body, column, maxBytes);
  else {
    const unpacked = decompressPage(body, page.uncompressed_page_size, column.codec, DECOMPRESSORS);
    const levels = checkPrefixed(unpacked, 0, column.repetitionBits, count);
    const at = checkPrefixed(unpacked, levels, column.definitionBits, count);
    checkValues(unpacked, at, data.encoding, column, count);
    if (data.encoding?.startsWith('DELTA_')) {
      checkDelta(unpacked, at, data.encoding, valuesOfPage(unpacked, levels, column, count), maxBytes);
    }
  }
  return count;
}

function checkSecond(
  page: Page,
  header: NonNullable<Page['data_page_header_v2']>,
  body: Uint8Array,
  column: Column,
  maxBytes: number,
): void {
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = header;
  const count = header.num_values;
  expectThat(isLength(repetition) && isLength(definition), 'the levels of a page have no valid length');
  const levels = repetition + definition;
  expectThat(levels <= body.length && levels <= page.uncompressed_page_size, 'the levels of a page are cut off');
  expectThat(isLength(header.num_nulls) && header.num_nulls <= count, 'a page has more nulls than values');
  expectThat(isLength(header.num_rows), 'a page does not say how many rows it has');
  // The decoder reads as many levels as there are values, however few bytes they are said to take.
  if (column.repetitionBits > 0) checkRuns(body, 0, column.repetitionBits, count);
  if (column.definitionBits > 0) checkRuns(body, repetition, column.definitionBits, count);
  const packed = body.subarray(levels);
  const length = page.uncompressed_page_size - levels;
  const unpacked =
    header.is_compressed === false ? packed : decompressPage(packed, length, column.codec, DECOMPRESSORS);
  checkValues(unpacked, 0, header.encoding, column, count);
  if (header.encoding?.startsWith('DELTA_')) {
    checkDelta(unpacked, 0, header.encoding, count - header.num_nulls, maxBytes);
  }
}

/** How many values are not null, by the levels at `at`. */
function valuesOfPage(
  page: Uint8Array,
  at: number,
  { definitionBits, definitionLevel }: Column,
  count: number,
): number {
  if (definitionBits === 0) return count;
  const levels = new Array<number>(count);
  readRleBitPackedHybrid(
    { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at },
    definitionBits,
    levels,
  );
  return levels.filter((level) => level === definitionLevel).length;
}

function checkValues(page: Uint8Array, at: number, encoding: string, { type }: Column, count: number): void {
  if (encoding !== 'RLE' && !encoding?.endsWith('_DICTIONARY')) return;
  if (type === 'BOOLEAN') checkPrefixed(page, at, 1, count);
  else if (count > 0 && at < page.length) checkRuns(page, at + 1, page[at]!, count);
}

/** Runs that say first how many bytes they take. @returns the offset after them */
function checkPrefixed(page: Uint8Array, at: number, bits: number, count: number): number {
  if (bits === 0) return at;
  expectThat(at + 4 <= page.length, 'the levels of a page are cut off');
  const length = new DataView(page.buffer, page.byteOffset + at).getUint32(0, true);
  checkRuns(page, at + 4, bits, count);
  return at + 4 + length;
}

/** Runs of the hybrid of run-length encoding and bit-packing hold no more values than the page. */
function checkRuns(page: Uint8Array, start: number, bits: number, count: number): void {
  let at = start;
  for (let seen = 0; seen < count && at < page.length; ) {
    const head = integerAt(page, at);
    at = skipInteger(page, at);
    const isPacked = head % 2 === 1;
    const length = Math.floor(head / 2) * (isPacked ? 8 : 1);
    expectThat(length <= count - seen + (isPacked ? PADDING : 0), 'a run has more values than its page');
    at += isPacked ? Math.max(1, (length / 8) * bits) : (bits + 7) >> 3;
    seen += length;
  }
}

/** Bits needed for a level. */
const bitsOf = (level: number): number => 32 - Math.clz32(level);

const isLength = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
