import { type DestinationDefinition, destinationDefinition } from '#core/activation/definition.ts';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import type { requestTypeOf } from '#core/activation/registry.ts';
import { hubLaneId } from '#core/contract/delivery-lanes.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryVendorDeletions } from '#lambdas/adapters/memory/vendor-deletions.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler as deliverAamEdge } from '#lambdas/functions/deliver-aam-edge/handler.ts';
import { createHandler as deliverAamHub } from '#lambdas/functions/deliver-aam-hub/handler.ts';
import { createHandler as deliverHttp } from '#lambdas/functions/deliver-http/handler.ts';
import {
  catalogOf,
  ecid,
  edgeDelivery,
  hashedEmail,
  hubDelivery,
  identity,
  NO_RATE_LIMIT,
  ok,
  profileDelivery,
  status,
} from '#tests/unit/activation/factories.ts';
import { applySync } from '#tests/unit/activation/read-files.ts';
import { fileDestinationContract } from './file-destination.contract.ts';
import { mailer } from './mailer.ts';
import { requestDestinationContract } from './request-destination.contract.ts';

const deliveryStates = new MemoryVersionedStore<DeliveryStateItem>();
const reroutes = { send: async () => {} };
const SIGNING_KEY = 'the signing key';
const TOKEN = 'the bearer token';

const MAILER = mailer.definition.parse({
  id: 'mailer',
  type: 'mailer',
  segments: ['A1'],
  url: 'https://mail.example.com',
  list: 'news',
});
const mailing = (n: number, change: Parameters<typeof profileDelivery>[0]) =>
  profileDelivery({
    destinationId: 'mailer',
    identities: [hashedEmail(n)],
    attributes: { 'person.name.firstName': 'Ada' },
    ...change,
  });

requestDestinationContract('http', {
  create: ({ http, metrics, now, lane, attempts }) =>
    deliverHttp({
      catalog: catalogOf({
        id: 'webhook',
        type: 'http',
        url: 'https://hooks.example.com/x',
        authentication: { type: 'bearer' },
      }),
      deliveryStates,
      reroutes,
      http,
      secrets: async () => JSON.stringify({ signingKey: SIGNING_KEY, bearerToken: TOKEN }),
      rateLimit: NO_RATE_LIMIT,
      deliveryErrors: new MemoryDeliveryErrors(),
      vendorDeletions: new MemoryVendorDeletions(),
      vendorState: createMemoryVendorState(now),
      lane,
      attempts,
      metrics,
      now,
    }),
  delivery: (n, changes) => profileDelivery({ identities: [identity('CRMID', `C-${n}`)], changes: [...changes] }),
  stray: (n) => profileDelivery({ destinationId: 'nobody', identities: [identity('CRMID', `C-${n}`)] }),
  people: ({ body }) =>
    (JSON.parse(body) as { profiles: { identityMap: { crmid: { id: string }[] } }[] }).profiles.map(({ identityMap }) =>
      Number(identityMap.crmid[0]!.id.slice(2)),
    ),
  accepted: () => ok(),
  malformed: { kind: 'response', status: 207, body: '<html>' },
  half: ({ body }) => {
    const { profiles } = JSON.parse(body) as { profiles: unknown[] };
    const results = profiles.map((_, index) => ({ status: index === 0 ? 200 : 503 }));
    return { kind: 'response', status: 207, body: JSON.stringify({ results }) };
  },
  secrets: [SIGNING_KEY, TOKEN, 'C-1', 'C-2'],
});

requestDestinationContract('mailer, the worked example of docs/destinations.md', {
  create: ({ http, metrics, now, lane, attempts }) =>
    deliverHttp({
      catalog: {
        current: async () => ({ destinations: new Map([[MAILER.id, MAILER as unknown as DestinationDefinition]]) }),
      },
      deliveryStates,
      reroutes,
      http,
      secrets: async () => JSON.stringify({ bearerToken: TOKEN }),
      rateLimit: NO_RATE_LIMIT,
      deliveryErrors: new MemoryDeliveryErrors(),
      vendorDeletions: new MemoryVendorDeletions(),
      vendorState: createMemoryVendorState(now),
      lane,
      attempts,
      metrics,
      now,
      typeOf: ({ type }) => (type === 'mailer' ? (mailer as unknown as ReturnType<typeof requestTypeOf>) : undefined),
    }),
  delivery: (n, changes) => mailing(n, { changes: [...changes] }),
  stray: (n) => mailing(n, { destinationId: 'nobody' }),
  people: ({ body }) =>
    (JSON.parse(body) as { members: { sha256: string[] }[] }).members.map(({ sha256 }) =>
      Number(sha256[0]!.replace(/^a+/, '')),
    ),
  accepted: () => ok(),
  malformed: status(502),
  secrets: [TOKEN, hashedEmail(1).value, hashedEmail(2).value],
});

requestDestinationContract('aam, edge', {
  create: (world) =>
    deliverAamEdge({
      ...world,
      catalog: catalogOf({ id: 'aam', type: 'aam' }),
      deliveryStates,
      reroutes,
      rateLimit: NO_RATE_LIMIT,
    }),
  delivery: (n, changes) => edgeDelivery({ device: ecid(n), changes: [...changes] }),
  stray: (n) => edgeDelivery({ destinationId: 'nobody', device: ecid(n) }),
  people: ({ body }) => [Number(new URLSearchParams(body).get('d_mid'))],
  accepted: () => ok('{"dcs_region":7}'),
  malformed: ok('<html>'),
  secrets: [ecid(1).value, ecid(2).value],
});

const aam = destinationDefinition.parse({ id: 'aam', type: 'aam', segments: ['A1'] });

fileDestinationContract('aam, hub', {
  laneId: hubLaneId('aam'),
  create: (exports) => deliverAamHub({ exports }),
  delivery: (n, { attributes: _none, ...change }) => hubDelivery({ identities: [ecid(n)], ...change }),
  files: (rows, slot) => hubFiles(aam as Parameters<typeof hubFiles>[0], rows, slot),
  read: (lastRouted, { body }) => applySync(lastRouted, body),
  nameOf: (n) => ecid(n).value,
});
