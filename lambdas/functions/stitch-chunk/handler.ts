import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { type WorkDeps, workOn } from '#core/ingestion/batch/working-blocks.ts';
import { countActivities } from '#core/personalisation/count.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import { invocationName, readChunk } from '#core/pipeline/batch/read-chunk.ts';
import { addCounts, countFileRejection, countOutcomes, NO_COUNTS, rareCounts } from '#core/pipeline/counts.ts';
import { type ProcessDeps, processRecords, type ReceivedRecord } from '#core/pipeline/process.ts';
import { writeFileRejection } from '#core/pipeline/quarantine/write.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { Operations } from '#core/record/operations.ts';
import { type RevertMessage, replacedBy } from '#core/revert/batch-to-revert.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { emitCounts } from '#lambdas/runtime/record-metrics.ts';
import type { SuppressUnder } from '#lambdas/runtime/suppression.ts';

export interface StitchChunkDeps extends WorkDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly lookups: LookupStore;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  readonly activityCounts: ActivityCounts;
  /** Takes batches to those who take them back. */
  readonly reverts: MessageQueue<RevertMessage>;
  readonly suppression: SuppressUnder;
  readonly metrics: Metrics;
  backoff(attempt: number): Promise<void>;
}

/** One chunk of a batch that holds → validate, keep, stitch; then it is counted home. */
export function createWorker(deps: StitchChunkDeps) {
  const stitchChunk = workerOf(deps);
  return (message: ChunkMessage): Promise<void> => workOn(message, deps, () => stitchChunk(message));
}

function workerOf(deps: StitchChunkDeps) {
  return async (message: ChunkMessage): Promise<void> => {
    const catalog = await deps.catalog.current();
    const { lake, quarantine, profiles, timeline, lookups, activityCounts, backoff } = deps;
    const { fold } = stageSettings(catalog);
    const counting = { activities: catalog.activities, namespaces: fold.links, counts: activityCounts, backoff };
    const process: ProcessDeps = {
      catalog,
      lake,
      quarantine,
      suppress: deps.suppression(stageSettings(catalog).suppression),
      stitch: { profiles, timeline, lookups, settings: fold, isNew: true, backoff },
      countActivities: (accepted) => countActivities(accepted, counting),
    };
    let counts = NO_COUNTS;
    let lateLinks = 0;
    const finish = async (slice: readonly ReceivedRecord[], number: number): Promise<void> => {
      const processed = await processRecords(slice, invocationName(message, number), process);
      if (processed.failed[0]) throw processed.failed[0].error;
      counts = addCounts(counts, countOutcomes(processed));
      lateLinks += processed.lateLinks;
    };
    const noted = { repeatedHeaders: 0 };
    const rejection = await readChunk(message, catalog, deps.landing, finish, noted);
    counts = { ...counts, ...rareCounts(noted) };
    if (rejection) {
      counts = addCounts(counts, countFileRejection(rejection));
      await writeFileRejection(quarantine, `${message.batchId}-${message.chunk.index}`, message, rejection);
      deps.metrics.count(METRICS.batchesFailed, 1);
    }
    await deps.operations.completeChunk(message.batchId, message.chunk.index, counts, rejection);
    await revertReplaced(message.batchId, deps);
    emitCounts(deps.metrics, counts, lateLinks);
    const { accepted, rejected } = counts;
    logBatch({ batchId: message.batchId, chunk: message.chunk.index, accepted, rejected });
  };
}

/** With its last chunk a batch is ingested, and those that it replaces can go. */
async function revertReplaced(batchId: string, { landing, operations, reverts }: StitchChunkDeps): Promise<void> {
  const batch = await operations.batch(batchId);
  if (batch?.status !== 'success') return;
  const replaced = await replacedBy(batch, landing);
  if (replaced.length > 0) await reverts.send(replaced.map((id) => ({ batchId: id })));
}
