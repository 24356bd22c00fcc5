import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { EdgeProfileStore } from '#core/edge/ports/edge-profile-store.ts';
import { projectEdgeProfile } from '#core/edge/project.ts';
import { type EvaluateItemsDeps, evaluateItems } from '#core/jobs/evaluate-items.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { createPartitionWorker, type PartitionDeps } from '#lambdas/runtime/partition-worker.ts';

export interface EvaluatePartitionDeps extends EvaluateItemsDeps, PartitionDeps {
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

/** A part of the batch job → the memberships of its profiles. */
export const createWorker = (deps: EvaluatePartitionDeps) =>
  createPartitionWorker(deps, {
    async run(items, job, catalog) {
      const result = await evaluateItems(items, job, stageSettings(catalog).evaluationJob, deps);
      await projectAll(items, catalog, deps);
      return result;
    },
    counted({ entered = 0, exited = 0, repaired = 0 }) {
      deps.metrics.count(METRICS.membershipsEntered, entered);
      deps.metrics.count(METRICS.membershipsExited, exited);
      deps.metrics.count(METRICS.membershipsRepaired, repaired);
    },
  });
