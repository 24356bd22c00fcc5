import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { type EvaluateItemsDeps, evaluateItems } from '#core/jobs/evaluate-items.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { createPartitionWorker, type PartitionDeps } from '#lambdas/runtime/partition-worker.ts';

export interface EvaluatePartitionDeps extends EvaluateItemsDeps, PartitionDeps {
  readonly metrics: Metrics;
}

/** A part of the batch job → the memberships of its profiles. */
export const createWorker = (deps: EvaluatePartitionDeps) =>
  createPartitionWorker(deps, {
    run: (items, job, catalog) => evaluateItems(items, job, stageSettings(catalog).evaluationJob, deps),
    counted({ entered = 0, exited = 0, repaired = 0 }) {
      deps.metrics.count(METRICS.membershipsEntered, entered);
      deps.metrics.count(METRICS.membershipsExited, exited);
      deps.metrics.count(METRICS.membershipsRepaired, repaired);
    },
  });
