import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { type DestinationState, NOTHING_ROUTED } from '#core/activation/delivery-state.ts';
import type { ActivatedProfile } from '#core/activation/desired.ts';
import type { DestinationType } from '#core/activation/destination-type.ts';
import { adobeTarget } from '#core/activation/destinations/adobe-target/definition.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { routeToProfileDestination } from '#core/activation/route-profile.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW } from './factories.ts';

const SEGMENTS = ['A1', 'A2', 'A3'];
const destination = adobeTarget.definition.parse({
  id: 'd',
  type: 'adobe-target',
  segments: SEGMENTS,
  client: 'c',
  identities: { thirdPartyId: ['CRMID'] },
}) as unknown as ProfileDestination;
const type = adobeTarget as unknown as DestinationType<ProfileDestination>;

/** Routes somebody who is in some segments. */
function route(members: readonly string[], before: DestinationState, revision: number) {
  const membership = { status: 'realized', lastQualificationTime: NOW } as const;
  const realized = Object.fromEntries(members.map((id) => [id, membership]));
  const candidate = {
    profile: { key: 'CRMID:C1', identities: ['CRMID:C1'], view: {} },
    realized,
    memberships: realized,
  } as unknown as ActivatedProfile;
  const decision = { canonicalKey: 'CRMID:C1', revision, decidedAt: NOW + revision } as const;
  return routeToProfileDestination(destination, [candidate], before, decision, type);
}

describe('a destination that is sent all memberships', () => {
  it('can know the newest state of somebody by the newest delivery alone, and is sent none where nothing changed', () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(SEGMENTS), { minLength: 1, maxLength: 8 }), (history) => {
        let state: DestinationState = NOTHING_ROUTED;
        let known: readonly string[] = [];
        for (const [i, members] of history.entries()) {
          const { deliveries, deliveryState } = route(members, state, i + 1);
          const isChanged = members.join() !== known.join();
          expect(deliveries).toHaveLength(isChanged ? 1 : 0);
          for (const { delivery } of deliveries) {
            const { changes } = delivery as ProfileDelivery;
            expect(changes.map(({ segmentId }) => segmentId)).toEqual(SEGMENTS);
            const sent = changes.flatMap(({ segmentId, status }) => (status === 'realized' ? [segmentId] : []));
            expect(sent).toEqual(members);
            // All of one decision: an older message is replaced as a whole, never in part.
            const revisions = Object.values(deliveryState.lastRouted['thirdPartyId:C1']!).map((each) => each.revision);
            expect(new Set(revisions)).toEqual(new Set([i + 1]));
          }
          state = deliveryState;
          known = members;
        }
      }),
      runs(1, 200),
    );
  });
});
