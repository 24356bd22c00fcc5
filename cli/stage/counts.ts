import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { batchCounters } from '#core/counts/contributions.ts';
import { addCounters, type Counters } from '#core/counts/counters.ts';
import { adjustFor, type Drift, driftOf, recountedSeries, recountItems } from '#core/counts/recount.ts';
import { SERIES } from '#core/counts/series.ts';
import { type Counted, type StageCounts, stageCounts } from '#core/counts/stage-counts.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { StageStores } from './stores.ts';

type Sources = Pick<StageStores, 'profiles' | 'counted' | 'operations' | 'counts'>;

/** What is counted under a catalog. */
export const countedBy = ({ segmentDefinitions, destinations, datasets }: CompiledCatalog): Counted => ({
  segments: [...segmentDefinitions.keys()],
  destinations: [...destinations.keys()],
  datasets: [...datasets.keys()],
});

/** What a stage contains, by its counters. @returns undefined where they do not have all there is yet */
export async function countsOf(
  { counts }: Pick<StageStores, 'counts'>,
  catalog: CompiledCatalog,
): Promise<StageCounts | undefined> {
  const { profiles, records } = await counts.completeSince();
  if (profiles === undefined || records === undefined) return undefined;
  return await stageCounts(countedBy(catalog), { counts, now: Date.now });
}

/** Items that are counted anew together. */
const ITEMS_PER_STEP = 100;

/**
 * Counts everything anew, by reading every item, and compares it with the counters. Exact only while nothing else goes on.
 * @param repair whether counters are made right, after which they are complete
 */
export async function recount(stores: Sources, catalog: CompiledCatalog, repair: boolean): Promise<readonly Drift[]> {
  const { datasets, destinations } = countedBy(catalog);
  const series = [...recountedSeries(destinations), ...datasets.map((id) => SERIES.records('batch', id))];
  const before = await stores.counts.totals(series);
  let found: Counters = {};
  const source = { ...stores.counted, settings: stageSettings(catalog).evaluation };
  let items: ProfileItem[] = [];
  const countItems = async (): Promise<void> => {
    found = addCounters(found, await recountItems(items, source));
    items = [];
  };
  for await (const item of stores.profiles.scan()) if (items.push(item) === ITEMS_PER_STEP) await countItems();
  await countItems();
  for await (const batch of stores.operations.batches()) found = addCounters(found, batchCounters(batch));
  const drifts = driftOf(found, series, { before, after: await stores.counts.totals(series) });
  if (repair) {
    await adjustFor(drifts, stores.counts);
    await stores.counts.markComplete({ profiles: Date.now(), records: Date.now() });
  }
  return drifts;
}
