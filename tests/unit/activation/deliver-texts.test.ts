import { describe, expect, it } from 'vitest';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler } from '#lambdas/functions/deliver-http/handler.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import {
  catalogOf,
  failedIds,
  fakeHttp,
  fakeLane,
  fakeMetrics,
  identity,
  NO_RATE_LIMIT,
  NOW,
  profileDelivery,
  sqsEvent,
} from './factories.ts';

const TEXTS = {
  id: 'texts',
  type: 'twilio',
  segments: ['A1'],
  accountSid: `AC${'1'.repeat(32)}`,
  sender: { from: '+15005550006' },
  template: 'Hello',
  perDay: 20,
  quietHours: { from: '22:00', to: '08:00' },
  optOuts: { dataset: 'opt-outs' },
};
const MADE: HttpOutcome = { kind: 'response', status: 201, body: JSON.stringify({ sid: `SM${'0'.repeat(32)}` }) };

/** One text, by the function as it works off its lane. */
async function deliver(outcome: HttpOutcome, { isEntry = true, wanted = true, now = NOW } = {}) {
  const entry = { by: 'data', at: now } as const;
  const change = { segmentId: 'A1', status: 'realized', lastQualificationTime: now } as const;
  const body = profileDelivery({
    destinationId: 'texts',
    identities: [identity('E.164', '+15035550142')],
    changes: [isEntry ? { ...change, entry } : change],
  });
  const messages = [{ id: 'm', group: 'g', body }];
  const { http, requests } = fakeHttp(() => outcome);
  const { metrics, counted } = fakeMetrics();
  const lane = fakeLane(messages);
  const runStatistics = new MemoryRunStatistics();
  const deliveryErrors = new MemoryDeliveryErrors();
  const handler = withDataflow({ runStatistics, metrics, now: () => now }, (tallied) =>
    createHandler({
      catalog: catalogOf(TEXTS),
      deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
      reroutes: { send: async () => {} },
      http,
      secrets: async () => JSON.stringify({ apiKeySid: 'SK1', apiKeySecret: 's' }),
      deliveryErrors,
      vendorDeletions: new MemoryVendorDeletions(),
      vendorState: createMemoryVendorState(() => now),
      rateLimit: NO_RATE_LIMIT,
      texts: {
        sent: new MemorySentTexts(),
        stillWanted: async () => (wanted ? undefined : 'notPermittedMeanwhile'),
        recordOptOut: async () => {},
      },
      ...lane,
      metrics: tallied,
      now: () => now,
    }),
  );
  const failed = failedIds(await handler(sqsEvent(messages), { getRemainingTimeInMillis: () => 30_000 } as never));
  const [run] = await runStatistics.runs('texts', now - 3_600_000, now + 3_600_000);
  return { failed, counted, requests, lane, run, errors: await deliveryErrors.list('texts', now, now) };
}

describe('the delivery of a text', () => {
  it('is done when the vendor has it', async () => {
    const { failed, counted, run } = await deliver(MADE);
    expect(failed).toEqual([]);
    expect(counted).toEqual([['DeliveriesSent', 1, { destination: 'texts' }]]);
    expect(run).toMatchObject({ activated: 1 });
  });

  it.each([
    ['nobody has just entered', { isEntry: false }, 'notAnEntry'],
    ['the person does not want it any more', { wanted: false }, 'notPermittedMeanwhile'],
  ])('is done without a request where %s, counted with its reason and no error of anybody', async (_, how, reason) => {
    const { failed, counted, requests, run, errors } = await deliver(MADE, how);
    expect([failed, requests, errors]).toEqual([[], [], []]);
    expect(counted).toEqual([['DeliveriesExcluded', 1, { destination: 'texts', reason }]]);
    expect(run).toMatchObject({ excluded: { [reason]: 1 } });
  });

  it('waits in the lane where nobody knows, counted once, and is no attempt', async () => {
    const { failed, counted, lane, run } = await deliver({ kind: 'timeout' });
    expect(failed).toEqual(['m']);
    expect(Object.values(lane.hidden)).toEqual([120]);
    expect(lane.tried).toEqual({});
    expect(counted).toEqual([
      ['DeliveriesUnknown', 1, { destination: 'texts' }],
      ['DeliveriesHeldBack', 1, { destination: 'texts' }],
    ]);
    expect(run).toMatchObject({ excluded: { outcomeUnknown: 1 } });
  });

  it('waits in the lane until quiet hours are over', async () => {
    const { failed, lane, requests } = await deliver(MADE, { now: Date.parse('2026-03-01T23:30:00Z') });
    expect([failed, requests]).toEqual([['m'], []]);
    expect(Object.values(lane.hidden)).toEqual([8.5 * 3_600]);
  });
});
