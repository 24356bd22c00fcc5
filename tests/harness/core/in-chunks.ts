import type { Chunk } from '#core/ingestion/batch/chunk.ts';
import { type ChunkList, type ListChunksOptions, listChunks } from '#core/ingestion/batch/list-chunks.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { type DecodedRecord, FileRejectedError, type Rejection } from '#core/record/record.ts';
import { recordsOf } from './decode.ts';

/** What chunks hold. */
export interface ChunkOutcome {
  readonly records: readonly DecodedRecord[];
  /** Why the rest of a chunk was not read, each time that it was said. */
  readonly rejections: readonly Rejection[];
}

/** The plan of a file, or why nothing in it can be used. */
export async function chunksOrRejection(
  source: ByteSource,
  options: ListChunksOptions,
): Promise<ChunkList | Rejection> {
  try {
    return await listChunks(source, options);
  } catch (error) {
    if (error instanceof FileRejectedError) return error.rejection;
    throw error;
  }
}

/** Each chunk is read by itself, as by another worker. */
export async function decodeChunks(
  source: ByteSource,
  plan: Pick<ChunkList, 'format' | 'gzip'>,
  chunks: readonly Chunk[],
): Promise<ChunkOutcome> {
  const records: DecodedRecord[] = [];
  const rejections: Rejection[] = [];
  for (const chunk of chunks) {
    try {
      const travelled = JSON.parse(JSON.stringify(chunk)) as Chunk;
      for await (const record of recordsOf(source, plan, travelled)) records.push(record);
    } catch (error) {
      if (!(error instanceof FileRejectedError)) throw error;
      rejections.push(error.rejection);
    }
  }
  return { records, rejections };
}
