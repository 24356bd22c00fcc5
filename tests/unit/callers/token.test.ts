import { decodeJwt, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpAnswer } from '#core/api/http.ts';
import { issuerOf, issueToken, TOKEN_SECONDS } from '#core/callers/token.ts';
import { callersOfStage, newKey, type StageCallers } from '#tests/harness/core/callers.ts';
import { bearer, httpCall } from '#tests/harness/core/http-call.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const MINUTE = 60_000;
let now = START;
let stage: StageCallers;

beforeEach(async () => {
  now = START;
  stage = await callersOfStage({ now: () => now });
});

const bodyOf = (answer: HttpAnswer) => answer.body as Record<string, unknown>;
const callerOf = (token: string, headers: Record<string, string> = {}, callers = stage.callers) =>
  callers.callerOf(httpCall('GET', { headers: { ...bearer(token), ...headers } }));
const INVALID = { status: 401, body: { error_code: '401013', message: 'Oauth token is not valid' } };

describe('A client', () => {
  it('gets a token of an hour for its id and secret, as from IMS', async () => {
    const { client, secret } = await stage.create(['profile:read', 'ingest:crm']);
    const form = { grant_type: 'client_credentials', client_id: client.id, client_secret: secret };
    const answer = await stage.ask({ ...form, scope: 'openid,AdobeID, additional_info.projectedProductContext' });
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(answer)).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3_600,
      scope: 'ingest:crm profile:read',
    });
    expect(await callerOf(String(bodyOf(answer).access_token))).toEqual({
      id: client.id,
      name: 'A client',
      kind: 'client',
      scopes: ['ingest:crm', 'profile:read'],
    });
  });

  it('may give id and secret in the address, or as Basic', async () => {
    const { client, secret } = await stage.create(['govern']);
    const basic = `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`;
    const form = { grant_type: 'client_credentials' };
    expect((await stage.ask(form, { headers: { authorization: basic } })).status).toBe(200);
    const rawQuery = new URLSearchParams({ ...form, client_id: client.id, client_secret: secret }).toString();
    expect((await stage.ask({}, { path: '/ims/token/v2', rawQuery })).status).toBe(200);
  });

  it('may ask for less than it has, but not for more', async () => {
    const { client, secret } = await stage.create(['ingest:*', 'govern']);
    const form = { grant_type: 'client_credentials', client_id: client.id, client_secret: secret };
    const less = await stage.ask({ ...form, scope: 'ingest:crm' });
    expect(await callerOf(String(bodyOf(less).access_token))).toMatchObject({ scopes: ['ingest:crm'] });
    for (const scope of ['admin', 'profile:read', 'openid profile:read:C2', 'ingest:crm nonsense:x']) {
      expect(await stage.ask({ ...form, scope }), scope).toMatchObject({
        status: 400,
        body: { error: 'invalid_scope' },
      });
    }
  });

  it.each([
    ['no grant', { grant_type: '' }, 400, 'unsupported_grant_type'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no id', { client_id: '' }, 400, 'invalid_request'],
    ['no secret', { client_secret: '' }, 400, 'invalid_request'],
    ['another secret', { client_secret: 'trb-x' }, 401, 'invalid_client'],
    ['a very long secret', { client_secret: 'x'.repeat(5_000) }, 401, 'invalid_client'],
    ['nobody', { client_id: '0'.repeat(32) }, 401, 'invalid_client'],
    ['a prototype', { client_id: '__proto__' }, 401, 'invalid_client'],
  ])('gets none for %s', async (_, wrong, status, error) => {
    const { client, secret } = await stage.create(['govern']);
    const form = { grant_type: 'client_credentials', client_id: client.id, client_secret: secret, ...wrong };
    expect(await stage.ask(form)).toMatchObject({ status, body: { error } });
  });

  it('gets none for a parameter twice, a large body, another method or the JWT of a service account', async () => {
    const twice = await stage.ask(
      { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' },
      { rawQuery: 'client_id=z' },
    );
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await stage.ask({ scope: 'x'.repeat(9_000) })).toMatchObject({ status: 400 });
    expect(await stage.ask({}, { path: '/ims/exchange/jwt' })).toMatchObject({ status: 501 });
    expect(await stage.ask({}, { path: '/ims/authorize/v2' })).toMatchObject({ status: 404 });
  });

  it('is made to wait after many tries, and others are not', async () => {
    const { client, secret } = await stage.create(['govern']);
    const form = { grant_type: 'client_credentials', client_id: client.id };
    const statuses: number[] = [];
    for (let n = 0; n < 25; n++) statuses.push((await stage.ask({ ...form, client_secret: `guess ${n}` })).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(await stage.ask({ ...form, client_secret: secret })).toMatchObject({
      status: 429,
      headers: { 'retry-after': '5' },
    });
    expect(await stage.ask({ ...form, client_secret: secret }, { sourceIp: '192.0.2.2' })).toMatchObject({
      status: 200,
    });
  });

  it('is stored without its secret', async () => {
    const { secret } = await stage.create(['govern']);
    expect(JSON.stringify(await stage.store.read())).not.toContain(secret.slice(4));
  });
});

describe('A client that is revoked', () => {
  it('is locked out within a minute of every function, and gets no new token', async () => {
    const { token, id, secret } = await stage.token(['govern']);
    expect(await callerOf(token)).toMatchObject({ id });
    now += MINUTE;
    await stage.revoke(id);
    now += MINUTE;
    expect(await callerOf(token)).toMatchObject(INVALID);
    const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    expect(await stage.ask(form)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('stays locked out, like all others, of a function that cannot read the list for a minute', async () => {
    const { token, id } = await stage.token(['govern']);
    expect(await callerOf(token)).toMatchObject({ id });
    stage.store.read = () => Promise.reject(new Error('throttled'));
    now += 59_000;
    expect(await callerOf(token)).toMatchObject({ id });
    now += 1_000;
    await expect(callerOf(token)).rejects.toThrow('cannot be read');
  });

  it('costs no read for each of many requests', async () => {
    const { token } = await stage.token(['govern']);
    const before = stage.store.reads;
    for (let n = 0; n < 1_000; n++) {
      now += 10;
      await callerOf(token);
      await callerOf('a.b.c');
    }
    expect(stage.store.reads - before).toBeLessThanOrEqual(2);
  });
});

describe('A key that tokens are signed with', () => {
  it('is replaced: tokens of the one before count until the next', async () => {
    const { token, id } = await stage.token(['govern']);
    await stage.rotate();
    now += 31_000;
    expect(await callerOf(token)).toMatchObject({ id });
    await stage.rotate();
    now += 31_000;
    expect(await callerOf(token)).toMatchObject(INVALID);
  });

  it('counts at once, also where it is not known yet', async () => {
    const { token: old } = await stage.token(['govern']);
    await callerOf(old);
    now += 6_000;
    await stage.rotate();
    const { token, id } = await stage.token(['operate']);
    expect(await callerOf(token)).toMatchObject({ id, scopes: ['operate'] });
  });

  it('is the only one where that of before has leaked', async () => {
    const { token } = await stage.token(['govern']);
    await stage.rotate(true);
    now += 31_000;
    expect(await callerOf(token)).toMatchObject(INVALID);
  });
});

describe('A hostile token', () => {
  it('does not count: unsigned, with another key, algorithm, type or issuer, expired, too old, or broken', async () => {
    const { token, id } = await stage.token(['admin']);
    const { kid, jwk } = stage.signingKey();
    const payload = decodeJwt(token);
    const other = await newKey();
    const [header = '', body = '', signature = ''] = token.split('.');
    const sign = (claims: object, headers: object = {}, key: object = jwk) =>
      new SignJWT({ ...payload, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt', ...headers })
        .sign({ ...key, alg: 'ES256' } as never);
    const secret = new TextEncoder().encode(JSON.stringify((await stage.store.read()).keys[0]!.key));
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const elsewhere = await callersOfStage({ stage: 'prod', now: () => now });
    const seconds = Math.floor(now / 1_000);
    const hostile = {
      unsigned: new UnsecuredJWT(payload).encode(),
      'without signature': `${header}.${body}.`,
      'another signature': `${header}.${body}.${signature.split('').reverse().join('')}`,
      'another body': `${header}.${Buffer.from(JSON.stringify({ ...payload, scope: 'admin govern' })).toString('base64url')}.${signature}`,
      'unknown kid': await sign({}, { kid: 'another' }),
      'kid of the prototype': await sign({}, { kid: '__proto__' }),
      'a key of its own': await sign({}, { jwk: other.publicJwk }, other.jwk),
      'another key': await sign({}, {}, other.jwk),
      'the public key as a secret': await new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' })
        .sign(secret),
      'another algorithm': await new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' })
        .sign(rsa.privateKey),
      'another type': await sign({}, { typ: 'JWT' }),
      expired: await sign({ exp: seconds - 6 }),
      'without end': await sign({ exp: undefined }),
      'too old': await sign({ iat: seconds - TOKEN_SECONDS - 60, exp: seconds + 60 }),
      'of the future': await sign({ iat: seconds + 600, exp: seconds + 1_200 }),
      'another audience': await sign({ aud: issuerOf('prod') }),
      'another issuer': await sign({ iss: issuerOf('prod') }),
      'of another stage': (await elsewhere.token(['admin'])).token,
      'of nobody': await sign({ sub: 'nobody' }),
      'of the prototype': await sign({ sub: '__proto__' }),
      'scopes as a list': await sign({ scope: ['admin'] }),
      huge: await sign({ more: 'x'.repeat(10_000) }),
      'no token': 'key-of-a-connection',
      dots: '..',
      'no JSON': 'YQ.YQ.YQ',
    };
    for (const [name, forged] of Object.entries(hostile)) expect(await callerOf(forged), name).toMatchObject(INVALID);
    expect(await callerOf(token)).toMatchObject({ id });
  });

  it('has no scope that its client no longer has', async () => {
    const { id } = await stage.token(['govern']);
    const forged = await issueToken(
      stage.signingKey(),
      { id },
      { stage: stage.stage, scopes: ['govern', 'admin'], now },
    );
    expect(await callerOf(forged)).toMatchObject({ scopes: ['govern'] });
  });

  it('is asked for where there is none', async () => {
    for (const headers of [
      {},
      { authorization: 'Basic eDp5' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer a b' },
    ]) {
      expect(await stage.callers.callerOf(httpCall('GET', { headers }))).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        body: { error_code: '401010' },
      });
    }
  });
});

describe('What clients of AEP send besides', () => {
  it('has to fit where it is sent', async () => {
    const { token, id } = await stage.token(['govern']);
    const all = { 'x-api-key': id, 'x-gw-ims-org-id': 'tributary', 'x-sandbox-name': 'test' };
    expect(await callerOf(token, all)).toMatchObject({ id });
    expect(await callerOf(token, { ...all, 'x-api-key': 'other' })).toMatchObject({
      status: 403,
      body: { error_code: '403003' },
    });
    expect(await callerOf(token, { ...all, 'x-gw-ims-org-id': 'other' })).toMatchObject({ status: 403 });
    expect(await callerOf(token, { ...all, 'x-sandbox-name': 'prod' })).toMatchObject({ status: 403 });
  });
});

describe('A person', () => {
  const ISSUER = {
    issuer: 'https://login.example.com/tenant',
    audience: 'tributary',
    groupsClaim: 'groups',
    groups: { analysts: ['profile:read', 'operate'], marketers: ['audience:write', 'operate'] },
  };

  it('who was signed in by the company may do what their groups may', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const signedIn = await callersOfStage({
      now: () => now,
      issuers: [ISSUER],
      issuerKeys: () => async () => ({ ...publicJwk, alg: 'RS256' }),
    });
    const seconds = Math.floor(now / 1_000);
    const claims = {
      iss: ISSUER.issuer,
      aud: ISSUER.audience,
      sub: 'u-1',
      iat: seconds,
      exp: seconds + 600,
      email: 'ada@example.com',
    };
    const sign = (more: object, key = privateKey) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'RS256' }).sign(key);
    const caller = async (token: string) => callerOf(token, { 'x-api-key': 'the console' }, signedIn.callers);
    expect(await caller(await sign({ groups: ['analysts', 'marketers', 'x', '__proto__', 7] }))).toEqual({
      id: 'https://login.example.com/tenant#u-1',
      name: 'ada@example.com',
      kind: 'person',
      scopes: ['profile:read', 'operate', 'audience:write'],
    });
    expect(await caller(await sign({ groups: 'analysts' }))).toMatchObject({ scopes: ['profile:read', 'operate'] });
    expect(await caller(await sign({}))).toMatchObject({ scopes: [] });
    const stranger = await generateKeyPair('RS256');
    for (const token of [
      await sign({ groups: ['analysts'] }, stranger.privateKey),
      await sign({ aud: 'another' }),
      await sign({ iss: 'https://login.example.com/other' }),
      await sign({ iss: issuerOf('test') }),
      await sign({ exp: seconds - 60 }),
      await sign({ iat: seconds - 90_000 }),
      await sign({ sub: '' }),
      new UnsecuredJWT({ ...claims, groups: ['analysts'] }).encode(),
    ]) {
      expect(await caller(token)).toMatchObject(INVALID);
    }
  });
});
