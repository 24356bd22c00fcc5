import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';

/** A destination of a deployed stage, and what is needed to look at it or steer it. */
export interface FoundDestination {
  readonly id: string;
  readonly definition: DestinationDefinition;
  readonly laneIds: readonly string[];
  readonly resources: Resources;
  readonly stores: StageStores;
  readonly catalog: CompiledCatalog;
}

/** @throws UserError where the catalog has no such destination */
export async function findDestination(id: string, stage: string): Promise<FoundDestination> {
  const resources = await useStage(stage);
  const stores = storesOf(resources);
  const catalog = await activeCatalog(stores.catalog);
  const definition = catalog.destinations.get(id);
  if (!definition) {
    const known = [...catalog.destinations.keys()].map((each) => `"${each}"`).join(', ') || 'none';
    throw new UserError(`The catalog active has no destination "${id}"; it has ${known}.`);
  }
  return { id, definition, laneIds: lanesOfDestination(definition).map((lane) => lane.id), resources, stores, catalog };
}
