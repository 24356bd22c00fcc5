import { type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { isUnsafeKey } from '#core/ingestion/text/decode-json.ts';
import { FileRejectedError } from '#core/record/record.ts';
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

/**
 * Reads and checks the footer: what the decoder relies on without looking holds.
 * @throws FileRefusedError
 */
export async function checkFooter(file: ByteSource): Promise<{ metadata: FileMetaData; schema: ParquetSchema }> {
  const tail = Buffer.from(await file.read(Math.max(0, file.size - TAIL), file.size));
  const head = Buffer.from(await file.read(0, Math.min(MAGIC.length, file.size)));
  if (head.toString('latin1') !== MAGIC || tail.length < TAIL || tail.toString('latin1', 4) !== MAGIC) {
    throw new FileRejectedError({
      code: 'wrong-format',
      message: 'The file is not what its name says, or it was cut off: a Parquet file begins and ends with PAR1',
      expected: 'Parquet',
      found: 'something else',
    });
  }
  const length = tail.readUInt32LE(0);
  if (length > Math.min(file.size - TAIL - MAGIC.length, MAX_FOOTER_BYTES))
    throw rejected('its footer has no valid length');
  const footer = await file.read(file.size - TAIL - length, file.size);
  try {
    skipStruct(footer.subarray(0, length), 0);
    const metadata = parquetMetadata(footer, { parsers: NO_STATISTICS, geoparquet: false });
    check(metadata, file.size - TAIL - length);
    const schema = readSchema(metadata);
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
      message: 'The file says that it has far more rows than its size can tell apart',
      expected: `at most ${MAX_ROWS_PER_BYTE} rows a byte`,
      found: `${rows} rows`,
    });
  }
}

function checkColumn(column: RowGroup['columns'][number], endOfData: number): void {
  const { meta_data: meta, file_path: path } = column;
  expectThat(path === undefined, 'a column lies in another file');
  expectThat(
    meta !== undefined &&
      isCount(meta.data_page_offset) &&
      isCount(meta.total_compressed_size) &&
      isCount(meta.num_values) &&
      (meta.dictionary_page_offset === undefined || isCount(meta.dictionary_page_offset)),
    'a column is not described',
  );
  const { start, end } = columnRange(column);
  expectThat(start >= MAGIC.length && end <= endOfData, 'a column lies outside of the file');
  const most = FEW + MAX_VALUES_PER_BYTE * (end - start);
  expectThat(Number(meta.num_values) <= most, 'a column has more values than its bytes can tell apart');
}

const tooManyColumns = (columns: number): FileRejectedError =>
  new FileRejectedError({
    code: 'too-large',
    message: 'The file has more columns than rows may have fields; leave out what is not needed',
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
