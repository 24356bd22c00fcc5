import { type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet';
import { FileRejectedError, MAX_RECORD_BYTES } from '#core/record/record.ts';
import type { RangedSource } from '../source/byte-source.ts';
import { isUnsafeKey } from '../text/decode-json.ts';
import { expectThat, ParquetParseError } from './parse-error.ts';
import { type ParquetSchema, readSchema } from './schema.ts';
import { skipStruct } from './thrift.ts';

const MAGIC = 'PAR1';
/** Length of the footer, and the magic. */
const TAIL = 8;
/** Read, it takes fifty times the room. */
const MAX_FOOTER_BYTES = 12 * 1024 ** 2;
/** Fields of a row (aep.md §2.4). Of each, values are held. */
const MAX_COLUMNS = 10_000;
/** Values that are all the same take no bytes at all, so a few bytes could keep us busy for years. */
const MAX_ROWS_PER_BYTE = 16;
const MAX_VALUES_PER_BYTE = 64;
/** Below this many rows, or values of a column in one row group, no file is too small for them. */
const FEW = 16_777_216;

/** What the footer of a file says. */
export interface Footer {
  readonly metadata: FileMetaData;
  readonly schema: ParquetSchema;
}

/**
 * Reads and checks the footer: what the decoder relies on without looking holds.
 * @throws FileRejectedError
 */
export async function checkFooter(file: RangedSource): Promise<Footer> {
  const tail = Buffer.from(await file.read(Math.max(0, file.size - TAIL), file.size));
  const head = Buffer.from(await file.read(0, Math.min(MAGIC.length, file.size)));
  if (head.toString('latin1') !== MAGIC) throw notParquet();
  const length = footerLength(tail, file.size);
  return readFooter(await file.read(file.size - length, file.size), file.size);
}

/**
 * How long the footer is, with what stands behind it.
 * @param end bytes from the end of the file, eight or more
 * @param size of the file
 * @throws FileRejectedError
 */
export function footerLength(end: Uint8Array, size: number): number {
  const tail = Buffer.from(end.subarray(Math.max(0, end.length - TAIL)));
  if (tail.length < TAIL || tail.toString('latin1', 4) !== MAGIC) throw notParquet();
  const length = tail.readUInt32LE(0);
  if (length > Math.min(size - TAIL - MAGIC.length, MAX_FOOTER_BYTES)) throw rejected('its footer has no valid length');
  return length + TAIL;
}

/**
 * Checks a footer that was read already.
 * @param footer as long as `footerLength` says
 * @param size of the file
 * @param maxBytes of a text, or of bytes; as many as of a record unless said otherwise
 * @throws FileRejectedError
 */
export function readFooter(footer: Uint8Array, size: number, maxBytes = MAX_RECORD_BYTES): Footer {
  try {
    skipStruct(footer.subarray(0, -TAIL), 0);
    const metadata = parquetMetadata(footer, { parsers: NO_STATISTICS, geoparquet: false });
    check(metadata, size - footer.length);
    const schema = readSchema(metadata, maxBytes);
    if (schema.leaves.length > MAX_COLUMNS) throw tooManyColumns(schema.leaves.length);
    return { metadata, schema };
  } catch (error) {
    throw error instanceof FileRejectedError
      ? error
      : rejected(error instanceof ParquetParseError ? error.message : 'its footer can’t be understood');
  }
}

/** Where the columns of a row group lie in the file. */
export function rangeOf({ columns }: RowGroup): { readonly start: number; readonly end: number } {
  const ranges = columns.map(columnRange);
  return { start: Math.min(...ranges.map(({ start }) => start)), end: Math.max(...ranges.map(({ end }) => end)) };
}

/** Where a column of a row group lies in the file, its dictionary included; end not included. @throws ParquetFlaw */
export function columnRange({ meta_data: meta }: RowGroup['columns'][number]): { start: number; end: number } {
  expectThat(meta !== undefined, 'a column has no description');
  // As the decoder does it; some writers say 0 where there is no dictionary.
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size) };
}

/** The least and the greatest values of columns, which nobody asks for, are not looked at. */
const NO_STATISTICS = {
  stringFromBytes: () => undefined,
  timestampFromMilliseconds: () => undefined,
  timestampFromMicroseconds: () => undefined,
  timestampFromNanoseconds: () => undefined,
  dateFromDays: () => undefined,
  uuidFromBytes: () => undefined,
};

function check(metadata: FileMetaData, endOfData: number): void {
  if (metadata.schema.some(({ name }) => isUnsafeKey(name))) {
    throw new FileRejectedError({
      code: 'invalid-header',
      message: 'A column is called "__proto__" or "constructor", which is never accepted; rename it',
    });
  }
  let rows = 0n;
  for (const group of metadata.row_groups) {
    expectThat(isCount(group.num_rows) && isCount(group.total_byte_size), 'a row group has no valid size');
    rows += group.num_rows;
    // Of a row group without rows, some writers say of its columns that they lie nowhere.
    if (group.num_rows === 0n) continue;
    expectThat(group.columns.length > 0, 'a row group has no columns');
    for (const column of group.columns) checkColumn(column, endOfData);
  }
  expectThat(rows === metadata.num_rows, 'its row groups have not as many rows as the file');
  if (Number(rows) > FEW + MAX_ROWS_PER_BYTE * endOfData) {
    throw new FileRejectedError({
      code: 'too-large',
      message: 'The file declares far more rows than its size can hold',
      expected: `at most ${MAX_ROWS_PER_BYTE} rows a byte`,
      found: `${rows} rows`,
    });
  }
}

function checkColumn(column: RowGroup['columns'][number], endOfData: number): void {
  const { meta_data: meta, file_path: path } = column;
  expectThat(path === undefined, 'a column is in another file');
  expectThat(
    meta !== undefined &&
      isCount(meta.data_page_offset) &&
      isCount(meta.total_compressed_size) &&
      isCount(meta.num_values) &&
      (meta.dictionary_page_offset === undefined || isCount(meta.dictionary_page_offset)),
    'a column is not described',
  );
  const { start, end } = columnRange(column);
  expectThat(start >= MAGIC.length && end <= endOfData, 'a column is outside of the file');
  const most = FEW + MAX_VALUES_PER_BYTE * (end - start);
  expectThat(Number(meta.num_values) <= most, 'a column has more values than its bytes can hold');
}

const notParquet = (): FileRejectedError =>
  new FileRejectedError({
    code: 'wrong-format',
    message:
      'The file does not have the format of its name, or it was cut off: a Parquet file begins and ends with PAR1',
    expected: 'Parquet',
    found: 'something else',
  });

const tooManyColumns = (columns: number): FileRejectedError =>
  new FileRejectedError({
    code: 'too-large',
    message: 'The file has more columns than rows may have fields; omit what is not needed',
    expected: `at most ${MAX_COLUMNS} columns`,
    found: `${columns} columns`,
  });

const isCount = (value: unknown): boolean =>
  typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);

const rejected = (parseError: string): FileRejectedError =>
  new FileRejectedError({
    code: 'corrupt-file',
    message: `The Parquet file can't be read: ${parseError}; write the file again`,
    expected: 'a Parquet file as the specification has it',
  });
