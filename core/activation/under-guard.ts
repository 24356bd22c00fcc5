import stringify from 'safe-stable-stringify';
import type { IdentityKey } from '#core/record/identity.ts';
import { fnv1a } from '#core/util/fnv.ts';
import type { DestinationDefinition } from './definition.ts';
import type { ExitGuard } from './exit-guard.ts';
import type { AudienceChanges } from './guard.ts';
import { guardOf } from './guard-settings.ts';

/** Destination and what leaves it → whether it may: asked once, however often an item has to be routed. */
export type Leaves = Map<string, boolean>;

export interface UnderGuardDeps {
  readonly guard: ExitGuard;
  readonly destinations: ReadonlyMap<string, DestinationDefinition>;
  readonly leaves: Leaves;
}

/**
 * Routes an item as the guards of its destinations let it: without those that are held, and once more where one is held
 * because of this very item.
 * @param routeWithout routes, with everything held back that goes to some destinations but what is due
 */
export async function underGuard<R extends { readonly exits: Readonly<Record<string, AudienceChanges>> }>(
  canonicalKey: IdentityKey,
  routeWithout: (held: ReadonlySet<string>) => R,
  { guard, destinations, leaves }: UnderGuardDeps,
): Promise<R> {
  const ids = [...destinations.values()].filter(guardOf).map(({ id }) => id);
  const states = await guard.states(ids);
  const held = new Set(ids.filter((id) => states.get(id)?.held));
  const routed = routeWithout(held);
  const rejected = new Set<string>();
  for (const [id, exits] of Object.entries(routed.exits)) {
    const settings = guardOf(destinations.get(id)!);
    if (!settings || Object.keys(exits).length === 0) continue;
    const name = stringify([id, exits]);
    const may = leaves.get(name) ?? (await guard.mayLeave(id, settings, exits, fnv1a(canonicalKey)));
    leaves.set(name, may);
    if (!may) rejected.add(id);
  }
  return rejected.size > 0 ? routeWithout(held.union(rejected)) : routed;
}
