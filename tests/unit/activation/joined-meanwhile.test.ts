import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { type DeliveryStateItem, type LastRouted, noDeliveryState } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpClient } from '#core/activation/http/client.ts';
import type { Reroute } from '#core/activation/reroute.ts';
import { identityKey } from '#core/record/identity.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler as deliverAamEdge } from '#lambdas/functions/deliver-aam-edge/handler.ts';
import { createHandler as deliverHttp } from '#lambdas/functions/deliver-http/handler.ts';
import {
  catalogOf,
  ecid,
  edgeDelivery,
  failedIds,
  fakeLane,
  fakeMetrics,
  NO_RATE_LIMIT,
  NOW,
  ok,
  profileDelivery,
  sqsEvent,
} from './factories.ts';

const DEVICE = ecid();
const ROOT = identityKey(DEVICE);
const catalog = catalogOf(
  { id: 'webhook', type: 'http', url: 'https://hooks.example.com/x' },
  { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}' },
);
const { metrics } = fakeMetrics();

/** The delivery functions, over one delivery state. */
const FUNCTIONS = {
  'an endpoint': {
    body: profileDelivery({ canonicalKey: ROOT, identities: [DEVICE] }),
    create: (
      http: HttpClient,
      deliveryStates: MemoryVersionedStore<DeliveryStateItem>,
      reroutes: { send(all: readonly Reroute[]): Promise<void> },
    ) =>
      deliverHttp({
        catalog,
        http,
        deliveryStates,
        reroutes,
        metrics,
        deliveryErrors: new MemoryDeliveryErrors(),
        vendorDeletions: new MemoryVendorDeletions(),
        vendorState: createMemoryVendorState(() => NOW),
        rateLimit: NO_RATE_LIMIT,
        ...fakeLane([]),
        secrets: async () => 's',
        now: () => NOW,
      }),
  },
  'the edge of Audience Manager': {
    body: edgeDelivery({ canonicalKey: ROOT, device: DEVICE }),
    create: (
      http: HttpClient,
      deliveryStates: MemoryVersionedStore<DeliveryStateItem>,
      reroutes: { send(all: readonly Reroute[]): Promise<void> },
    ) =>
      deliverAamEdge({
        catalog,
        http,
        deliveryStates,
        reroutes,
        metrics,
        rateLimit: NO_RATE_LIMIT,
        ...fakeLane([]),
        now: () => NOW,
      }),
  },
};

const lastRouted = (status: LastRouted['status'], revision: number) => {
  const known = {
    lastRouted: { [ROOT]: { A1: { status, revision, lastQualificationTime: NOW } } },
    digests: {},
    excluded: {},
  };
  return { webhook: known, aam: known };
};

describe.each(Object.entries(FUNCTIONS))('a request to %s that is under way', (_, { body, create }) => {
  /** The device turns out to be a customer's, who is in no such audience. */
  const join = (states: MemoryVersionedStore<DeliveryStateItem>): Promise<void> =>
    states.write(
      { ...noDeliveryState('CRMID:C9'), mergedIn: [ROOT], lastRevision: 2, destinations: lastRouted('exited', 2) },
      [{ canonicalKey: ROOT, version: 1 }],
    );

  async function deliver(
    answer: HttpOutcome,
    during: (states: MemoryVersionedStore<DeliveryStateItem>) => Promise<void>,
  ) {
    const states = new MemoryVersionedStore<DeliveryStateItem>();
    await states.write({ ...noDeliveryState(ROOT), lastRevision: 1, destinations: lastRouted('realized', 1) }, []);
    const orders: Reroute[] = [];
    const http: HttpClient = async () => {
      await during(states);
      return answer;
    };
    const handler = create(http, states, { send: async (all) => void orders.push(...all) }) as (
      event: SQSEvent,
    ) => ReturnType<ReturnType<typeof deliverHttp>>;
    const attempt = async (): Promise<string[]> => failedIds(await handler(sqsEvent([{ id: 'm', group: 'g', body }])));
    return { failed: await attempt(), orders, attempt };
  }
  const order = { canonicalKey: 'CRMID:C9', destinationId: body.destinationId, identities: [ROOT] };

  it('has its people routed anew where their profiles were joined meanwhile', async () => {
    const { failed, orders } = await deliver(ok(), join);
    expect(failed).toEqual([]);
    expect(orders).toEqual([order]);
  });

  it('has them routed anew also where nobody knows whether it was taken, and is not made again', async () => {
    let requests = 0;
    const { failed, orders, attempt } = await deliver({ kind: 'timeout' }, async (states) => {
      requests += 1;
      await join(states);
    });
    expect(failed).toEqual(['m']);
    expect(await attempt()).toEqual([]);
    expect([requests, orders]).toEqual([1, [order, order]]);
  });

  it('orders nothing where the same item decides anew: that message comes after it', async () => {
    const { orders } = await deliver(ok(), async (states) => {
      const stored = (await states.get(ROOT)) as DeliveryStateItem;
      await states.write({ ...stored, lastRevision: 2, destinations: lastRouted('exited', 2) }, []);
    });
    expect(orders).toEqual([]);
  });
});
