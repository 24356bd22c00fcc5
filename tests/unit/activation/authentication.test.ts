import { describe, expect, it } from 'vitest';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
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
  NO_RATE_LIMIT,
  NOW,
  ok,
  profileDelivery,
  sqsEvent,
  status,
} from './factories.ts';

const URL_ = 'https://hooks.example.com/x';
const TOKEN_URL = 'https://id.example.com/token';
const SECRET = {
  signingKey: 'signing-key',
  bearerToken: 'bearer-token',
  clientId: 'client-id',
  clientSecret: 'client-secret',
  tokenUrl: TOKEN_URL,
};

function destination(authentication: Record<string, unknown>, secret: unknown = SECRET) {
  let now = NOW;
  let tokens = 0;
  let answer: (request: HttpRequest) => HttpOutcome | undefined = () => undefined;
  const { http, requests } = fakeHttp((request) => {
    const given = answer(request);
    if (given) return given;
    if (request.url !== TOKEN_URL) return ok();
    tokens += 1;
    return ok(JSON.stringify({ access_token: `token-${tokens}`, expires_in: 3600 }));
  });
  const counted = fakeMetrics();
  const handler = createHandler({
    catalog: catalogOf({ id: 'webhook', type: 'http', url: URL_, authentication }),
    deliveryStates: new MemoryVersionedStore<DeliveryStateItem>(),
    reroutes: { send: async () => {} },
    http,
    secrets: async () => {
      if (secret instanceof Error) throw secret;
      return typeof secret === 'string' ? secret : JSON.stringify(secret);
    },
    deliveryErrors: new MemoryDeliveryErrors(),
    vendorDeletions: new MemoryVendorDeletions(),
    vendorState: createMemoryVendorState(() => NOW),
    rateLimit: NO_RATE_LIMIT,
    ...fakeLane(),
    metrics: counted.metrics,
    now: () => now,
  });
  let n = 0;
  return {
    requests,
    counted: () => counted.counted,
    answer: (next: typeof answer) => {
      answer = next;
    },
    wait: (ms: number) => {
      now += ms;
    },
    deliver: async () => failedIds(await handler(sqsEvent([{ id: `m${n++}`, body: profileDelivery(), group: 'g' }]))),
    authorizations: () => requests.filter(({ url }) => url === URL_).map(({ headers }) => headers.authorization),
  };
}

const OAUTH2 = { type: 'oauth2ClientCredentials', scope: 'a b' };

describe('authentication', () => {
  it('is none where nothing is said', async () => {
    const to = destination({ type: 'none' });
    expect(await to.deliver()).toEqual([]);
    expect(to.authorizations()).toEqual([undefined]);
  });

  it('is a bearer token of the secret', async () => {
    const to = destination({ type: 'bearer' });
    await to.deliver();
    expect(to.authorizations()).toEqual(['Bearer bearer-token']);
  });

  it('fetches a token by client credentials once, and again a minute before it ends', async () => {
    const to = destination(OAUTH2);
    await to.deliver();
    await to.deliver();
    to.wait(3_541_000);
    await to.deliver();
    expect(to.authorizations()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    const [fetched] = to.requests;
    expect(fetched).toMatchObject({ url: TOKEN_URL, body: 'grant_type=client_credentials&scope=a+b' });
    expect(fetched?.headers.authorization).toBe(`Basic ${Buffer.from('client-id:client-secret').toString('base64')}`);
  });

  it('says who it is in the form where the destination wants that', async () => {
    const to = destination({ ...OAUTH2, clientAuthentication: 'body' });
    await to.deliver();
    expect(new URLSearchParams(to.requests[0]!.body).get('client_secret')).toBe('client-secret');
    expect(to.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('fetches another token when one is rejected, once', async () => {
    const to = destination(OAUTH2);
    to.answer(({ headers }) => (headers.authorization === 'Bearer token-1' ? status(401) : undefined));
    expect(await to.deliver()).toEqual([]);
    expect(to.authorizations()).toEqual(['Bearer token-1', 'Bearer token-2']);
    to.answer(({ url }) => (url === URL_ ? status(401) : undefined));
    expect(await to.deliver()).toEqual(['m1']);
    expect(to.authorizations()).toHaveLength(4);
  });

  it.each([
    ['a server that is away', status(503)],
    ['a rejection', status(400)],
    ['an answer without a token', ok('{"access_token":""}')],
    ['something that is no answer', ok('<html>')],
    ['silence', { kind: 'timeout' } as const],
  ])('loses nobody over %s in the place of a token', async (_, outcome) => {
    const to = destination(OAUTH2);
    to.answer(({ url }) => (url === TOKEN_URL ? outcome : undefined));
    expect(await to.deliver()).toEqual(['m0']);
    expect(to.authorizations()).toEqual([]);
  });

  it.each([
    [{ type: 'bearer' }, { signingKey: 'k' }],
    [OAUTH2, { signingKey: 'k', clientId: 'x' }],
    [{ type: 'bearer' }, '{"bearerToken": "broken'],
  ])('keeps everything while the secret lacks what %j needs', async (authentication, secret) => {
    const to = destination(authentication, secret);
    expect(await to.deliver()).toEqual(['m0']);
    expect(to.requests).toEqual([]);
  });

  it('takes a secret that is no JSON object for the signing key', () => {
    expect(readCredentials('abc')).toEqual({ signingKey: 'abc' });
    expect(readCredentials(JSON.stringify(SECRET))).toEqual(SECRET);
  });

  it.each(['{', '{}X', '{"', '{k9]P"x,:~', '{"a":1}}'])(
    'takes %s, as generators make it, for the signing key',
    (secret) => {
      expect(readCredentials(secret)).toEqual({ signingKey: secret });
    },
  );

  it.each([
    ['a secret that nobody can use', { type: 'none' }, '{"signingKey": 5}', 'stop'],
    ['a store of secrets that is away', { type: 'none' }, new Error('ThrottlingException'), 'retry'],
  ])('counts what fails over %s, and tries it again until it is a dead letter', async (_, how, secret, errorClass) => {
    const to = destination(how, secret);
    expect(await to.deliver()).toEqual(['m0']);
    expect(to.requests).toEqual([]);
    expect(to.counted()).toEqual([['DeliveriesFailed', 1, { destination: 'webhook', class: errorClass }]]);
  });

  it.each(['{"bearerToken": 12345}', '{"tokenUrl": "secret value"}', '{"bearerToken": "abc'])(
    'says of %s what is wrong without its values',
    (secret) => {
      expect(() => readCredentials(secret)).toThrow(/Secrets Manager/);
      expect(() => readCredentials(secret)).not.toThrow(/12345|secret value|abc/);
    },
  );
});
