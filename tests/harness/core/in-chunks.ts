import type { Chunk } from '#core/ingestion/batch/chunk.ts';
import { type ChunkPlan, type PlanOptions, planChunks } from '#core/ingestion/batch/plan-chunks.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';
import { type DecodedRecord, FileRefusedError, type Refusal } from '#core/record/record.ts';
import { recordsOf } from './decode.ts';

/** What chunks hold. */
export interface ChunkOutcome {
  readonly records: readonly DecodedRecord[];
  /** Why the rest of a chunk was not read, each time that it was said. */
  readonly refusals: readonly Refusal[];
}

/** The plan of a file, or why nothing in it can be used. */
export async function planOrRefusal(source: ByteSource, options: PlanOptions): Promise<ChunkPlan | Refusal> {
  try {
    return await planChunks(source, options);
  } catch (error) {
    if (error instanceof FileRefusedError) return error.refusal;
    throw error;
  }
}

/** Each chunk is read by itself, as by another worker. */
export async function decodeChunks(
  source: ByteSource,
  plan: Pick<ChunkPlan, 'format' | 'gzip'>,
  chunks: readonly Chunk[],
): Promise<ChunkOutcome> {
  const records: DecodedRecord[] = [];
  const refusals: Refusal[] = [];
  for (const chunk of chunks) {
    try {
      const travelled = JSON.parse(JSON.stringify(chunk)) as Chunk;
      for await (const record of recordsOf(source, plan, travelled)) records.push(record);
    } catch (error) {
      if (!(error instanceof FileRefusedError)) throw error;
      refusals.push(error.refusal);
    }
  }
  return { records, refusals };
}
