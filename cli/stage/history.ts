import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { PreviewDeps } from '#core/segmentation/preview.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { StageStores } from './stores.ts';

/** Profiles keep of events what the segments active read. Where others read something else, the timeline has it. */
export function historyFor(
  segments: SegmentSet,
  active: CompiledCatalog,
  { timeline }: StageStores,
): Pick<PreviewDeps, 'history'> {
  if (segments.fingerprint === active.segments.fingerprint) return {};
  const isProfileEnabled = (id: string): boolean => active.datasets.get(id)?.profileEnabled ?? false;
  return { history: { timeline, isProfileEnabled } };
}
