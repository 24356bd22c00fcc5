import type { DeliveryStateStore } from '#core/activation/delivery-state.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { type Remains, remainsOf } from '#core/revert/dataset/remains.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { type ActivityChange, activityChanges } from './activity-changes.ts';
import { type AudienceImpact, audienceImpact, type Side } from './audience-impact.ts';
import type { Catalog } from './catalog.ts';
import { type CompiledCatalog, compileCatalog } from './compile.ts';
import { type DestinationImpact, DestinationImpacts } from './destination-impact.ts';
import { type BreakingChange, breakingChanges } from './evolution.ts';
import { historyFor, leftBehind } from './history.ts';
import { type SchemaChange, schemaChanges } from './schema-changes.ts';
import { stageSettings } from './stage-settings.ts';

/** What applying a catalog would do; also the JSON of `catalog plan`. */
export interface CatalogPlan extends AudienceImpact {
  readonly version: string;
  readonly active: string;
  readonly destinations: readonly DestinationImpact[];
  readonly activities: readonly ActivityChange[];
  readonly schemas: readonly SchemaChange[];
  readonly removed: readonly Remains[];
  readonly breaking: readonly BreakingChange[];
}

/** The stores of a stage that are read. */
export interface PlanStores {
  readonly profiles: ProfileStore;
  readonly lookups: LookupStore;
  readonly timeline: Timeline;
  readonly deliveryStates: Pick<DeliveryStateStore, 'get'>;
  readonly lake: Parameters<typeof remainsOf>[1]['lake'];
}

/**
 * Compares a catalog with the active one; nothing is written.
 * @param now epoch ms
 */
export async function planCatalog(
  definitions: Catalog,
  { active, before }: { readonly active: CompiledCatalog; readonly before: Catalog | undefined },
  stores: PlanStores,
  now: number,
): Promise<CatalogPlan> {
  const catalog = compileCatalog(definitions);
  const history = historyFor(catalog.segments, active, stores, catalog.datasets);
  const deps = {
    profiles: stores.profiles,
    lookups: lookupReader(stores.lookups),
    ...history,
    now,
    // All are looked at: nothing is drawn.
    random: () => 0,
  };
  const impacts = new DestinationImpacts(active.destinations, stageSettings(catalog).route, stores.deliveryStates, now);
  const impact = await audienceImpact(sideOf(active), sideOf(catalog), deps, (item, members) =>
    impacts.add(item, members),
  );
  return {
    version: catalog.version,
    active: active.version,
    ...impact,
    destinations: impacts.impacts,
    activities: activityChanges([...active.activityDefinitions.values()], definitions.activities),
    schemas: before ? schemaChanges(before, definitions) : [],
    removed: await remainsOf(leftBehind(active.datasets, catalog.datasets), stores),
    breaking: before ? breakingChanges(before, definitions) : [],
  };
}

const sideOf = (catalog: CompiledCatalog): Side => ({
  definitions: catalog.segmentDefinitions,
  settings: stageSettings(catalog).evaluation,
});
