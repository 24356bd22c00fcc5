import type { ObjectStore } from '#core/ports/object-store.ts';
import { datasetFolder } from '#core/record/partition.ts';
import type { CompiledCatalog } from './compile.ts';
import { leftBehind } from './history.ts';
import { profileDatasets } from './stage-settings.ts';

/**
 * Why people may be members of other segments under the new catalog, although nothing came in: segments are others, or the
 * same rules look up something else, because a relationship came, went or leads elsewhere; or a dataset has left or was
 * switched off for profiles, or has come back to what is stored of it.
 */
export async function whyEvaluate(
  before: CompiledCatalog,
  after: CompiledCatalog,
  lake: Pick<ObjectStore, 'list'>,
): Promise<'Segments' | 'Datasets' | undefined> {
  if (meaningOf(before) !== meaningOf(after)) return 'Segments';
  const [counted, counting] = [profileDatasets(before.datasets), profileDatasets(after.datasets)];
  if (leftBehind(counted, counting).length > 0) return 'Datasets';
  for (const id of leftBehind(counting, counted)) {
    for await (const _ of lake.list(datasetFolder(id))) return 'Datasets';
  }
  return undefined;
}

const meaningOf = ({ segmentDefinitions, segments }: CompiledCatalog): string =>
  JSON.stringify([...segmentDefinitions, segments.lookups]);
