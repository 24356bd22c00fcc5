import { expect, it } from 'vitest';
import { type DeliveryStateItem, noDeliveryState } from '#core/activation/delivery-state.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import { rerouteErased } from '#core/privacy/reroute-erased.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { ecid, event, foldSettings } from '#tests/harness/core/factories.ts';

const NOW = Date.parse('2026-01-31T00:00:00Z');

it('a deletion has all that was routed about the person routed anew, what is not joined yet as well', async () => {
  const backoff = async (): Promise<void> => {};
  const [profiles, timeline] = [new MemoryProfileStore(), new MemoryTimeline()];
  const deps = { profiles, timeline, settings: foldSettings(), backoff };
  await stitch([event(NOW - 2, [ecid(1)])], deps);
  await stitch([event(NOW - 1, ['CRMID:ann'])], deps);
  await stitch([event(NOW, ['CRMID:ann', ecid(1)])], deps);

  const deliveryStates = new MemoryVersionedStore<DeliveryStateItem>();
  const lastRouted = (key: string, status: 'realized' | 'exited') => ({
    lastRouted: { [key]: { X: { status, lastQualificationTime: 1 } } },
    digests: {},
    excluded: {},
  });
  await deliveryStates.write(
    { ...noDeliveryState('CRMID:ann'), destinations: { crm: lastRouted('CRMID:ann', 'exited') } },
    [],
  );
  await deliveryStates.write(
    { ...noDeliveryState(ecid(1)), destinations: { ads: lastRouted(ecid(1), 'realized') } },
    [],
  );

  const orders: Reroute[] = [];
  await rerouteErased(['CRMID:ann', ecid(1)], {
    profiles,
    deliveryStates,
    destinations: new Map(),
    reroutes: { send: async (all) => void orders.push(...all) },
    backoff,
  });
  expect(orders.sort((a, b) => (a.destinationId < b.destinationId ? -1 : 1))).toEqual([
    { canonicalKey: ecid(1), destinationId: 'ads', identities: [ecid(1)] },
    { canonicalKey: 'CRMID:ann', destinationId: 'crm', identities: ['CRMID:ann'] },
  ]);
  // Until they are, the keys of the person stay.
  const states = await Array.fromAsync(deliveryStates.scan());
  expect(states.flatMap(({ destinations }) => Object.values(destinations))).toMatchObject([
    { lastRouted: { 'CRMID:ann': { X: { again: true } } } },
    { lastRouted: { [ecid(1)]: { X: { again: true } } } },
  ]);
});
