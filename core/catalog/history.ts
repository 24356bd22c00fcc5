import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { PreviewDeps } from '#core/segmentation/preview.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { CompiledCatalog } from './compile.ts';
import { profileDatasets } from './stage-settings.ts';

/**
 * Profiles keep of events what the segments active read. Where others read something else, or events of other datasets
 * count, the timeline has it.
 * @param datasets that count, if they are others than those of the catalog active
 */
export function historyFor(
  segments: SegmentSet,
  active: CompiledCatalog,
  { timeline }: { readonly timeline: Timeline },
  datasets: CompiledCatalog['datasets'] = active.datasets,
): Pick<PreviewDeps, 'history'> {
  const [counted, counting] = [profileDatasets(active.datasets), profileDatasets(datasets)];
  const isSame = leftBehind(counted, counting).length === 0 && leftBehind(counting, counted).length === 0;
  if (isSame && segments.fingerprint === active.segments.fingerprint) return {};
  const isProfileEnabled = (id: string): boolean => counted.has(id) || counting.has(id);
  return { history: { timeline, isProfileEnabled } };
}

/** Datasets that are not in the catalog any more, by id. */
export const leftBehind = (before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] =>
  [...before.keys()].filter((id) => !after.has(id)).sort();
