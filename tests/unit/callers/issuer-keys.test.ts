import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IssuerSettings } from '#core/contract/sign-in.ts';
import { createIssuerKeys } from '#lambdas/adapters/http/issuer-keys.ts';
import { callersOfStage } from '#tests/harness/core/callers.ts';
import { bearer, httpCall } from '#tests/harness/core/http-call.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const SECONDS = NOW / 1_000;

/** An issuer on this machine, as a company's: its keys, and what it was asked for. */
describe('the keys of an issuer', () => {
  let server: Server;
  let address: string;
  let asked: string[] = [];
  let discovery: (() => { status: number; body: object }) | undefined;
  let keys: JWK[] = [];
  const newKey = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      const isDiscovery = request.url === '/tenant/.well-known/openid-configuration';
      const { status, body } = isDiscovery
        ? (discovery?.() ?? { status: 200, body: { issuer: `${address}/tenant`, jwks_uri: `${address}/keys` } })
        : { status: 200, body: { keys } };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
    discovery = undefined;
  });

  async function signedInAt(more: Partial<IssuerSettings> = {}) {
    const issuer = {
      issuer: `${address}/tenant`,
      audience: 'tributary',
      groupsClaim: 'groups',
      groups: { a: ['operate'] },
      ...more,
    };
    const stage = await callersOfStage({ now: () => NOW, issuers: [issuer], issuerKeys: createIssuerKeys() });
    const sign = ({ kid, privateKey }: Awaited<ReturnType<typeof newKey>>) =>
      new SignJWT({ groups: ['a'] })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(issuer.issuer)
        .setAudience('tributary')
        .setSubject('u-1')
        .setIssuedAt(SECONDS)
        .setExpirationTime(SECONDS + 600)
        .sign(privateKey);
    return async (key: Awaited<ReturnType<typeof newKey>>) =>
      stage.callers.callerOf(httpCall('GET', { headers: bearer(await sign(key)) }));
  }

  it('are found through its discovery document, and asked for once', async () => {
    const key = await newKey('one');
    keys = [key.jwk];
    const caller = await signedInAt();
    for (let n = 0; n < 5; n++) expect(await caller(key)).toMatchObject({ kind: 'person', scopes: ['operate'] });
    expect(asked).toEqual(['/tenant/.well-known/openid-configuration', '/keys']);
  });

  it('are where the stage says, if it does', async () => {
    const key = await newKey('one');
    keys = [key.jwk];
    const caller = await signedInAt({ jwksUri: `${address}/elsewhere` });
    expect(await caller(key)).toMatchObject({ kind: 'person' });
    expect(asked).toEqual(['/elsewhere']);
  });

  it('are not those of somebody else, and are not asked for with every forged token', async () => {
    const [key, stranger] = [await newKey('one'), await newKey('two')];
    keys = [key.jwk];
    const caller = await signedInAt();
    expect(await caller(key)).toMatchObject({ kind: 'person' });
    for (let n = 0; n < 20; n++) expect(await caller(stranger)).toMatchObject({ status: 401 });
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['does not answer', () => ({ status: 500, body: {} })],
    [
      'names another issuer',
      () => ({ status: 200, body: { issuer: 'https://other.example', jwks_uri: `${address}/keys` } }),
    ],
    ['names no keys', () => ({ status: 200, body: { issuer: `${address}/tenant` } })],
  ])('cannot be had where the discovery document %s: the answer is to try again', async (_, broken) => {
    const key = await newKey('one');
    keys = [key.jwk];
    discovery = broken;
    const caller = await signedInAt();
    expect(await caller(key)).toMatchObject({ status: 503 });
    discovery = undefined;
    expect(await caller(key)).toMatchObject({ kind: 'person' });
  });
});
