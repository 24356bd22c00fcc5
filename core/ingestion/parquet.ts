import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ByteSource } from './byte-source.ts';
import { FileRefusedError } from './record.ts';

/** @throws FileRefusedError when it is no Parquet, or damaged */
export async function parquetMetadata(source: ByteSource): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(bufferOf(source));
  } catch {
    throw new FileRefusedError({
      code: 'wrong-format',
      message: 'The file is not Parquet although its name says so, or it is damaged at its end',
      expected: 'a Parquet file',
    });
  }
}

/** Rows `start` to `end` (exclusive) as objects that JSON could hold; nulls are left out. */
export async function parquetRows(source: ByteSource, start: number, end: number): Promise<Record<string, unknown>[]> {
  const metadata = await parquetMetadata(source);
  try {
    const options = { file: bufferOf(source), metadata, compressors, rowStart: start, rowEnd: end };
    return (await parquetReadObjects(options)).map((row) => plain(row) as Record<string, unknown>);
  } catch {
    throw new FileRefusedError({
      code: 'corrupt-file',
      message: `Rows ${start + 1} to ${end} of the Parquet file cannot be read: it is damaged or packed in an unknown way`,
      expected: 'pages packed with Snappy, gzip, zstd, LZ4, Brotli, or not at all',
    });
  }
}

const bufferOf = (source: ByteSource): AsyncBuffer => ({
  byteLength: source.size,
  async slice(start, end = source.size) {
    const bytes = await source.read(start, end);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  },
});

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== null && child !== undefined);
  return Object.fromEntries(entries.map(([key, child]) => [key, plain(child)]));
}
