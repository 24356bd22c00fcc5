import { setTimeout } from 'node:timers/promises';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { activationVersion } from '#core/activation/activation-version.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { isProfileDestination } from '#core/activation/registry.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { routeEverybody } from './route-everybody.ts';

/** By then every function has looked which catalog is active. */
const SEEN_EVERYWHERE_MS = 6_000;

/** Destinations that are to be told other things than before, or told for the first time. */
export function editedDestinations(
  before: Iterable<DestinationDefinition>,
  after: Iterable<DestinationDefinition>,
): string[] {
  const known = new Map([...before].map((each) => [each.id, activationVersion([each])]));
  return [...after]
    .filter((each) => isProfileDestination(each) && known.get(each.id) !== activationVersion([each]))
    .map(({ id }) => id);
}

/**
 * Tells destinations at once what an edited catalog has for them (aep.md §6.2): members they do not know, and removals.
 * @returns destination → messages queued
 */
export async function backfillEdited(
  ids: readonly string[],
  stage: { readonly stores: StageStores; readonly resources: Resources; readonly catalog: CompiledCatalog },
): Promise<Record<string, number>> {
  if (ids.length === 0) return {};
  await setTimeout(SEEN_EVERYWHERE_MS);
  const queued: Record<string, number> = {};
  for (const id of ids) queued[id] = (await routeEverybody(id, stage)).queued;
  return queued;
}
