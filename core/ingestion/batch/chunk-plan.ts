import { gunzipSync, gzipSync } from 'node:zlib';
import { planKey } from '#core/ingestion/landing.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ChunkMessage } from './chunk-message.ts';

/**
 * The chunks of a file travel twice: to be looked at, and, once all of them have been and the batch holds, to be
 * stitched. In between their plan waits beside the file. The only chunk of a small file needs none.
 */
export async function keepPlan(landing: ObjectStore, messages: readonly ChunkMessage[]): Promise<void> {
  if (messages.length < 2) return;
  await landing.put(planKey(messages[0]!.batchId), gzipSync(JSON.stringify(messages)));
}

/** All chunks of the file that `one` of them belongs to. @throws Error when the plan is gone */
export async function readPlan(landing: ObjectStore, one: ChunkMessage, chunks: number): Promise<ChunkMessage[]> {
  if (chunks === 1) return [one];
  const bytes = await landing.get(planKey(one.batchId));
  if (!bytes) throw new Error(`The plan of batch ${one.batchId} is gone; upload its file again`);
  return JSON.parse(gunzipSync(bytes).toString('utf8')) as ChunkMessage[];
}
