import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Operations } from '#core/record/operations.ts';
import { batchToRevert, type RevertMessage } from '#core/revert/batch-to-revert.ts';
import { jobPartitionsFor, type RevertDeps, workRevert } from '#core/revert/revert.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import type { SuppressUnder } from '#lambdas/runtime/suppression.ts';

export interface RevertBatchDeps extends Omit<RevertDeps, 'settings' | 'suppress' | 'until'> {
  readonly catalog: CatalogPort;
  readonly operations: Operations;
  readonly suppression: SuppressUnder;
  readonly reverts: MessageQueue<RevertMessage>;
  /** After so long the batch is handed on to another call. */
  readonly workMs: number;
}

/** A batch that is to be taken back → as if it had never come, for as long as a call may take; then its message is sent again. */
export function createWorker(deps: RevertBatchDeps) {
  return async ({ batchId }: RevertMessage): Promise<void> => {
    const { landing, operations } = deps;
    const { transitions, batch } = await operations.progress(batchId);
    if (transitions.reverted !== undefined) return;
    if (!batch) throw new Error(`There is no batch ${batchId}`);
    if (batch.status === 'processing') throw new Error(`Batch ${batchId} is still being ingested`);
    const { batch: { busyUntil = 0 } = batch } = await operations.transition(batchId, 'reverting', deps.now());
    // A chunk that was delivered twice: what is written of it now would come back.
    if (busyUntil > deps.now()) throw new Error(`A worker may still be at a chunk of batch ${batchId}`);
    const taken = await batchToRevert(batch, landing);
    if (!taken) throw new Error(`The files of batch ${batchId} are not known any more`);
    const { accepted, duplicate } = batch.counts;
    const until = deps.now() + deps.workMs;
    const catalog = await deps.catalog.current();
    const start = { batch: taken, jobPartitions: jobPartitionsFor(accepted + duplicate) };
    const { revert, suppression } = stageSettings(catalog);
    const suppress = deps.suppression(suppression);
    const end = await workRevert(start, { ...deps, settings: revert, suppress, until });
    if (end === 'done') await operations.transition(batchId, 'reverted', deps.now());
    else await deps.reverts.send([{ batchId }]);
    logBatch({ batchId, datasetId: batch.datasetId, revert: end });
  };
}
