import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/record/operations.ts';
import { blocksPrefix } from '../landing.ts';
import { BlocksGoneError } from '../source/unpacked.ts';
import type { ChunkMessage } from './chunk-message.ts';

type BatchStatistics = { readonly landing: ObjectStore; readonly operations: Pick<Operations, 'batch'> };

/**
 * Removes the unpacked texts of a batch that is over, should there be any: they hold people's data, and nobody reads
 * them any more. @returns whether it is over
 */
export async function dropIfOver(batchId: string, { landing, operations }: BatchStatistics): Promise<boolean> {
  const batch = await operations.batch(batchId);
  if (!batch || batch.status === 'processing') return false;
  await landing.delete(await Array.fromAsync(landing.list(blocksPrefix(batchId))));
  return true;
}

/**
 * Works on a chunk. The last one of a batch takes the unpacked texts away. A chunk that is delivered once more after that
 * finds nothing to read, and nothing is left to do.
 */
export async function workOn(
  message: ChunkMessage,
  statistics: BatchStatistics,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof BlocksGoneError && (await dropIfOver(message.batchId, statistics))) return;
    throw error;
  }
  if (message.unpacked) await dropIfOver(message.batchId, statistics);
}
