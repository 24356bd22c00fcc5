import { currentDeliveryState } from '#core/activation/delivery-state.ts';
import { knownTo } from '#core/activation/known-to.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import { beforeResending } from '#core/activation/resend.ts';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import { loadItems } from '#core/profile/load.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { PurgeDeps } from './purge.ts';

export interface RerouteErasedDeps extends Pick<PurgeDeps, 'profiles' | 'deliveryStates' | 'destinations'>, Backoff {
  /** Takes orders to route identities anew. */
  readonly reroutes: MessageQueue<Reroute>;
}

/**
 * Has all that was routed about a deleted person routed anew. A pass takes them out of files that nobody may have
 * fetched yet, whatever these said: also that they have left an audience. Of the delivery states it is noted first, so
 * that their keys stay until it is done.
 */
export async function rerouteErased(identities: readonly IdentityKey[], deps: RerouteErasedDeps): Promise<void> {
  const { items } = await loadItems(identities, deps.profiles);
  const canonicalKeys = [...items.flatMap(({ canonicalKey, mergedIn }) => [canonicalKey, ...mergedIn]), ...identities];
  for (const canonicalKey of new Set(canonicalKeys)) {
    const orders = await retryOnConflict(() => noteAgain(canonicalKey, identities, deps), deps);
    if (orders.length > 0) await deps.reroutes.send(orders);
  }
}

async function noteAgain(
  key: IdentityKey,
  identities: readonly IdentityKey[],
  { deliveryStates, destinations }: RerouteErasedDeps,
): Promise<readonly Reroute[]> {
  const state = await currentDeliveryState(key, deliveryStates);
  if (!state) return [];
  const { canonicalKey } = state;
  const orders = await knownTo([canonicalKey], identities, { get: async () => state }, destinations);
  if (orders.length > 0) await deliveryStates.write(orders.reduce(beforeResending, state), []);
  return orders.map(({ destinationId, identities: own }) => ({ canonicalKey, destinationId, identities: [...own] }));
}
