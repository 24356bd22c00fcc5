import type { IdentityKey } from '#core/record/identity.ts';
import { currentDeliveryState, type DeliveryStateItem, type DeliveryStateStore } from './delivery-state.ts';
import { spellings } from './spellings.ts';

/** What a destination was routed about some people. */
export interface KnownTo {
  readonly destinationId: string;
  /** As the destination knows them: hashed, where it takes hashes. */
  readonly identities: readonly IdentityKey[];
  /** Whether one of them is in an audience, for all that was routed. */
  readonly isMember: boolean;
}

/**
 * Which destinations were ever routed something about some identities of an item, as far as that is remembered. Where
 * items were joined, and their delivery states not yet, it reads all of these.
 * @param canonicalKeys of the item, and of those that were merged into it
 * @param destinations of the catalog: their types say how a vendor knows a person
 */
export async function knownTo(
  canonicalKeys: readonly IdentityKey[],
  identities: Iterable<IdentityKey>,
  deliveryStates: Pick<DeliveryStateStore, 'get'>,
  destinations: ReadonlyMap<string, unknown>,
): Promise<KnownTo[]> {
  const states = await deliveryStatesOf(canonicalKeys, deliveryStates);
  const keys = [...identities];
  const ids = new Set(states.flatMap(({ destinations }) => Object.keys(destinations)));
  return [...ids].sort().flatMap((destinationId) => {
    const spelled = spellings(keys, destinations.get(destinationId));
    const lastRouted = states.map(({ destinations }) => destinations[destinationId]?.lastRouted ?? {});
    const entries = spelled.flatMap((key) => lastRouted.flatMap((own) => (own[key] ? [[key, own[key]] as const] : [])));
    if (entries.length === 0) return [];
    const known = entries.flatMap(([, segments]) => Object.values(segments));
    return [
      {
        destinationId,
        identities: [...new Set(entries.map(([key]) => key))],
        isMember: known.some(({ status }) => status === 'realized'),
      },
    ];
  });
}

/** The delivery states under some canonical identities, or those that have taken them in. */
async function deliveryStatesOf(
  canonicalKeys: readonly IdentityKey[],
  deliveryStates: Pick<DeliveryStateStore, 'get'>,
): Promise<readonly DeliveryStateItem[]> {
  const states = new Map<IdentityKey, DeliveryStateItem>();
  for (const canonicalKey of canonicalKeys) {
    const state = await currentDeliveryState(canonicalKey, deliveryStates);
    if (state) states.set(state.canonicalKey, state);
  }
  return [...states.values()];
}
