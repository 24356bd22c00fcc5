import type { FoldSettings } from '#core/profile/fold-settings.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { isProjected, reproject } from '#core/profile/reproject.ts';
import type { EvaluateDeps, EvaluateOptions } from '#core/segmentation/evaluate.ts';
import type { EvaluateSettings } from '#core/segmentation/evaluate-item.ts';
import { evaluateMany } from '#core/segmentation/evaluate-many.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { Job } from './job.ts';
import type { StepResult } from './work-on-partition.ts';

export interface EvaluateItemsDeps extends Omit<EvaluateDeps, 'settings' | 'lookups'> {
  readonly lookups: LookupStore;
  readonly timeline: Timeline;
}

/** What evaluating all profiles needs of the catalog. */
export interface EvaluationJobSettings {
  /** Of the catalog. */
  readonly version: string;
  readonly segments: SegmentSet;
  readonly fold: FoldSettings;
  readonly evaluation: EvaluateSettings;
}

/**
 * Evaluates all segments of some items as part of a job: what streaming may have missed is corrected, and segments that are
 * new see what happened before them, from events chosen anew. A change is counted as repaired where nothing else explains
 * it: since the last job that finished, the catalog has been the same, and the events of the item were not chosen anew.
 */
export async function evaluateItems(
  items: readonly ProfileItem[],
  job: Job,
  settings: EvaluationJobSettings,
  deps: EvaluateItemsDeps,
): Promise<StepResult> {
  const { evaluation, fold, segments, version } = settings;
  const knownSince = version === job.catalogVersion ? job.knownSince : undefined;
  const run = { jobId: job.id, writesAll: job.writesAll ?? false };
  const prepare = async (item: ProfileItem): Promise<EvaluateOptions> => {
    if (!isProjected(item, fold)) {
      await reproject(item.canonicalKey, { ...deps, settings: fold });
      return { run: { ...run, isStreamed: false } };
    }
    const isStreamed = knownSince !== undefined && (item.projectedAt ?? 0) <= knownSince;
    return { image: item, run: { ...run, isStreamed } };
  };
  const { entered, exited, repaired, failed, firstError } = await evaluateMany(
    items,
    { ...deps, settings: evaluation, lookups: lookupReader(deps.lookups, segments) },
    prepare,
  );
  return { tally: { entered, exited, repaired }, failed, ...(firstError && { firstError }) };
}
