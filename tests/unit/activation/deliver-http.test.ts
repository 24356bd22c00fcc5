import { describe, expect, it } from 'vitest';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler } from '#lambdas/functions/deliver-http/handler.ts';
import {
  catalogOf,
  failedIds,
  fakeHttp,
  fakeLane,
  fakeMetrics,
  identity,
  NO_RATE_LIMIT,
  NOW,
  ok,
  profileDelivery,
  sqsEvent,
  status,
  type TestMessage,
} from './factories.ts';

const WEBHOOK = { id: 'webhook', type: 'http', url: 'https://hooks.example.com/x' };

const message = (n: number, change: Partial<TestMessage> = {}): TestMessage => ({
  id: `m${n}`,
  body: profileDelivery({ identities: [identity('CRMID', `C${n}`)] }),
  group: `g${n}`,
  ...change,
});

const profilesIn = ({ body }: HttpRequest): string[] =>
  (JSON.parse(body) as { profiles: { identityMap: { crmid: { id: string }[] } }[] }).profiles.map(
    ({ identityMap }) => identityMap.crmid[0]!.id,
  );

async function deliver(
  messages: readonly TestMessage[],
  answer: (request: HttpRequest) => HttpOutcome,
  catalog = catalogOf(WEBHOOK),
  rateLimit: RateLimit = NO_RATE_LIMIT,
) {
  const { http, requests } = fakeHttp(answer);
  const { metrics, counted } = fakeMetrics();
  const lane = fakeLane(messages);
  const deliveryErrors = new MemoryDeliveryErrors();
  const handler = createHandler({
    catalog,
    deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
    reroutes: { send: async () => {} },
    http,
    secrets: async () => 'secret',
    deliveryErrors,
    vendorDeletions: new MemoryVendorDeletions(),
    vendorState: createMemoryVendorState(() => NOW),
    rateLimit,
    ...lane,
    metrics,
    now: () => NOW,
  });
  const failed = failedIds(await handler(sqsEvent(messages), { getRemainingTimeInMillis: () => 30_000 }));
  const errors = await deliveryErrors.list('webhook', NOW, NOW);
  return { failed, counted, lastRouted: requests.map(profilesIn), requests, lane, errors };
}

describe('delivering to an HTTP API', () => {
  it('sends what comes together in one signed request', async () => {
    const { failed, lastRouted, requests, counted } = await deliver([message(1), message(2), message(3)], () => ok());
    expect(failed).toEqual([]);
    expect(lastRouted).toEqual([['C1', 'C2', 'C3']]);
    expect(requests[0]).toMatchObject({
      url: WEBHOOK.url,
      headers: { 'x-tributary-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/) },
    });
    expect(counted).toEqual([['DeliveriesSent', 3, { destination: 'webhook' }]]);
  });

  it('puts at most ten profiles into a request', async () => {
    const { lastRouted } = await deliver(
      Array.from({ length: 23 }, (_, n) => message(n)),
      () => ok(),
    );
    expect(lastRouted.map((people) => people.length)).toEqual([10, 10, 3]);
  });

  it('puts no more into a request than the destination says', async () => {
    const messages = Array.from({ length: 7 }, (_, n) => message(n));
    const { lastRouted } = await deliver(messages, () => ok(), catalogOf({ ...WEBHOOK, maxUsersPerRequest: 3 }));
    expect(lastRouted.map((people) => people.length)).toEqual([3, 3, 1]);
  });

  it('asks nobody who is held back, and has the messages come again', async () => {
    const turns: unknown[] = [];
    const rateLimit: RateLimit = {
      ...NO_RATE_LIMIT,
      acquire: async (...args) => {
        turns.push(args);
        return NOW + 90_500;
      },
    };
    const limited = catalogOf({ ...WEBHOOK, requestsPerSecond: 5 });
    const { failed, lastRouted, counted, lane } = await deliver(
      [message(1), message(2)],
      () => ok(),
      limited,
      rateLimit,
    );
    expect([failed, lastRouted]).toEqual([['m1', 'm2'], []]);
    expect(turns).toEqual([['webhook', 5, { isBack: false, patienceMs: 500 }]]);
    expect(counted).toEqual([['DeliveriesHeldBack', 2, { destination: 'webhook' }]]);
    expect([lane.hidden, lane.tried, lane.dead]).toEqual([{ m1: 91, m2: 91 }, {}, []]);
  });

  it.each([
    [7_000, 7_000],
    [undefined, 1_000],
  ])('holds a destination back for as long as it asks (%s ms)', async (retryAfterMs, expected) => {
    const held: unknown[] = [];
    const rateLimit: RateLimit = { ...NO_RATE_LIMIT, backOff: async (...args) => NOW + 5_000 * held.push(args) };
    const tooMany: HttpOutcome = { ...status(429), ...(retryAfterMs !== undefined && { retryAfterMs }) } as HttpOutcome;
    const { lane } = await deliver([message(1)], () => tooMany, catalogOf(WEBHOOK), rateLimit);
    expect(held).toEqual([['webhook', expected]]);
    expect([lane.hidden, lane.tried]).toEqual([{ m1: 5 }, {}]);
  });

  it('notes why each profile was not taken, without saying whose it is', async () => {
    const results = [{ status: 200 }, { status: 422 }, { status: 503 }, { status: 429 }];
    const answer: HttpOutcome = { kind: 'response', status: 207, body: JSON.stringify({ results }) };
    const { errors } = await deliver(
      [1, 2, 3, 4].map((n) => message(10_000 + n)),
      () => answer,
    );
    expect(errors.map(({ reason, errorClass, times }) => [reason, errorClass, times])).toEqual([
      ['http-422', 'drop', 1],
      ['http-503', 'retry', 1],
    ]);
    expect(new Set(errors.map(({ profile }) => profile)).size).toBe(1);
    expect(JSON.stringify(errors)).not.toMatch(/1000\d/);
  });

  it('notes once what an endpoint says of profiles that were sent together and then alone', async () => {
    const { errors } = await deliver([message(1), message(2)], (request) =>
      profilesIn(request).includes('C2') ? status(400) : ok(),
    );
    expect(errors).toMatchObject([{ reason: 'http-400', times: 1 }]);
  });

  it('says for each profile what became of it, where the endpoint does (207)', async () => {
    const results = [{ status: 200 }, { status: 422 }, { status: 503 }, { status: 401 }];
    const answer: HttpOutcome = { kind: 'response', status: 207, body: JSON.stringify({ results }) };
    const { failed, lastRouted, counted } = await deliver(
      [1, 2, 3, 4].map((n) => message(n)),
      () => answer,
    );
    expect(failed).toEqual(['m3']);
    expect(lastRouted).toHaveLength(1);
    expect(counted).toEqual([
      ['DeliveriesSent', 1, { destination: 'webhook' }],
      ['DeliveriesFailed', 1, { destination: 'webhook', class: 'drop' }],
      ['DeliveriesFailed', 1, { destination: 'webhook', class: 'retry' }],
      ['DeliveriesFailed', 1, { destination: 'webhook', class: 'drop' }],
    ]);
  });

  it('has all of them come again after a failure that may pass, without asking again at once', async () => {
    const { failed, lastRouted, counted } = await deliver([message(1), message(2)], () => status(503));
    expect(failed).toEqual(['m1', 'm2']);
    expect(lastRouted).toHaveLength(1);
    expect(counted).toEqual([['DeliveriesFailed', 2, { destination: 'webhook', class: 'retry' }]]);
  });

  it('finds the profile that is rejected for good, and delivers the others', async () => {
    const answer = (request: HttpRequest) => (profilesIn(request).includes('C2') ? status(422) : ok());
    const { failed, lastRouted, counted } = await deliver([message(1), message(2), message(3)], answer);
    expect(failed).toEqual([]);
    expect(lastRouted.slice(1).sort()).toEqual([['C1'], ['C2'], ['C3']]);
    expect(counted.filter(([name]) => name === 'DeliveriesFailed')).toEqual([
      ['DeliveriesFailed', 1, { destination: 'webhook', class: 'drop' }],
    ]);
  });

  it('tries again one by one, so that a profile at which the endpoint breaks holds up only itself', async () => {
    const answer = (request: HttpRequest) => (profilesIn(request).includes('C2') ? status(500) : ok());
    const batch = [message(1), message(2), message(3)];
    expect((await deliver(batch, answer)).failed).toEqual(['m1', 'm2', 'm3']);
    const again = await deliver(
      batch.map((each) => ({ ...each, attempt: 2 })),
      answer,
    );
    expect(again.failed).toEqual(['m2']);
  });

  it('tries one by one only the last time where requests are scarce', async () => {
    const scarce = catalogOf({ ...WEBHOOK, requestsPerSecond: 1 });
    const attempts = async (attempt: number) =>
      (
        await deliver(
          [1, 2].map((n) => message(n, { attempt })),
          () => ok(),
          scarce,
        )
      ).lastRouted;
    expect(await attempts(2)).toEqual([['C1', 'C2']]);
    expect((await attempts(3)).sort()).toEqual([['C1'], ['C2']]);
  });

  it('keeps the order of one group when it tries one by one', async () => {
    const batch = [1, 2, 3].map((n) => message(n, { group: 'g', attempt: 2 }));
    const { failed, lastRouted } = await deliver(batch, (request) =>
      profilesIn(request).includes('C2') ? { kind: 'timeout' } : ok(),
    );
    expect(lastRouted).toEqual([['C1'], ['C2']]);
    expect(failed).toEqual(['m2', 'm3']);
  });

  it('does not send what follows a failure of its group in a request after it', async () => {
    const batch = Array.from({ length: 11 }, (_, n) => message(n, { group: n === 10 ? 'g0' : `g${n}` }));
    const { failed, lastRouted } = await deliver(batch, () => status(503));
    expect(lastRouted).toHaveLength(1);
    expect(failed).toHaveLength(11);
  });

  it.each([401, 404, 302])('keeps everything when the address is wrong (%d), until somebody fixes it', async (code) => {
    const { failed, counted } = await deliver([message(1)], () => status(code));
    expect(failed).toEqual(['m1']);
    expect(counted).toEqual([['DeliveriesFailed', 1, { destination: 'webhook', class: 'stop' }]]);
  });

  it('keeps everything while the catalog does not have the destination, or has another of that name', async () => {
    expect((await deliver([message(1)], () => ok(), catalogOf())).failed).toEqual(['m1']);
    const other = catalogOf({ id: 'webhook', type: 'aam' });
    expect((await deliver([message(1)], () => ok(), other)).failed).toEqual(['m1']);
  });

  it('has a delivery of another kind become a dead letter', async () => {
    const { failed, lastRouted, lane } = await deliver([message(1, { body: { kind: 'aam-hub' } })], () => ok());
    expect([failed, lane.dead]).toEqual([[], ['m1']]);
    expect(lastRouted).toEqual([]);
  });
});
