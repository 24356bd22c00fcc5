import { historyFor, leftBehind } from '#cli/stage/history.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import { type ActivityChange, activityChanges } from '#core/catalog/activity-changes.ts';
import { type AudienceImpact, audienceImpact, type Side } from '#core/catalog/audience-impact.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { type DestinationImpact, DestinationImpacts } from '#core/catalog/destination-impact.ts';
import { type BreakingChange, breakingChanges } from '#core/catalog/evolution.ts';
import { type SchemaChange, schemaChanges } from '#core/catalog/schema-changes.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { type Remains, remainsOf } from '#core/revert/dataset/remains.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';

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

type Stores = Pick<StageStores, 'profiles' | 'lookups' | 'timeline' | 'deliveryStates'> &
  Parameters<typeof remainsOf>[1];

/**
 * Compares a catalog with the active one; nothing is written.
 * @param now epoch ms
 */
export async function planCatalog(
  definitions: Catalog,
  { active, before }: { readonly active: CompiledCatalog; readonly before: Catalog | undefined },
  stores: Stores,
  now: number,
): Promise<CatalogPlan> {
  const catalog = compileCatalog(definitions);
  const history = historyFor(catalog.segments, active, stores, catalog.datasets);
  const deps = {
    profiles: stores.profiles,
    lookups: lookupReader(stores.lookups),
    ...history,
    now,
    random: Math.random,
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
