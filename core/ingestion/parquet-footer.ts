import { type FileMetaData, parquetMetadata, parquetSchema, type RowGroup } from 'hyparquet';
import type { ByteSource } from './byte-source.ts';
import { isUnsafeKey } from './decode-json.ts';
import { expectThat, ParquetFlaw } from './parquet-flaw.ts';
import { skipStruct } from './parquet-thrift.ts';
import { PARSERS } from './parquet-values.ts';
import { FileRefusedError } from './record.ts';

const MAGIC = 'PAR1';
/** Length of the footer, and the magic. */
const TAIL = 8;
const MAX_FOOTER_BYTES = 32 * 1024 ** 2;
/** Rows become objects, a whole row group at a time; writers make groups of 10 thousand to a million rows. */
const MAX_ROWS_PER_GROUP = 1_048_576;

/**
 * Reads and checks the footer: what the decoder relies on without looking holds.
 * @throws FileRefusedError
 */
export async function checkFooter(file: ByteSource): Promise<FileMetaData> {
  const tail = Buffer.from(await file.read(Math.max(0, file.size - TAIL), file.size));
  const head = Buffer.from(await file.read(0, Math.min(MAGIC.length, file.size)));
  if (head.toString('latin1') !== MAGIC || tail.length < TAIL || tail.toString('latin1', 4) !== MAGIC) {
    throw new FileRefusedError({
      code: 'wrong-format',
      message: 'The file is not what its name says, or it was cut off: a Parquet file begins and ends with PAR1',
      expected: 'Parquet',
      found: 'something else',
    });
  }
  const length = tail.readUInt32LE(0);
  if (length > Math.min(file.size - TAIL - MAGIC.length, MAX_FOOTER_BYTES))
    throw refused('its footer has no valid length');
  const footer = await file.read(file.size - TAIL - length, file.size);
  try {
    skipStruct(footer.subarray(0, length), 0);
    const metadata = parquetMetadata(footer, { parsers: PARSERS, geoparquet: false });
    check(metadata, file.size - TAIL - length);
    return metadata;
  } catch (error) {
    throw error instanceof FileRefusedError
      ? error
      : refused(error instanceof ParquetFlaw ? error.message : 'its footer can’t be understood');
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

function check(metadata: FileMetaData, endOfData: number): void {
  const schema = parquetSchema(metadata);
  expectThat(schema.children.length > 0, 'it has no columns');
  if (metadata.schema.some(({ name }) => isUnsafeKey(name))) {
    throw new FileRefusedError({
      code: 'invalid-header',
      message: 'A column is called "__proto__" or "constructor", which is never accepted; rename it',
    });
  }
  let rows = 0n;
  for (const group of metadata.row_groups) {
    expectThat(isCount(group.num_rows) && isCount(group.total_byte_size), 'a row group has no valid size');
    rows += group.num_rows;
    if (group.num_rows > BigInt(MAX_ROWS_PER_GROUP)) {
      throw new FileRefusedError({
        code: 'too-large',
        message: 'A row group of the file has too many rows; write the file with smaller ones',
        expected: `at most ${MAX_ROWS_PER_GROUP} rows a row group`,
        found: `${group.num_rows} rows`,
      });
    }
    expectThat(group.columns.length > 0, 'a row group has no columns');
    // Of a row group without rows, some writers say of its columns that they lie nowhere.
    if (group.num_rows > 0n) for (const column of group.columns) checkColumn(column, endOfData);
  }
  expectThat(rows === metadata.num_rows, 'its row groups have not as many rows as the file');
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
}

const isCount = (value: unknown): boolean =>
  typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);

const refused = (flaw: string): FileRefusedError =>
  new FileRefusedError({
    code: 'corrupt-file',
    message: `The Parquet file can't be read: ${flaw}; write the file again`,
    expected: 'a Parquet file as the specification has it',
  });
