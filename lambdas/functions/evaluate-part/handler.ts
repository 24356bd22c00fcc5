import { EVALUATION_TRIES } from '#core/contract/functions.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Job, Tally } from '#core/jobs/job.ts';
import type { PartMessage } from '#core/jobs/part-message.ts';
import { type SliceDone, workPart } from '#core/jobs/work-part.ts';
import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Jobs } from '#core/ports/jobs.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type EvaluateSliceDeps, evaluateSlice } from '#core/segmentation/evaluate-slice.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import type { QueueItem } from '#lambdas/runtime/sqs-handler.ts';

export interface EvaluatePartDeps extends EvaluateSliceDeps {
  readonly catalog: CatalogPort;
  readonly jobs: Jobs;
  readonly queue: MessageQueue<PartMessage>;
  readonly metrics: Metrics;
  /** After so long a part is handed on to another call. */
  readonly workMs: number;
  readonly sliceItems: number;
  /** Waits until this function too sees the catalog that others see already. */
  untilSeen(): Promise<void>;
}

/** A part of the batch job → its memberships, for as long as a call may take; then its message is sent again. */
export function createWorker(deps: EvaluatePartDeps) {
  return async ({ value: message, attempt }: QueueItem<PartMessage>): Promise<void> => {
    const evaluateOf = evaluatorOf(deps);
    const outcome = await workPart(message, {
      ...deps,
      until: deps.now() + deps.workMs,
      isLastTry: attempt >= EVALUATION_TRIES - 1,
      run: evaluateOf,
      counted: (tally) => emit(tally, deps.metrics),
    });
    if (outcome === 'unfinished') await deps.queue.send([message]);
    logBatch({ ...message, attempt, outcome });
  };
}

/** Another catalog than the job's may be an older one, which this function has kept for some seconds, or a newer. */
function evaluatorOf(deps: EvaluatePartDeps) {
  let hasWaited = false;
  return async (items: readonly ProfileItem[], job: Job): Promise<SliceDone> => {
    let catalog = await deps.catalog.current();
    if (catalog.version !== job.catalogVersion && !hasWaited) {
      hasWaited = true;
      await deps.untilSeen();
      catalog = await deps.catalog.current();
    }
    return await evaluateSlice(items, job, catalog, deps);
  };
}

function emit({ entered = 0, exited = 0, repaired = 0 }: Tally, metrics: Metrics): void {
  metrics.count(METRICS.membershipsEntered, entered);
  metrics.count(METRICS.membershipsExited, exited);
  metrics.count(METRICS.membershipsRepaired, repaired);
}
