import { stageRules } from '#core/catalog/rules.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { type EvaluateSliceDeps, evaluateSlice } from '#core/jobs/evaluate-slice.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { createPartWorker, type PartDeps } from '#lambdas/runtime/part-worker.ts';

export interface EvaluatePartDeps extends EvaluateSliceDeps, PartDeps {
  readonly metrics: Metrics;
}

/** A part of the batch job → the memberships of its profiles. */
export const createWorker = (deps: EvaluatePartDeps) =>
  createPartWorker(deps, {
    run: (items, job, catalog) => evaluateSlice(items, job, stageRules(catalog).evaluationJob, deps),
    counted({ entered = 0, exited = 0, repaired = 0 }) {
      deps.metrics.count(METRICS.membershipsEntered, entered);
      deps.metrics.count(METRICS.membershipsExited, exited);
      deps.metrics.count(METRICS.membershipsRepaired, repaired);
    },
  });
