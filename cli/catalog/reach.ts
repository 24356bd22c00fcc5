import type { ReachReport } from '#cli/report/print-reach.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { historyFor } from '#core/catalog/history.ts';
import { identitySources } from '#core/catalog/reach/identity-sources.ts';
import { reachOf } from '#core/catalog/reach/reach.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';

/** So many profile items are read at most, however large the stage is: seconds, and cents. */
const MAX_ITEMS = 2_000;

/**
 * Counts whom destinations of a catalog would be sent on a stage; nothing is written.
 * @param active the catalog active; undefined where there is none
 * @param ids of destinations; all where it is omitted
 * @param now epoch ms
 */
export async function measureReach(
  definitions: Catalog,
  active: CompiledCatalog | undefined,
  stores: Pick<StageStores, 'profiles' | 'lookups' | 'timeline'>,
  now: number,
  ids: readonly string[] = definitions.destinations.map(({ id }) => id),
): Promise<ReachReport> {
  const catalog = compileCatalog(definitions);
  const { route, evaluation } = stageSettings(catalog);
  const destinations = new Map([...catalog.destinations].filter(([id]) => ids.includes(id)));
  const deps = {
    profiles: stores.profiles,
    lookups: lookupReader(stores.lookups),
    ...historyFor(catalog.segments, active ?? catalog, stores, catalog.datasets),
    now,
    random: Math.random,
  };
  const reach = await reachOf({ route: { ...route, destinations }, evaluation }, deps, MAX_ITEMS);
  return {
    ...reach,
    destinations: reach.destinations.map((each) => ({
      ...each,
      identities: identitySources(destinations.get(each.destination)!, definitions),
    })),
  };
}
