import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { PreviewDeps } from '#core/segmentation/preview.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { StageStores } from './stores.ts';

/**
 * Profiles keep of events what the segments active read. Where others read something else, or events of other datasets
 * count, the timeline has it.
 * @param datasets that count, if they are others than those of the catalog active
 */
export function historyFor(
  segments: SegmentSet,
  active: CompiledCatalog,
  { timeline }: StageStores,
  datasets: ReadonlyMap<string, unknown> = active.datasets,
): Pick<PreviewDeps, 'history'> {
  const isSame = leftBehind(active.datasets, datasets).length === 0;
  if (isSame && segments.fingerprint === active.segments.fingerprint) return {};
  const isProfileEnabled = (id: string): boolean => active.datasets.get(id)?.profileEnabled ?? false;
  return { history: { timeline, isProfileEnabled } };
}

/** Datasets that are not in the catalog any more, by id. */
export const leftBehind = (before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] =>
  [...before.keys()].filter((id) => !after.has(id)).sort();
