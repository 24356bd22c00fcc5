import { markedAt, setMark } from '#core/api/batch/marks.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Operations } from '#core/record/operations.ts';
import { batchToRevert, type RevertMessage } from '#core/revert/batch-to-revert.ts';
import { jobPartitionsFor, type RevertDeps, workRevert } from '#core/revert/revert.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface RevertBatchDeps extends Omit<RevertDeps, 'settings' | 'until'> {
  readonly catalog: CatalogPort;
  readonly operations: Operations;
  readonly reverts: MessageQueue<RevertMessage>;
  /** After so long the batch is handed on to another call. */
  readonly workMs: number;
}

/** A batch that is to be taken back → as if it had never come, for as long as a call may take; then its message is sent again. */
export function createWorker(deps: RevertBatchDeps) {
  return async ({ batchId }: RevertMessage): Promise<void> => {
    const { landing, operations } = deps;
    if ((await markedAt(batchId, 'reverted', landing)) !== undefined) return;
    const batch = await operations.batch(batchId);
    if (!batch) throw new Error(`There is no batch ${batchId}`);
    if (batch.status === 'processing') throw new Error(`Batch ${batchId} is still being ingested`);
    await setMark(batchId, 'reverting', deps);
    const taken = await batchToRevert(batch, landing);
    if (!taken) throw new Error(`The files of batch ${batchId} are not known any more`);
    const { accepted, duplicate } = batch.counts;
    const until = deps.now() + deps.workMs;
    const catalog = await deps.catalog.current();
    const start = { batch: taken, jobPartitions: jobPartitionsFor(accepted + duplicate) };
    const end = await workRevert(start, { ...deps, settings: stageSettings(catalog).revert, until });
    if (end === 'done') await setMark(batchId, 'reverted', deps);
    else await deps.reverts.send([{ batchId }]);
    logBatch({ batchId, datasetId: batch.datasetId, revert: end });
  };
}
