import type { Clock } from '#core/ports/clock.ts';
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

export interface WorkDeps {
  readonly landing: ObjectStore;
  readonly operations: Pick<Operations, 'batch' | 'lease' | 'release'>;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}

/** No function runs for longer. */
const LONGEST_RUN_MS = 900_000;

/**
 * Works on a chunk, unless its batch is being taken back: a message that is delivered once more would bring it back. A
 * revert begins when nobody works any more on what was begun before it. The last chunk of a batch takes the unpacked texts
 * away. One that is delivered once more after that finds nothing to read, and nothing is left to do.
 * @throws what `work` throws, but for that
 */
export async function workOn(message: ChunkMessage, deps: WorkDeps, work: () => Promise<void>): Promise<void> {
  const { operations, now, newId } = deps;
  const worker = newId();
  if (!(await operations.lease(message.batchId, worker, now() + LONGEST_RUN_MS))) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BlocksGoneError && (await dropIfOver(message.batchId, deps)))) throw error;
  } finally {
    await operations.release(message.batchId, worker);
  }
  if (message.unpacked) await dropIfOver(message.batchId, deps);
}
