import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { readChunkList } from '#core/ingestion/batch/chunk-list.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { type WorkDeps, workOn } from '#core/ingestion/batch/working-blocks.ts';
import { invocationName, readChunk } from '#core/pipeline/batch/read-chunk.ts';
import { commitDecisionOf } from '#core/pipeline/batch/threshold.ts';
import { addCounts, countValidated, NO_COUNTS, rareCounts } from '#core/pipeline/counts.ts';
import { dryRun, withoutSuppressed } from '#core/pipeline/process.ts';
import { writeFileRejection, writeToQuarantine } from '#core/pipeline/quarantine/write.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/record/operations.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import type { SuppressUnder } from '#lambdas/runtime/suppression.ts';

export interface ValidateChunkDeps extends WorkDeps {
  readonly catalog: CatalogPort;
  readonly landing: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  /** Takes the chunks of a batch that holds to those who stitch them. */
  readonly chunks: MessageQueue<ChunkMessage>;
  readonly suppression: SuppressUnder;
  readonly metrics: Metrics;
}

/**
 * One chunk of a file → its records looked at, the bad ones in quarantine, the good ones counted. No profile is touched:
 * the last chunk of the batch that comes home decides whether any of it is (aep.md §2.3). If a worker dies after that,
 * its message comes again, finds the batch complete, and says the same.
 */
export function createValidator(deps: ValidateChunkDeps) {
  const validateChunk = validatorOf(deps);
  return (message: ChunkMessage): Promise<void> => workOn(message, deps, () => validateChunk(message));
}

function validatorOf(deps: ValidateChunkDeps) {
  return async (message: ChunkMessage): Promise<void> => {
    const catalog = await deps.catalog.current();
    const { batchId, chunk } = message;
    let counts = NO_COUNTS;
    const noted = { repeatedHeaders: 0 };
    const rejection = await readChunk(
      message,
      catalog,
      deps.landing,
      async (slice, number) => {
        const { good, rejected: found } = dryRun(slice, catalog);
        const suppress = deps.suppression(stageSettings(catalog).suppression);
        const rejected = await withoutSuppressed(found, { suppress, catalog });
        await writeToQuarantine(deps.quarantine, invocationName(message, number), rejected);
        counts = addCounts(counts, countValidated(good, rejected));
      },
      noted,
    );
    counts = { ...counts, ...rareCounts(noted) };
    const batch = await deps.operations.countValidated(batchId, chunk.index, counts, rejection);
    const { accepted, rejected } = counts;
    logBatch({ batchId, chunk: chunk.index, good: accepted, bad: rejected });

    const commitDecision = commitDecisionOf(batch);
    if (commitDecision === undefined) return;
    if (commitDecision !== 'stitch')
      await writeFileRejection(deps.quarantine, batchId, message, commitDecision.rejection);
    const holds = await deps.operations.decide(batchId, commitDecision);
    if (holds === 'stitch') {
      await deps.chunks.send(await readChunkList(deps.landing, message, batch.chunks));
      return;
    }
    deps.metrics.count(METRICS.batchesFailed, 1);
    logBatch({ batchId, datasetId: message.datasetId, code: holds.rejection.code });
  };
}
