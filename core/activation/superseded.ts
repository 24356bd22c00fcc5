import { type Identity, identityKey } from '#core/record/identity.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import type { EdgeDelivery, ProfileDelivery } from './delivery.ts';
import type { DeliveryStateItem, DeliveryStateStore } from './delivery-state.ts';

/**
 * What of a delivery still holds. A message that was tried again, or redriven, may come after a later one: queues keep
 * the order of one profile item, and items are joined. The delivery state knows what was decided last, so a change that it
 * contradicts is left out.
 * @returns undefined where nothing of it holds any more
 */
export async function stillHolds<D extends ProfileDelivery | EdgeDelivery>(
  delivery: D,
  deliveryStates: DeliveryStateStore,
): Promise<D | undefined> {
  const deliveryState = await currentDeliveryState(delivery.canonicalKey, deliveryStates);
  if (!deliveryState) return delivery;
  const lastRouted = deliveryState.destinations[delivery.destinationId]?.lastRouted ?? {};
  const isLatest = deliveryState.lastRevision <= delivery.revision;
  const keys = identitiesOf(delivery).map(identityKey);
  const changes = delivery.changes.filter(({ segmentId, status }) => {
    const known = keys.flatMap((key) => lastRouted[key]?.[segmentId]?.status ?? []);
    // What the delivery state has forgotten is over: the person was deleted, or left long ago.
    return known.length > 0 ? known.includes(status) : isLatest || status === 'exited';
  });
  if (changes.length === delivery.changes.length) return delivery;
  return changes.length > 0 ? { ...delivery, changes } : undefined;
}

const identitiesOf = (delivery: ProfileDelivery | EdgeDelivery): readonly Identity[] =>
  delivery.kind === 'profile' ? delivery.identities : [delivery.device];

/** The delivery state of a root, or of the item that has taken it in. */
async function currentDeliveryState(
  canonicalKey: string,
  deliveryStates: DeliveryStateStore,
): Promise<DeliveryStateItem | undefined> {
  const stored = await deliveryStates.get(canonicalKey);
  return isRedirect(stored) ? currentDeliveryState(stored.redirectTo, deliveryStates) : stored;
}
