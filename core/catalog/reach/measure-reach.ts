import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import type { Catalog } from '../catalog.ts';
import { type CompiledCatalog, compileCatalog } from '../compile.ts';
import { historyFor } from '../history.ts';
import { stageSettings } from '../stage-settings.ts';
import { type IdentitySource, identitySources } from './identity-sources.ts';
import { type DestinationReach, type Reach, reachOf } from './reach.ts';

/** Who of the members of destinations would be sent, and what brings the identities that they take. */
export interface ReachReport extends Omit<Reach, 'destinations'> {
  readonly destinations: readonly (DestinationReach & { readonly identities: readonly IdentitySource[] })[];
}

/** So many profile items are read at most, however large the stage is: seconds, and cents. */
const MAX_ITEMS = 2_000;

interface ReachStores {
  readonly profiles: ProfileStore;
  readonly lookups: LookupStore;
  readonly timeline: Timeline;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/**
 * Counts whom destinations of a catalog would be sent on a stage; nothing is written.
 * @param active the catalog active; undefined where there is none
 * @param ids of destinations; all where it is omitted
 * @param now epoch ms
 */
export async function measureReach(
  definitions: Catalog,
  active: CompiledCatalog | undefined,
  stores: ReachStores,
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
    random: stores.random,
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
