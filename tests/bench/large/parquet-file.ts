import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ColumnChunk, OffsetIndex } from 'hyparquet';
import { ByteWriter, fileWriter, ParquetWriter, type Writer } from 'hyparquet-writer';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { type Column, ORDER_COLUMNS } from './orders.ts';

export interface LargeParquetOptions {
  /** The file has at least as many; it ends with the row group that reaches them. */
  readonly bytes: number;
  /** One after the other, and from the first one again. */
  readonly rowGroups: readonly RowGroupShape[];
  /** @default narrow orders: 4 million of them are a row group of about 500 MB */
  readonly columns?: readonly Column[];
}

export interface RowGroupShape {
  readonly rows: number;
  /** Whether its pages can be found without reading those before them. @default true */
  readonly hasOffsetIndex?: boolean;
  /** @default SNAPPY */
  readonly codec?: 'SNAPPY' | 'GZIP' | 'ZSTD' | 'UNCOMPRESSED';
}

type PageLocation = OffsetIndex['page_locations'][number];

/** Rows of a page of values that are all different, as Spark makes them; of long values there are fewer. */
const PAGE_ROWS = 20_000;
const PAGE_BYTES = 1_048_576;
const COMPRESSORS = {
  SNAPPY: snappyCompress,
  GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)),
  ZSTD: (input: Uint8Array) => new Uint8Array(zstdCompressSync(input)),
};

/**
 * Writes a Parquet file of the orders 0, 1, 2 … to disk. Row groups are written column by column and page by page, so
 * that memory stays small however large they are.
 * @returns how many rows and bytes it has
 */
export function writeLargeParquet(path: string, options: LargeParquetOptions): { rows: number; bytes: number } {
  return writeOrders(fileWriter(path), options);
}

/** The same in memory. */
export function largeParquet(options: LargeParquetOptions): Uint8Array {
  const writer = new ByteWriter();
  writeOrders(writer, options);
  return writer.getBytes().slice();
}

function writeOrders(writer: Writer, { bytes, rowGroups, columns = ORDER_COLUMNS }: LargeParquetOptions) {
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)];
  const file = new ParquetWriter({ writer, schema, compressors: COMPRESSORS });
  let rows = 0;
  for (let at = 0; at === 0 || writer.offset < bytes; at++) {
    const shape = rowGroups[at % rowGroups.length]!;
    writeRowGroup(file, columns, rows, shape);
    rows += shape.rows;
  }
  file.finish();
  return { rows, bytes: writer.offset };
}

function writeRowGroup(file: ParquetWriter, columns: readonly Column[], start: number, shape: RowGroupShape): void {
  const chunks = columns.map((column) => writeColumnOf(file, column, start, shape));
  file.row_groups.push({
    columns: chunks,
    total_byte_size: chunks.reduce((sum, { meta_data: meta }) => sum + meta!.total_uncompressed_size, 0n),
    num_rows: BigInt(shape.rows),
  });
  file.num_rows += BigInt(shape.rows);
}

/** A column with few values is written at once, with their dictionary; the others piece by piece. */
function writeColumnOf(file: ParquetWriter, column: Column, start: number, shape: RowGroupShape): ColumnChunk {
  const { rows, hasOffsetIndex = true } = shape;
  const hasFewValues = column.element.repetition_type === 'REQUIRED';
  const blockRows = hasFewValues ? rows : PAGE_ROWS;
  const pages: PageLocation[] = [];
  let whole: ColumnChunk | undefined;
  for (let at = 0; at < rows; at += blockRows) {
    const count = Math.min(blockRows, rows - at);
    const { chunk, offsetIndex } = writeBlock(file, column, shape, start + at, count);
    const offset = chunk.meta_data!.data_page_offset;
    const only = [
      { offset, compressed_page_size: file.writer.offset - Number(offset), first_row_index: 0n },
    ] satisfies PageLocation[];
    for (const page of offsetIndex?.page_locations ?? only) {
      pages.push({ ...page, first_row_index: page.first_row_index + BigInt(at) });
    }
    whole = whole ? joined(whole, chunk) : chunk;
  }
  if (hasOffsetIndex) file.pendingIndexes.push({ chunk: whole!, offsetIndex: { page_locations: pages } });
  return whole!;
}

function writeBlock(
  file: ParquetWriter,
  { element, value }: Column,
  { codec = 'SNAPPY' }: RowGroupShape,
  start: number,
  count: number,
): ReturnType<typeof writeColumn> {
  const values = Array.from({ length: count }, (_, i) => value(start + i));
  const isOptional = element.repetition_type === 'OPTIONAL';
  return writeColumn({
    writer: file.writer,
    column: {
      columnName: element.name,
      element,
      schemaPath: [{ name: 'root' }, element],
      codec,
      compressors: COMPRESSORS,
      stats: false,
      pageSize: PAGE_BYTES,
      columnIndex: false,
      offsetIndex: true,
      ...(isOptional && { encoding: 'PLAIN' }),
    },
    pageData: {
      values,
      definitionLevels: isOptional ? values.map((one) => (one === null ? 0 : 1)) : [],
      repetitionLevels: [],
      maxDefinitionLevel: isOptional ? 1 : 0,
    },
  });
}

function joined(first: ColumnChunk, next: ColumnChunk): ColumnChunk {
  const [one, other] = [first.meta_data!, next.meta_data!];
  return {
    ...first,
    meta_data: {
      ...one,
      num_values: one.num_values + other.num_values,
      total_compressed_size: one.total_compressed_size + other.total_compressed_size,
      total_uncompressed_size: one.total_uncompressed_size + other.total_uncompressed_size,
    },
  };
}
