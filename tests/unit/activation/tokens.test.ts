import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { TokenAuthentication } from '#core/activation/http/credentials.ts';
import { opened, sealed } from '#core/activation/http/sealed.ts';
import { Tokens } from '#core/activation/http/tokens.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { NOW, ok } from './factories.ts';

const TOKEN_URL = 'https://id.vendor.example.com/token';
const SIGN_IN = { url: 'https://id.vendor.example.com/authorize', scope: 'ads', who: 'an administrator' };
const REFRESH: TokenAuthentication = { type: 'oauth2RefreshToken', tokenUrl: TOKEN_URL, signIn: SIGN_IN };
const CLIENT = { clientId: 'client-id', clientSecret: 'client-secret', refreshToken: 'refresh-0' };

/** A vendor that gives a new refresh token with every access token, and takes each only once. */
function rotating() {
  let now = NOW;
  let given = 0;
  let answer: HttpOutcome | undefined;
  const requests: HttpRequest[] = [];
  const state = createMemoryVendorState(() => now);
  const http = async (request: HttpRequest): Promise<HttpOutcome> => {
    requests.push(request);
    if (answer) return answer;
    const form = new URLSearchParams(request.body);
    if (form.get('refresh_token') !== `refresh-${given}`) {
      return { kind: 'response', status: 400, body: '{"error":"invalid_grant"}' };
    }
    given += 1;
    return ok(JSON.stringify({ access_token: `access-${given}`, expires_in: 3600, refresh_token: `refresh-${given}` }));
  };
  return {
    requests,
    state,
    /** As another process has it. */
    tokens: () => new Tokens(http, state.tokens, () => now),
    wait: (ms: number) => {
      now += ms;
    },
    answer: (next: HttpOutcome | undefined) => {
      answer = next;
    },
  };
}

describe('access tokens', () => {
  it('are fetched once for all functions', async () => {
    const vendor = rotating();
    const got = await Promise.all(Array.from({ length: 6 }, () => vendor.tokens().get('d', REFRESH, CLIENT)));
    const tokens = got.filter((each) => typeof each === 'string');
    expect(tokens.every((token) => token === 'access-1')).toBe(true);
    expect(vendor.requests).toHaveLength(1);
    for (const each of got.filter((other) => typeof other !== 'string')) {
      expect(each).toMatchObject({ errorClass: 'wait', reason: 'token-in-making' });
    }
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toBe('access-1');
    expect(vendor.requests).toHaveLength(1);
  });

  it('are replaced before they end, by the newest refresh token, while others go on with the old one', async () => {
    const vendor = rotating();
    const [one, other] = [vendor.tokens(), vendor.tokens()];
    await one.get('d', REFRESH, CLIENT);
    await other.get('d', REFRESH, CLIENT);
    vendor.wait(3_541_000);
    const got = await Promise.all([one.get('d', REFRESH, CLIENT), other.get('d', REFRESH, CLIENT)]);
    expect(got.sort()).toEqual(['access-1', 'access-2']);
    expect(new URLSearchParams(vendor.requests[1]!.body).get('refresh_token')).toBe('refresh-1');
    expect(await other.get('d', REFRESH, CLIENT)).toBe('access-2');
    expect(vendor.requests).toHaveLength(2);
  });

  it('are used to their end where no new one is to be had', async () => {
    const vendor = rotating();
    await vendor.tokens().get('d', REFRESH, CLIENT);
    vendor.wait(3_541_000);
    vendor.answer({ kind: 'timeout' });
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toBe('access-1');
    vendor.wait(60_000);
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toMatchObject({ errorClass: 'retry' });
  });

  it('are fetched anew where the vendor takes one no more, also by those who have not heard of it', async () => {
    const vendor = rotating();
    const [one, other] = [vendor.tokens(), vendor.tokens()];
    await one.get('d', REFRESH, CLIENT);
    await other.get('d', REFRESH, CLIENT);
    expect(one.reject('d')).toBe(true);
    expect(await one.get('d', REFRESH, CLIENT)).toBe('access-2');
    expect(other.reject('d')).toBe(true);
    expect(await other.get('d', REFRESH, CLIENT)).toBe('access-2');
    expect(vendor.requests).toHaveLength(2);
    expect(vendor.tokens().reject('d')).toBe(false);
  });

  it('make everybody wait, and cost no attempt, where somebody has to sign in again; a new secret ends it', async () => {
    const vendor = rotating();
    const old = { ...CLIENT, refreshToken: 'withdrawn' };
    expect(await vendor.tokens().get('d', REFRESH, old)).toEqual({
      delivered: false,
      errorClass: 'wait',
      reason: 'sign-in-expired',
      waitMs: 900_000,
    });
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toBe('access-1');
  });

  it('stop where the client itself is not known', async () => {
    const vendor = rotating();
    vendor.answer({ kind: 'response', status: 401, body: '{"error":"invalid_client"}' });
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toMatchObject({
      errorClass: 'stop',
      reason: 'token-http-401',
    });
  });

  it('may be fetched by another function once the one that was at it is not heard of any more', async () => {
    const vendor = rotating();
    await vendor.state.tokens.claim('d', 0, NOW + 20_000);
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toMatchObject({ reason: 'token-in-making' });
    vendor.wait(20_000);
    expect(await vendor.tokens().get('d', REFRESH, CLIENT)).toBe('access-1');
  });

  it('are stored so that only who has the secret can read them', async () => {
    const vendor = rotating();
    await vendor.tokens().get('d', REFRESH, CLIENT);
    const { sealed: stored } = await vendor.state.tokens.get('d');
    expect(Buffer.from(stored!, 'base64').toString('latin1')).not.toContain('access');
    expect(opened(stored!, CLIENT)).toContain('access-1');
    expect(opened(stored!, { ...CLIENT, clientSecret: 'other' })).toBeUndefined();
    expect(opened(`${stored!.slice(0, -8)}AAAAAAA=`, CLIENT)).toBeUndefined();
    expect(opened('', CLIENT)).toBeUndefined();
    expect(sealed('a', CLIENT)).not.toBe(sealed('b', CLIENT));
  });

  it('are asked for by an assertion that the key of a service account signs', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const requests: HttpRequest[] = [];
    const http = async (request: HttpRequest): Promise<HttpOutcome> => {
      requests.push(request);
      return ok('{"access_token":"access","expires_in":3599}');
    };
    const account = {
      client_email: 'robot@project.example.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      private_key_id: 'key-1',
    };
    const how: TokenAuthentication = { type: 'oauth2Jwt', tokenUrl: TOKEN_URL, scope: 'https://scope.example.com' };
    const tokens = new Tokens(http, createMemoryVendorState(() => NOW).tokens, () => NOW);
    expect(await tokens.get('d', how, account)).toBe('access');
    const form = new URLSearchParams(requests[0]!.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion')!, publicKey, {
      currentDate: new Date(NOW),
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(payload).toEqual({
      iss: 'robot@project.example.com',
      aud: TOKEN_URL,
      scope: 'https://scope.example.com',
      iat: NOW / 1000,
      exp: NOW / 1000 + 3600,
    });
    const broken = { ...account, private_key: 'no key' };
    expect(await tokens.get('e', how, broken)).toMatchObject({
      errorClass: 'stop',
      reason: 'secret-unusable-private_key',
    });
  });

  it('are asked for with a JSON body and more parameters where a vendor wants that', async () => {
    const requests: HttpRequest[] = [];
    const http = async (request: HttpRequest): Promise<HttpOutcome> => {
      requests.push(request);
      return ok('{"authToken":"access"}');
    };
    const how: TokenAuthentication = {
      type: 'oauth2ClientCredentials',
      tokenUrl: TOKEN_URL,
      clientAuthentication: 'json',
      parameters: { account_id: 'accountId' },
      tokenField: 'authToken',
      lifetimeSeconds: 1080,
    };
    const tokens = new Tokens(http, createMemoryVendorState(() => NOW).tokens, () => NOW);
    expect(await tokens.get('d', how, { clientId: 'i', clientSecret: 's', accountId: '700' })).toBe('access');
    expect(JSON.parse(requests[0]!.body)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'i',
      client_secret: 's',
      account_id: '700',
    });
  });
});
