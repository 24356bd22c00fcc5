import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ColumnChunk, CompressionCodec, SchemaElement } from 'hyparquet';
import type { PageLocation } from 'hyparquet/src/types.js';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import type { Writer } from 'hyparquet-writer/src/types.js';

export interface LargeParquetOptions {
  /** The file has at least as many; it ends with the row group that reaches them. */
  readonly bytes: number;
  /** 4 million of these rows are a row group of about 500 MB. */
  readonly rowGroupRows: number;
  /** @default SNAPPY */
  readonly codec?: 'SNAPPY' | 'GZIP' | 'ZSTD' | 'UNCOMPRESSED';
}

/** Rows of a page of values that are all different, as Spark makes them. */
const PAGE_ROWS = 20_000;
const COMPRESSORS = {
  SNAPPY: snappyCompress,
  GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)),
  ZSTD: (input: Uint8Array) => new Uint8Array(zstdCompressSync(input)),
};

/** The fields of an order as shops have them: ids and numbers hardly compress, kinds and stores do. The same `n`, the same order. */
const FIELDS = {
  _id: (n: number) => `order-${scrambled(n, 1)}${scrambled(n, 2)}${scrambled(n, 3)}`,
  timestamp: (n: number) => new Date(1_700_000_000_000 + n * 977),
  eventType: (n: number) => KINDS[mix(n, 4) % KINDS.length]!,
  crmId: (n: number) => `RB-${String(mix(n, 5)).padStart(10, '0')}`,
  storeId: (n: number) => `store-${mix(n, 6) % 400}`,
  note: (n: number) => `paid at till ${mix(n, 7) % 9}, receipt "${mix(n, 8)}", ${remark(n)}`,
  items: (n: number) => 1 + (mix(n, 9) % 5),
  total: (n: number) => (mix(n, 10) % 200_000) / 100,
};

/** The order of this number, whole. */
export const largeOrder = (n: number): Record<string, unknown> =>
  Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [name, field(n)]));

const KINDS = ['store.order', 'store.return', 'store.exchange', 'store.pickup'] as const;

const WORDS =
  `please leave the parcel at door of my neighbour ring twice gift wrap it without receipt size too small last
time blue instead grey will pick up friday after work call me before delivery office on second floor thank you for quick
answer return broken zip exchange jacket boots poles helmet goggles customer asked about warranty repair binding`.split(
    /\s/,
  );

/** What people write into a field for remarks: 4 to 20 words. */
const remark = (n: number): string =>
  Array.from({ length: 4 + (mix(n, 11) % 17) }, (_, i) => WORDS[mix(n, 12 + i) % WORDS.length]).join(' ');

/** A number below 2^32 that looks like chance. */
function mix(n: number, salt: number): number {
  let h = Math.imul(n ^ (salt * 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}
const scrambled = (n: number, salt: number): string => mix(n, salt).toString(16).padStart(8, '0');

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: 8 },
  { name: '_id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'timestamp', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
  { name: 'eventType', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'crmId', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'storeId', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'note', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'items', type: 'INT32', repetition_type: 'OPTIONAL' },
  { name: 'total', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
];

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

function writeOrders(
  writer: Writer,
  { bytes, rowGroupRows, codec = 'SNAPPY' }: LargeParquetOptions,
): { rows: number; bytes: number } {
  const file = new ParquetWriter({ writer, schema: SCHEMA, codec, compressors: COMPRESSORS });
  let rows = 0;
  do {
    writeRowGroup(file, codec, rows, rowGroupRows);
    rows += rowGroupRows;
  } while (writer.offset < bytes);
  file.finish();
  return { rows, bytes: writer.offset };
}

function writeRowGroup(file: ParquetWriter, codec: CompressionCodec, start: number, rows: number): void {
  const columns = SCHEMA.slice(1).map((element) => writeColumnOf(file, element, codec, start, rows));
  file.row_groups.push({
    columns,
    total_byte_size: columns.reduce((sum, { meta_data: meta }) => sum + meta!.total_uncompressed_size, 0n),
    num_rows: BigInt(rows),
  });
  file.num_rows += BigInt(rows);
}

/** A column with few values is written at once, with their dictionary; the others piece by piece. */
function writeColumnOf(
  file: ParquetWriter,
  element: SchemaElement,
  codec: CompressionCodec,
  start: number,
  rows: number,
): ColumnChunk {
  const hasFewValues = element.repetition_type === 'REQUIRED';
  const pieceRows = hasFewValues ? rows : PAGE_ROWS;
  const pages: PageLocation[] = [];
  let whole: ColumnChunk | undefined;
  for (let at = 0; at < rows; at += pieceRows) {
    const count = Math.min(pieceRows, rows - at);
    const { chunk, offsetIndex } = writePiece(file, element, codec, start + at, count);
    const offset = chunk.meta_data!.data_page_offset;
    const only = [
      { offset, compressed_page_size: file.writer.offset - Number(offset), first_row_index: 0n },
    ] satisfies PageLocation[];
    for (const page of offsetIndex?.page_locations ?? only) {
      pages.push({ ...page, first_row_index: page.first_row_index + BigInt(at) });
    }
    whole = whole ? joined(whole, chunk) : chunk;
  }
  file.pendingIndexes.push({ chunk: whole!, offsetIndex: { page_locations: pages } });
  return whole!;
}

function writePiece(
  file: ParquetWriter,
  element: SchemaElement,
  codec: CompressionCodec,
  start: number,
  count: number,
): ReturnType<typeof writeColumn> {
  const field = FIELDS[element.name as keyof typeof FIELDS];
  const values = Array.from({ length: count }, (_, i) => field(start + i));
  const isOptional = element.repetition_type === 'OPTIONAL';
  return writeColumn({
    writer: file.writer,
    column: {
      columnName: element.name,
      element,
      schemaPath: [SCHEMA[0]!, element],
      codec,
      compressors: COMPRESSORS,
      stats: false,
      pageSize: 1_048_576,
      columnIndex: false,
      offsetIndex: true,
      ...(isOptional && { encoding: 'PLAIN' }),
    },
    pageData: {
      values,
      definitionLevels: isOptional ? values.map(() => 1) : [],
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
