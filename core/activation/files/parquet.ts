import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetMetadata, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { TIME_COLUMN } from './time-column.ts';

export type ParquetCodec = 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY' | 'ZSTD';
type Cell = string | Date | null;

const GROUP_ROWS = 100_000;

/** A Parquet file of texts and one timestamp: the same rows give the same bytes. */
export function parquetFile(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  codec: ParquetCodec,
): Uint8Array {
  const bytes = new ByteWriter();
  const dataOf = (group: readonly (readonly Cell[])[]) =>
    columns.map((name, i) =>
      name === TIME_COLUMN
        ? { name, data: group.map((row) => row[i] as Date), type: 'TIMESTAMP' as const, nullable: false }
        : { name, data: group.map((row) => row[i] ?? null), type: 'STRING' as const, nullable: true },
    );
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: dataOf([]) }),
    codec,
    compressors: { GZIP: (input) => gzipSync(input), ZSTD: (input) => zstdCompressSync(input) },
    createdBy: 'tributary',
  });
  for (let start = 0; start < rows.length; start += GROUP_ROWS) {
    const group = rows.slice(start, start + GROUP_ROWS);
    writer.write({ columnData: dataOf(group), rowGroupSize: group.length });
  }
  writer.finish();
  return bytes.getBytes().slice();
}

/** Whether bytes are a Parquet file. */
export const isParquet = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;

/**
 * A file of {@link parquetFile} without some of its rows.
 * @param isGone is asked for each row, with its texts
 * @returns undefined where no row is gone
 */
export async function parquetWithout(
  bytes: Uint8Array,
  isGone: (texts: readonly string[], row: number) => boolean,
): Promise<{ readonly bytes: Uint8Array; readonly rows: number } | undefined> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const columns = metadata.schema.slice(1).map(({ name }) => name);
  const rows: Cell[][] = [];
  await parquetRead({ file, metadata, compressors, onComplete: (read) => void rows.push(...(read as Cell[][])) });
  const kept = rows.filter(
    (row, at) =>
      !isGone(
        row.filter((cell) => typeof cell === 'string'),
        at,
      ),
  );
  if (kept.length === rows.length) return undefined;
  const codec = metadata.row_groups[0]!.columns[0]!.meta_data!.codec as ParquetCodec;
  return { bytes: parquetFile(columns, kept, codec), rows: kept.length };
}
