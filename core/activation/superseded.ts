import { type Identity, identityKey } from '#core/record/identity.ts';
import { isMoved } from '#core/segmentation/membership.ts';
import type { EdgeDelivery, ProfileDelivery } from './delivery.ts';
import type { LedgerItem, LedgerStore } from './ledger.ts';

/**
 * What of a delivery still holds. A message that was tried again, or redriven, may come after a later one: queues keep
 * the order of one profile item, and items are joined. The ledger knows what was decided last, so a change that it
 * contradicts is left out.
 * @returns undefined where nothing of it holds any more
 */
export async function stillHolds<D extends ProfileDelivery | EdgeDelivery>(
  delivery: D,
  ledgers: LedgerStore,
): Promise<D | undefined> {
  const ledger = await currentLedger(delivery.root, ledgers);
  if (!ledger) return delivery;
  const told = ledger.destinations[delivery.destinationId]?.told ?? {};
  const isLatest = ledger.lastRevision <= delivery.revision;
  const keys = identitiesOf(delivery).map(identityKey);
  const changes = delivery.changes.filter(({ segmentId, status }) => {
    const known = keys.flatMap((key) => told[key]?.[segmentId]?.status ?? []);
    // What the ledger has forgotten is over: the person was deleted, or left long ago.
    return known.length > 0 ? known.includes(status) : isLatest || status === 'exited';
  });
  if (changes.length === delivery.changes.length) return delivery;
  return changes.length > 0 ? { ...delivery, changes } : undefined;
}

const identitiesOf = (delivery: ProfileDelivery | EdgeDelivery): readonly Identity[] =>
  delivery.kind === 'profile' ? delivery.identities : [delivery.device];

/** The ledger of a root, or of the item that has taken it in. */
async function currentLedger(root: string, ledgers: LedgerStore): Promise<LedgerItem | undefined> {
  const stored = await ledgers.get(root);
  return isMoved(stored) ? currentLedger(stored.movedTo, ledgers) : stored;
}
