import { describe, expect, it } from 'vitest';
import type { DestinationState } from '#core/activation/delivery-state.ts';
import type { Routed } from '#core/activation/diff.ts';
import { HELD, holdBack } from '#core/activation/guard.ts';
import { identityKey } from '#core/record/identity.ts';
import { exited, identity, NOW, profileDelivery } from './factories.ts';

const [C1, C2] = [identity('CRMID', 'C1'), identity('CRMID', 'C2')];
const [K1, K2] = [identityKey(C1), identityKey(C2)];
const entry = (status: 'realized' | 'exited', again?: true) => ({
  A1: { status, lastQualificationTime: NOW, ...(again && { again }) },
});
const state = (lastRouted: DestinationState['lastRouted']): DestinationState => ({
  lastRouted,
  digests: {},
  excluded: {},
});
const leaving = (...identities: (typeof C1)[]): Routed => ({
  deliveries: [{ laneId: 'crm', delivery: profileDelivery({ identities, changes: [exited('A1')] }) }],
  deliveryState: state(Object.fromEntries(identities.map((each) => [identityKey(each), entry('exited')]))),
});

describe('what a destination that is held has to be told again', () => {
  it('stays to be told where it may be held back', () => {
    const known = state({ [K1]: entry('exited', true) });
    const { deliveries, deliveryState } = holdBack(leaving(C1), known, () => false);
    expect(deliveries).toEqual([]);
    expect(deliveryState.lastRouted).toEqual(known.lastRouted);
    expect(deliveryState.excluded[HELD]).toEqual([`${K1}|A1`]);
  });

  it('is told where it is due, once', () => {
    const routed = leaving(C1);
    const { deliveries, deliveryState } = holdBack(routed, state({ [K1]: entry('exited', true) }), () => true);
    expect(deliveries).toEqual(routed.deliveries);
    expect(deliveryState.lastRouted).toEqual({ [K1]: entry('exited') });
    expect(deliveryState.excluded[HELD]).toBeUndefined();
  });

  it('counts as told only where it is told: not of somebody who is due, in one message with somebody who is not', () => {
    const known = state({ [K1]: entry('realized'), [K2]: entry('realized') });
    const { deliveries, deliveryState } = holdBack(leaving(C1, C2), known, (key) => key === K1);
    expect(deliveries).toEqual([]);
    expect(deliveryState.lastRouted).toEqual(known.lastRouted);
  });
});
