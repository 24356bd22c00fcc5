import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { ProfileDelivery } from './delivery.ts';
import type { OutgoingDelivery } from './ports/outbox.ts';
import { type ProfileDestination, requestTypeOf } from './registry.ts';
import { identitiesFor } from './route-profile.ts';

/** The person of whom a destination is asked to delete everything, as it knows them; none where it has no call for that. */
export function deletedIdentities(
  destination: { readonly type: string },
  identities: readonly IdentityKey[],
): readonly IdentityKey[] {
  const type = requestTypeOf(destination as ProfileDestination);
  if (!type?.deletion || identities.length === 0) return [];
  const accepted = type.identities(destination as ProfileDestination);
  return identitiesFor(accepted, { identities, key: identities[0]! }, { lastRouted: {} }).keys;
}

/** An order to have a destination delete a person. */
export interface DeletionOrder {
  /** Of the item that they were in. */
  readonly canonicalKey: IdentityKey;
  /** As the destination knows them. */
  readonly identities: readonly IdentityKey[];
  /** Id of the request. */
  readonly deletion: string;
}

/**
 * The message that has a vendor delete a person: behind everything that was routed of their item before, in its group, and as
 * if they had left all audiences.
 * @param now epoch ms
 */
export function deletionMessage(
  { canonicalKey, identities, deletion }: DeletionOrder,
  { id, segments }: Pick<ProfileDestination, 'id' | 'segments'>,
  now: number,
): OutgoingDelivery {
  const delivery: ProfileDelivery = {
    kind: 'profile',
    destinationId: id,
    canonicalKey,
    revision: 0,
    decidedAt: now,
    identities: identities.map(parseIdentityKey),
    attributes: {},
    changes: segments.map((segmentId) => ({ segmentId, status: 'exited', lastQualificationTime: now })),
    deletion,
  };
  return { laneId: id, group: canonicalKey, delivery };
}
