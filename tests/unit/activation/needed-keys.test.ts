import { expect, it } from 'vitest';
import { stateOf } from '#core/activation/hindrances.ts';
import { Authenticator } from '#core/activation/http/authenticator.ts';
import type { AwsAuthentication, RequestAuthentication } from '#core/activation/http/credentials.ts';
import { missingForRequests } from '#core/activation/http/needed-keys.ts';
import { Tokens } from '#core/activation/http/tokens.ts';
import { TYPES } from '#core/activation/registry.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { NOW, ok } from './factories.ts';

const signIn = { url: 'https://v.example/in', scope: 's', who: 'somebody' };
const WAYS: Record<string, RequestAuthentication> = {
  bearer: { type: 'bearer' },
  apiKey: { type: 'apiKey', header: 'x-key', key: 'apiKey' },
  basic: { type: 'basic', user: 'appKey', password: 'masterSecret' },
  'client credentials': { type: 'oauth2ClientCredentials' },
  'client credentials at a known address': { type: 'oauth2ClientCredentials', tokenUrl: 'https://v.example/t' },
  'refresh token': { type: 'oauth2RefreshToken', tokenUrl: 'https://v.example/t', signIn },
  'service account': { type: 'oauth2Jwt', tokenUrl: 'https://v.example/t' },
};
for (const type of TYPES.values()) {
  if (type.delivery !== 'requests') continue;
  const destination = type.definition.parse({ ...type.example, type: type.name, segments: ['a'] });
  WAYS[`type ${type.name}`] = type.authentication(destination);
}

/** Why requests cannot authenticate. */
async function reasonOf(
  how: Exclude<RequestAuthentication, AwsAuthentication>,
  secret: Record<string, string>,
): Promise<string> {
  const http = async () => ok('{"access_token":"t","expires_in":3600}');
  const tokens = new Tokens(http, createMemoryVendorState(() => NOW).tokens, () => NOW);
  const made = await new Authenticator(tokens).authorize('d', how, secret);
  return 'reason' in made ? made.reason : 'ok';
}

it.each(Object.entries(WAYS))('names the keys without which requests cannot authenticate: %s', async (_, how) => {
  if (how.type === 'aws') return expect(missingForRequests(how, {})).toEqual([]);
  const needed = missingForRequests(how, {});
  const whole = Object.fromEntries(needed.map((key) => [key, `https://v.example/${key}`]));
  expect(missingForRequests(how, whole)).toEqual([]);
  expect(await reasonOf(how, whole)).not.toMatch(/^secret-without/);
  for (const key of needed) {
    const { [key]: _gone, ...rest } = whole;
    expect(missingForRequests(how, rest)).toEqual([key]);
    expect(await reasonOf(how, rest)).toBe(`secret-without-${key}`);
  }
});

it('says what keeps a destination from its deliveries, the weightiest first', () => {
  const on = { enabled: true, hasLane: true, isHeld: false, isPaused: false, secretLacks: [], deadLetters: 0 };
  const everything = {
    enabled: false,
    hasLane: false,
    isHeld: true,
    isPaused: true,
    secretLacks: ['a'],
    deadLetters: 9,
  };
  const names = ['enabled', 'hasLane', 'isHeld', 'isPaused', 'secretLacks', 'deadLetters'] as const;
  const repaired = [0, 1, 2, 3, 4, 5, 6].map((count) => ({
    ...everything,
    ...Object.fromEntries(names.slice(0, count).map((name) => [name, on[name]])),
  }));
  expect(repaired.map(stateOf)).toEqual([
    'off',
    'no lane',
    'held',
    'paused',
    'secret lacks a',
    'on, with dead letters',
    'on',
  ]);
  expect(stateOf({ ...on, secretLacks: undefined })).toBe('on');
});
