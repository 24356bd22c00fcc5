import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { Recounts } from '#core/counts/ports/recounts.ts';
import { type RecountSource, recountItems } from '#core/counts/recount.ts';
import type { EdgeProfileStore } from '#core/edge/ports/edge-profile-store.ts';
import { projectEdgeProfile } from '#core/edge/project.ts';
import { type EvaluateItemsDeps, evaluateItems } from '#core/jobs/evaluate-items.ts';
import type { Job } from '#core/jobs/job.ts';
import type { Step, StepResult } from '#core/jobs/work-on-partition.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { createPartitionWorker, type PartitionDeps } from '#lambdas/runtime/partition-worker.ts';

export interface EvaluatePartitionDeps extends EvaluateItemsDeps, PartitionDeps {
  /** What is counted anew, as it is stored. */
  readonly counted: Omit<RecountSource, 'settings'>;
  readonly recounts: Recounts;
  readonly metrics: Metrics;
  /** Undefined where none are made. */
  readonly edgeProfiles?: EdgeProfileStore | undefined;
}

const PROFILES_CONCURRENCY = 8;

/** What the edge knows follows the catalog here: a change of what it needs comes with no change of profiles. */
async function projectAll(
  items: readonly ProfileItem[],
  { edgeProjection: projection }: CompiledCatalog,
  { edgeProfiles, ...deps }: EvaluatePartitionDeps,
): Promise<void> {
  if (!edgeProfiles) return;
  await mapWithConcurrency(items, PROFILES_CONCURRENCY, ({ canonicalKey }) =>
    projectEdgeProfile(canonicalKey, { ...deps, edgeProfiles, projection }),
  );
}

/** A part of the batch job → the memberships of its profiles; and all that is counted, counted anew. */
export const createWorker = (deps: EvaluatePartitionDeps) =>
  createPartitionWorker(deps, {
    async run(items, job, catalog, step) {
      const result = await evaluateItems(items, job, stageSettings(catalog).evaluationJob, deps);
      await projectAll(items, catalog, deps);
      await countAnew(items, result, { job, catalog, step }, deps);
      return result;
    },
    counted({ entered = 0, exited = 0, repaired = 0 }) {
      deps.metrics.count(METRICS.membershipsEntered, entered);
      deps.metrics.count(METRICS.membershipsExited, exited);
      deps.metrics.count(METRICS.membershipsRepaired, repaired);
    },
    async finishing({ id: jobId, partitions, knownSince }) {
      const isReported = knownSince !== undefined;
      await deps.recounts.finish({ jobId, partitions: partitions.length, finishedAt: deps.now(), isReported });
    },
  });

/** What failed is counted with the step in which it does not. */
async function countAnew(
  items: readonly ProfileItem[],
  { failed }: StepResult,
  { job, catalog, step }: { readonly job: Job; readonly catalog: CompiledCatalog; readonly step: Step },
  { counted, recounts }: EvaluatePartitionDeps,
): Promise<void> {
  const rejected = new Set(failed);
  const done = items.filter(({ canonicalKey }) => !rejected.has(canonicalKey));
  const settings = stageSettings(catalog).evaluation;
  await recounts.found(job.id, step, await recountItems(done, { ...counted, settings }));
}
