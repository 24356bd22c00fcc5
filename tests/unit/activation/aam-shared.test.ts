import { describe, expect, it } from 'vitest';
import { NOTHING_ROUTED } from '#core/activation/delivery-state.ts';
import type { ActivatedProfile } from '#core/activation/desired.ts';
import type { AamDestination } from '#core/activation/destinations/aam/definition.ts';
import { routeToAudienceManager } from '#core/activation/route-aam.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { identityKey } from '#core/record/identity.ts';
import { ecid, NOW } from './factories.ts';

const destination: AamDestination = {
  id: 'aam',
  type: 'aam',
  edgeEndpoint: 'https://{host}',
  segments: ['A1'],
  enabled: true,
};
const membership = { status: 'realized', lastQualificationTime: NOW } as const;

/** A member of A1, whose first identity holds the membership. */
const member = (...identities: readonly IdentityKey[]): ActivatedProfile => ({
  profile: {
    key: identities[0]!,
    identities,
    view: { xEvent: [] },
    optedOut: false,
    regionsOf: () => ({ VA6: { captureTimestamp: new Date(NOW).toISOString() } }),
  },
  realized: { A1: membership },
  memberships: { A1: membership },
});

const stitching = (type: MergePolicyDefinition['identityGraph']['type']) => ({ identityGraph: { type } });
const decision = { canonicalKey: 'CRMID:C1', revision: 1, decidedAt: NOW };
const route = (
  who: ActivatedProfile,
  type: MergePolicyDefinition['identityGraph']['type'],
  change: Partial<AamDestination> = {},
) =>
  routeToAudienceManager({ ...destination, ...change }, [who], NOTHING_ROUTED, decision, {
    mergePolicy: stitching(type),
  });

describe('what is shared with Audience Manager', () => {
  const device = identityKey(ecid());

  it('AAM-10: follows the default merge policy, whatever policy the segment has', () => {
    const stitched = member('CRMID:C1', device);
    expect(route(stitched, 'pdg').deliveries).toHaveLength(1);
    const { deliveries, deliveryState } = route(stitched, 'none');
    expect(deliveries).toEqual([]);
    expect(deliveryState.excluded).toEqual({ noSharedIdentity: ['CRMID:C1|A1'] });
  });

  it('AAM-10: is the identity of the fragment itself where nothing is stitched', () => {
    const { deliveries } = route(member(device, identityKey(ecid(2))), 'none');
    expect(deliveries.map(({ delivery }) => delivery)).toMatchObject([{ kind: 'aam-edge', device: ecid() }]);
  });

  it('AAM-14: is nothing outside the default production sandbox, with the reason', () => {
    const shared = { type: 'production', isDefault: true } as const;
    expect(route(member(device), 'pdg', { sandbox: { name: 'prod', ...shared } }).deliveries).toHaveLength(1);
    for (const sandbox of [
      { name: 'prod-eu', type: 'production', isDefault: false } as const,
      { name: 'dev', type: 'development', isDefault: true } as const,
    ]) {
      const { deliveries, deliveryState } = route(member(device), 'pdg', { sandbox });
      expect(deliveries).toEqual([]);
      expect(deliveryState.excluded).toEqual({ sandbox: [`${device}|A1`] });
    }
  });

  it('AAM-14: is taken back when the sandbox is no longer the default production one', () => {
    const before = route(member(device), 'pdg').deliveryState;
    const sandbox = { name: 'dev', type: 'development', isDefault: false } as const;
    const { deliveries } = routeToAudienceManager({ ...destination, sandbox }, [member(device)], before, decision, {
      mergePolicy: stitching('pdg'),
    });
    expect(deliveries.map(({ laneId, delivery }) => [laneId, delivery.changes[0]!.status])).toEqual([
      ['aam.edge', 'exited'],
    ]);
  });
});
