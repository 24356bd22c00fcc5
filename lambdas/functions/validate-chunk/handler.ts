import type { CatalogPort } from '#core/catalog/port.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { readPlan } from '#core/ingestion/batch/chunk-plan.ts';
import { workOn } from '#core/ingestion/batch/working-pieces.ts';
import { readChunk, slicePart } from '#core/pipeline/batch/read-chunk.ts';
import { verdictOf } from '#core/pipeline/batch/threshold.ts';
import { addCounts, countValidated, NO_COUNTS } from '#core/pipeline/counts.ts';
import { look } from '#core/pipeline/process.ts';
import { keepFileRefusal, keepInQuarantine } from '#core/pipeline/quarantine/keep.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/record/operations.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface ValidateChunkDeps {
  readonly catalog: CatalogPort;
  readonly landing: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  /** Takes the chunks of a batch that holds to those who stitch them. */
  readonly chunks: MessageQueue<ChunkMessage>;
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
    const refusal = await readChunk(message, catalog, deps.landing, async (slice, number) => {
      const { good, refused } = look(slice, catalog);
      await keepInQuarantine(deps.quarantine, slicePart(message, number), refused);
      counts = addCounts(counts, countValidated(good, refused));
    });
    const batch = await deps.operations.countValidated(batchId, chunk.index, counts, refusal);
    const { accepted, refused } = counts;
    logBatch({ batchId, chunk: chunk.index, good: accepted, bad: refused });

    const verdict = verdictOf(batch);
    if (verdict === undefined) return;
    if (verdict !== 'stitch') await keepFileRefusal(deps.quarantine, batchId, message, verdict.refusal);
    const holds = await deps.operations.settle(batchId, verdict);
    if (holds === 'stitch') {
      await deps.chunks.send(await readPlan(deps.landing, message, batch.chunks));
      return;
    }
    deps.metrics.count(METRICS.batchesFailed, 1);
    logBatch({ batchId, datasetId: message.datasetId, code: holds.refusal.code });
  };
}
