import { describe, expect, it } from 'vitest';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler } from '#lambdas/functions/deliver-aam-edge/handler.ts';
import {
  catalogOf,
  ecid,
  edgeDelivery,
  exited,
  failedIds,
  fakeHttp,
  fakeLane,
  fakeMetrics,
  hashedEmail,
  identity,
  NO_RATE_LIMIT,
  NOW,
  ok,
  sqsEvent,
  status,
  type TestMessage,
} from './factories.ts';

const AAM = { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}' };
const errors = (...codes: number[]): HttpOutcome => ok(JSON.stringify({ errors: codes.map((code) => ({ code })) }));

async function deliver(messages: readonly TestMessage[], answers: readonly HttpOutcome[]) {
  let next = 0;
  const { http, requests } = fakeHttp(() => answers[Math.min(next++, answers.length - 1)]!);
  const { metrics, counted } = fakeMetrics();
  const lane = fakeLane(messages);
  const handler = createHandler({
    catalog: catalogOf(AAM),
    deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
    reroutes: { send: async () => {} },
    http,
    rateLimit: NO_RATE_LIMIT,
    ...lane,
    metrics,
    now: () => NOW,
  });
  return { failed: failedIds(await handler(sqsEvent(messages))), counted, requests, lane };
}

const message = (body = edgeDelivery()): TestMessage => ({ id: 'm1', group: 'g', body });

describe('delivering to the edge of Audience Manager', () => {
  it('calls the region of the device', async () => {
    const body = edgeDelivery({ region: { id: 9, host: 'usw2.demdex.net' } });
    const { failed, requests, counted } = await deliver([message(body)], [errors()]);
    expect(failed).toEqual([]);
    expect(requests.map(({ url }) => url)).toEqual(['https://usw2.demdex.net/event']);
    expect(counted).toEqual([['DeliveriesSent', 1, { destination: 'aam' }]]);
  });

  it('counts a device that has opted out as excluded, and does not try again', async () => {
    const { failed, counted } = await deliver([message()], [errors(171)]);
    expect(failed).toEqual([]);
    expect(counted).toEqual([['DeliveriesExcluded', 1, { destination: 'aam', reason: 'optedOut' }]]);
  });

  it('counts identities that cannot be written for Audience Manager, and delivers the rest', async () => {
    const body = edgeDelivery({ personIdentities: [hashedEmail(), identity('AdCloud', 'x1')] });
    const { failed, counted } = await deliver([message(body)], [errors()]);
    expect(failed).toEqual([]);
    expect(counted).toEqual([
      ['DeliveriesExcluded', 1, { destination: 'aam', reason: 'noDataProviderId' }],
      ['DeliveriesSent', 1, { destination: 'aam' }],
    ]);
  });

  it('counts ids that the server ignored', async () => {
    const { counted } = await deliver([message()], [errors(300)]);
    expect(counted).toContainEqual(['DeliveriesExcluded', 1, { destination: 'aam', reason: 'dcs-300' }]);
    expect(counted).toContainEqual(['DeliveriesSent', 1, { destination: 'aam' }]);
  });

  it('gives up a call that will never be taken', async () => {
    const { failed, counted } = await deliver([message()], [errors(101)]);
    expect(failed).toEqual([]);
    expect(counted).toEqual([['DeliveriesFailed', 1, { destination: 'aam', class: 'drop' }]]);
  });

  it.each([
    ['cannot read the profile now', errors(200), 'retry'],
    ['does not know the host', errors(1), 'stop'],
  ])('has the message come again when the server %s', async (_, answer, errorClass) => {
    const { failed, counted } = await deliver([message()], [answer]);
    expect(failed).toEqual(['m1']);
    expect(counted).toEqual([['DeliveriesFailed', 1, { destination: 'aam', class: errorClass }]]);
  });

  it('leaves a region alone that asks for time, and its message comes when that is over, without an attempt', async () => {
    const { failed, counted, lane } = await deliver(
      [message()],
      [{ ...status(429), retryAfterMs: 90_000 } as HttpOutcome],
    );
    expect([failed, lane.hidden, lane.tried]).toEqual([['m1'], { m1: 90 }, {}]);
    expect(counted).toEqual([['DeliveriesFailed', 1, { destination: 'aam', class: 'wait' }]]);
  });

  it('AAM-15: tells an exit after the entry, or neither when the entry failed', async () => {
    const batch = [message(), { ...message(edgeDelivery({ revision: 2, changes: [exited('A1')] })), id: 'm2' }];
    const both = await deliver(batch, [errors()]);
    expect(both.requests.map(({ body }) => body.includes('c_segID_exit=A1'))).toEqual([false, true]);
    const neither = await deliver(batch, [status(503)]);
    expect(neither.requests).toHaveLength(1);
    expect(neither.failed).toEqual(['m1', 'm2']);
  });

  it('makes all calls of a delivery and stops at the first that fails', async () => {
    const personIdentities = Array.from({ length: 5 }, (_, n) => identity('AdCloud', `x${n}`));
    const body = edgeDelivery({ device: ecid(), personIdentities });
    expect((await deliver([message(body)], [errors()])).requests).toHaveLength(2);
    const second = await deliver([message(body)], [errors(), status(503)]);
    expect(second.failed).toEqual(['m1']);
  });
});
