import type { FileMetaData, RowGroup } from 'hyparquet';
import { parquetReadObjects } from 'hyparquet';
import type { ByteSource } from './byte-source.ts';
import { bytesSource } from './byte-source.ts';
import type { Chunk } from './chunks.ts';
import { inspect, tooLarge } from './decode-json.ts';
import { gunzip } from './gunzip.ts';
import { DECOMPRESSORS } from './parquet-codecs.ts';
import { ParquetFlaw } from './parquet-flaw.ts';
import { checkFooter, rangeOf } from './parquet-footer.ts';
import { checkRowGroup } from './parquet-pages.ts';
import { PARSERS, valuesOf } from './parquet-values.ts';
import { type DecodedRecord, FileRefusedError, MAX_RECORD_BYTES } from './record.ts';
import { KEPT_BYTES } from './splitter.ts';

/** A row group is held in memory, packed and unpacked. */
export const MAX_ROW_GROUP_BYTES = 512 * 1024 ** 2;
/** Parquet inside gzip can't be read by ranges, so all of it is held. */
export const MAX_GZIPPED_PARQUET_BYTES = 128 * 1024 ** 2;

/**
 * Row groups, together as long as they are not more than `targetBytes`.
 * @throws FileRefusedError
 */
export async function planRowGroups(source: ByteSource, gzip: boolean, targetBytes: number): Promise<Chunk[]> {
  const { metadata } = await openParquet(source, gzip);
  const groups = metadata.row_groups;
  const chunks: Chunk[] = [];
  let start = 0;
  let firstRow = 1;
  let rows = 0;
  let bytes = 0;
  for (const [i, group] of groups.entries()) {
    rows += Number(group.num_rows);
    bytes += rangeOf(group).end - rangeOf(group).start;
    const isLast = i === groups.length - 1;
    // A gzip is unpacked as a whole for every chunk.
    if (!isLast && (gzip || bytes < targetBytes)) continue;
    chunks.push({ index: chunks.length, start, end: i + 1, firstRow, rows });
    start = i + 1;
    firstRow += rows;
    rows = 0;
    bytes = 0;
  }
  return chunks.length > 0 ? chunks : [{ index: 0, start: 0, end: 0, firstRow: 1, rows: 0 }];
}

/** The rows of a chunk. @throws FileRefusedError after the row groups that could be read */
export async function* decodeRowGroups(source: ByteSource, gzip: boolean, chunk: Chunk): AsyncIterable<DecodedRecord> {
  const { file, metadata } = await openParquet(source, gzip);
  const toRecord = recordsOf(source.name, metadata);
  let row = chunk.firstRow;
  for (const group of metadata.row_groups.slice(chunk.start, chunk.end)) {
    if (group.num_rows === 0n) continue;
    for (const decoded of await readRowGroup(file, metadata, group)) yield toRecord(decoded, row++);
  }
}

async function openParquet(source: ByteSource, gzip: boolean): Promise<{ file: ByteSource; metadata: FileMetaData }> {
  const file = gzip ? await unpacked(source) : source;
  return { file, metadata: await checkFooter(file) };
}

async function unpacked(source: ByteSource): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of gunzip(source)) {
    size += piece.length;
    if (size > MAX_GZIPPED_PARQUET_BYTES) {
      throw new FileRefusedError({
        code: 'too-large',
        message: 'Parquet inside gzip must be small; upload it without gzip, its columns are compressed already',
        expected: `at most ${MAX_GZIPPED_PARQUET_BYTES} bytes unpacked`,
      });
    }
    pieces.push(piece);
  }
  return bytesSource(source.name, Buffer.concat(pieces));
}

async function readRowGroup(
  file: ByteSource,
  metadata: FileMetaData,
  group: RowGroup,
): Promise<Record<string, unknown>[]> {
  const { start, end } = rangeOf(group);
  if (end - start > MAX_ROW_GROUP_BYTES || group.total_byte_size > BigInt(MAX_ROW_GROUP_BYTES)) {
    throw new FileRefusedError({
      code: 'too-large',
      message: 'A row group of the file is too large; write the file with smaller ones',
      expected: `at most ${MAX_ROW_GROUP_BYTES} bytes a row group`,
    });
  }
  // Read here, so that what fails inside the decoder is the file's fault and nobody else's.
  const bytes = await file.read(start, end);
  try {
    checkRowGroup(bytes, start, group, metadata, MAX_ROW_GROUP_BYTES);
    return await parquetReadObjects({
      file: {
        byteLength: file.size,
        slice: (from, to = end) => new Uint8Array(bytes.subarray(from - start, to - start)).buffer,
      },
      metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
      compressors: DECOMPRESSORS,
      parsers: PARSERS,
      utf8: false,
      geoparquet: false,
    });
  } catch (error) {
    throw corrupt(error);
  }
}

function recordsOf(
  source: string,
  metadata: FileMetaData,
): (row: Record<string, unknown>, number: number) => DecodedRecord {
  const toValue = valuesOf(metadata);
  return (columns, row) => {
    const position = { source, row };
    const { value, refusal = inspect(value) } = toValue(columns);
    const raw = JSON.stringify(value);
    // Characters are at most three bytes; they are only counted where it may matter.
    const bytes = raw.length * 3 > MAX_RECORD_BYTES ? Buffer.byteLength(raw) : 0;
    if (bytes > MAX_RECORD_BYTES) return { position, raw: raw.slice(0, KEPT_BYTES), refusal: tooLarge(bytes) };
    return refusal ? { position, raw, refusal } : { position, raw, value };
  };
}

function corrupt(error: unknown): FileRefusedError {
  const detail = error instanceof ParquetFlaw ? `: ${error.message}` : '';
  return new FileRefusedError({
    code: 'corrupt-file',
    message: `A row group of the Parquet file can't be read${detail}; write the file again`,
    expected: 'a Parquet file as the specification has it',
  });
}
