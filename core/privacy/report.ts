import type { DestinationDefinition } from '#core/activation/definition.ts';
import { isProfileDestination, typeOf } from '#core/activation/registry.ts';
import { RETENTIONS, type RetentionName, type Retentions } from '#core/contract/retentions.ts';
import { DAY_MS } from '#core/util/durations.ts';
import type { Erasure } from './erasure.ts';
import type { PassedDeletions } from './pass-deletions.ts';
import type { DestinationReport, StoreReport } from './receipt.ts';

/** Stores out of which everything is taken before a receipt is given. */
const SEARCHED = [
  'profiles',
  'memberships',
  'edge profiles',
  'timeline',
  'lake',
  'quarantine',
  'requests of deletions',
];

/** What became of a person in every store. @param at epoch ms at which the deletion was done */
export const storesAt = (at: number, retentions: Retentions): StoreReport[] => [
  ...SEARCHED.map((store) => ({ store })),
  ...(Object.entries(retentions) as [RetentionName, number][]).map(([name, days]) => ({
    store: RETENTIONS[name],
    goneBy: new Date(at + days * DAY_MS).toISOString().slice(0, 10),
  })),
];

/** What became of a person at every destination of the catalog, and at those that have left it since. */
export const destinationsOf = (
  { lastRouted }: Pick<Erasure, 'lastRouted'>,
  destinations: ReadonlyMap<string, DestinationDefinition>,
  passed: PassedDeletions,
): DestinationReport[] =>
  [...new Set([...destinations.keys(), ...Object.keys(lastRouted)])].sort().map((id) => {
    const deletion = passed.get(id);
    if (deletion !== undefined) return { id, outcome: deletion === 'deleted' ? 'erased' : 'failed' };
    return { id, outcome: outcomeAt(destinations.get(id), lastRouted[id]) };
  });

function outcomeAt(
  destination: DestinationDefinition | undefined,
  lastRouted: boolean | undefined,
): DestinationReport['outcome'] {
  if (lastRouted === undefined) return 'unknown';
  if (!destination) return 'ask';
  if (!isProfileDestination(destination)) return 'removed';
  const type = typeOf(destination);
  return type.delivery === 'files' || type.attributes(destination).length > 0 ? 'ask' : 'removed';
}
