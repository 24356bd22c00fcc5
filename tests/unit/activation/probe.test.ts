import { expect, it } from 'vitest';
import { missingKeys, probe } from '#core/activation/deliver/probe.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { failed } from '#core/activation/item-results.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { NOW, ok, status } from './factories.ts';

const http = requestTypeOf({ id: 'd', type: 'http', segments: [], enabled: true })!;
const destination = http.definition.parse({
  id: 'd',
  type: 'http',
  segments: ['A1'],
  url: 'https://x.example.com',
  authentication: { type: 'oauth2ClientCredentials', tokenUrl: 'https://x.example.com/token' },
}) as ProfileDestination;
const SECRET = JSON.stringify({ clientId: 'i', clientSecret: 's' });
const asking: RequestDestination<ProfileDestination> = {
  ...http,
  probe: () => ({ method: 'GET', url: 'https://x.example.com/me', headers: {}, body: '', timeoutMs: 1_000 }),
};

async function tried(
  type: RequestDestination<ProfileDestination>,
  answer: (request: HttpRequest) => HttpOutcome,
  secret = SECRET,
) {
  const steps = await probe(destination, type, secret, {
    http: async (request) => answer(request),
    tokens: createMemoryVendorState(() => NOW).tokens,
    now: () => NOW,
  });
  return steps.map(({ step, outcome, reason }) => [step, outcome, reason].filter(Boolean).join(' '));
}
const token = ({ url }: HttpRequest): HttpOutcome => (url.endsWith('/token') ? ok('{"access_token":"t"}') : ok());

it('tries a destination step by step, up to the first that fails', async () => {
  expect(await tried(asking, token)).toEqual(['secret ok', 'credentials ok', 'permission ok']);
  expect(await tried(asking, token, '{"clientId": 5}')).toEqual(['secret failed secret-unusable']);
  expect(await tried(asking, () => status(401))).toEqual(['secret ok', 'credentials failed token-http-401']);
  const forbidden = (request: HttpRequest) => (request.url.endsWith('/token') ? token(request) : status(403));
  expect(await tried(asking, forbidden)).toEqual(['secret ok', 'credentials ok', 'permission failed http-403']);
  const inside = { ...asking, probed: () => failed('stop', 'terms-not-accepted') };
  expect(await tried(inside, token)).toContain('permission failed terms-not-accepted');
});

it('says so where nothing can be asked without changing something, and what the secret lacks', async () => {
  expect(await tried(http, token)).toEqual(['secret ok', 'credentials ok', 'permission not-tried no-harmless-request']);
  expect(missingKeys(http, SECRET)).toEqual(['signingKey', 'bearerToken', 'tokenUrl']);
});
