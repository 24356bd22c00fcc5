import { describe, expect, it } from 'vitest';
import { type AskForCode, signIn } from '#cli/destination/authorize.ts';
import { listenForCode } from '#cli/destination/sign-in.ts';
import { UserError } from '#cli/user-error.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { TokenAuthentication } from '#core/activation/http/credentials.ts';
import { codeIn } from '#core/activation/http/sign-in.ts';
import { ok } from '#tests/unit/activation/factories.ts';

const HOW: Extract<TokenAuthentication, { type: 'oauth2RefreshToken' }> = {
  type: 'oauth2RefreshToken',
  tokenUrl: 'https://id.vendor.example.com/token',
  signIn: {
    url: 'https://id.vendor.example.com/authorize?tenant=common',
    scope: 'ads offline_access',
    parameters: { access_type: 'offline' },
    who: 'an administrator of the ad account',
  },
};
const CLIENT = { clientId: 'client-id', clientSecret: 'client-secret' };

/** Somebody who signs in, and whose browser then goes where the vendor sends it. */
const browser =
  (code: string, seen: URL[] = []): AskForCode =>
  async (urlFor) => {
    const loopback = await listenForCode(0);
    try {
      const { address, attempt } = urlFor(loopback.redirectUri);
      const url = new URL(address);
      seen.push(url);
      const waiting = loopback.code(attempt);
      const back = new URL(url.searchParams.get('redirect_uri')!);
      const favicon = await fetch(new URL('/favicon.ico', back));
      expect(favicon.status).toBe(400);
      back.search = new URLSearchParams({ code: 'stolen', state: 'guessed' }).toString();
      expect((await fetch(back)).status).toBe(400);
      back.search = new URLSearchParams({ code, state: url.searchParams.get('state')! }).toString();
      const page = await fetch(back);
      expect(await page.text()).toContain('signed in');
      return { code: await waiting, attempt };
    } finally {
      loopback.close();
    }
  };

describe('signing in at a vendor', () => {
  it('ends with a refresh token that the code of the browser was exchanged for', async () => {
    const requests: HttpRequest[] = [];
    const seen: URL[] = [];
    const token = await signIn(HOW, CLIENT, browser('the-code', seen), async (request) => {
      requests.push(request);
      return ok('{"access_token":"a","refresh_token":"the refresh token"}');
    });
    expect(token).toBe('the refresh token');
    const asked = Object.fromEntries(seen[0]!.searchParams);
    expect(asked).toMatchObject({
      tenant: 'common',
      response_type: 'code',
      client_id: 'client-id',
      scope: 'ads offline_access',
      access_type: 'offline',
      code_challenge_method: 'S256',
    });
    const form = new URLSearchParams(requests[0]!.body);
    expect(form.get('code')).toBe('the-code');
    expect(form.get('redirect_uri')).toBe(asked.redirect_uri);
    const { createHash } = await import('node:crypto');
    expect(createHash('sha256').update(form.get('code_verifier')!).digest('base64url')).toBe(asked.code_challenge);
    expect(seen[0]!.href).not.toContain('client-secret');
  });

  it('says so where the vendor gives no refresh token, and where the secret lacks the client', async () => {
    const without = signIn(HOW, CLIENT, browser('c'), async () => ok('{"access_token":"a"}'));
    await expect(without).rejects.toThrow(/offline/);
    const rejected = signIn(HOW, CLIENT, browser('c'), async () => ({ kind: 'response', status: 400, body: '{}' }));
    await expect(rejected).rejects.toThrow(UserError);
    await expect(signIn(HOW, {}, browser('c'), async () => ok())).rejects.toThrow(/clientId/);
  });

  it.each([
    ['no address', 'hello', /no address/],
    ['an error', 'http://127.0.0.1:8765/callback?error=access_denied&state=s', /access_denied/],
    ['another state', 'http://127.0.0.1:8765/callback?code=c&state=other', /another attempt/],
    ['no code', 'http://127.0.0.1:8765/callback?state=s', /no "code"/],
  ])('says what is wrong with a pasted address: %s', (_, address, problem) => {
    const read = codeIn(address, { redirectUri: '', state: 's', verifier: 'v' });
    expect('problem' in read && read.problem).toMatch(problem);
    expect(
      codeIn(' http://127.0.0.1:8765/callback?code=c&state=s ', { redirectUri: '', state: 's', verifier: 'v' }),
    ).toEqual({
      code: 'c',
    });
  });
});
