import type { DestinationDefinition } from '#core/activation/definition.ts';
import { deletedIdentities } from '#core/activation/deletion.ts';
import type { VendorDeletion, VendorDeletions } from '#core/activation/ports/vendor-deletions.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import { DAY_MS } from '#core/util/durations.ts';
import type { Erasure } from './erasure.ts';
import type { Erasures } from './ports/erasures.ts';
import { updateErasure } from './update.ts';

export interface PassDeletionsDeps extends Backoff {
  readonly destinations: ReadonlyMap<string, DestinationDefinition>;
  readonly erasures: Erasures;
  readonly vendorDeletions: VendorDeletions;
  /** Takes orders, which are carried out through the lanes of the destinations. */
  readonly reroutes: MessageQueue<Reroute>;
  readonly now: () => number;
}

/** What vendors with a call for it have made of a deletion: destination → outcome; `failed` where it never came. */
export type PassedDeletions = ReadonlyMap<string, VendorDeletion | 'failed'>;

/** So long an answer is waited for: somebody may have to see to the destination, and replay its dead letters. */
const PATIENCE_MS = 3 * DAY_MS;

/**
 * Has the vendors delete a person who have a call for it (docs/privacy.md, "Destinations"): once memberships and deliveries
 * have followed, so that nothing comes behind it. An order that is given twice does no harm.
 * @returns undefined as long as an answer is waited for
 */
export async function passDeletions(erasure: Erasure, deps: PassDeletionsDeps): Promise<PassedDeletions | undefined> {
  const { requestId, identities, deletions } = erasure;
  const { destinations, now } = deps;
  if (!deletions) {
    const orders = [...destinations.values()].flatMap((destination): Reroute[] => {
      const own = deletedIdentities(destination, identities);
      const canonicalKey = erasure.canonicalKey ?? identities[0]!;
      return own.length === 0
        ? []
        : [{ canonicalKey, destinationId: destination.id, identities: [...own], deletion: requestId }];
    });
    if (orders.length === 0) return new Map();
    await deps.reroutes.send(orders);
    const asked = { at: now(), destinations: orders.map(({ destinationId }) => destinationId) };
    await updateErasure(requestId, (before) => (before.deletions ? before : { ...before, deletions: asked }), deps);
    return undefined;
  }
  const outcomes = await deps.vendorDeletions.get(requestId, deletions.destinations);
  // A rejection may be one of rights: somebody may grant them, and replay.
  const isOpen = (id: string): boolean => outcomes.get(id) !== 'deleted' && destinations.has(id);
  if (deletions.destinations.some(isOpen) && now() < deletions.at + PATIENCE_MS) return undefined;
  return new Map(deletions.destinations.map((id) => [id, outcomes.get(id) ?? 'failed']));
}
