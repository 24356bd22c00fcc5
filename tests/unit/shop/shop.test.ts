import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeIdentityCookie } from '#core/edge/identity-cookie.ts';
import { verifyIdentityToken } from '#core/edge/identity-token.ts';
import { identitySigner } from '#examples/shop/identity-token.ts';
import type { DeviceCookie, PageData } from '#examples/shop/page-data.ts';
import type { Platform } from '#examples/shop/platform.ts';
import { shopListener } from '#examples/shop/server.ts';

const ORG = 'ABCDEF0123456789@AdobeOrg';
const EDGE = 'http://127.0.0.1:4620';
const ECID = '12345678901234567890123456789012345678';
const NOW = 1_772_359_200_000;
const MARKUP = `"><script>alert('1')</script>`;

describe('the example shop', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  let base: string;
  let uploaded: string[];
  let asked: DeviceCookie[];
  let publicKey: object;

  beforeEach(async () => {
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    publicKey = await exportJWK(pair.publicKey);
    [uploaded, asked] = [[], []];
    const platform: Platform = {
      profileOf: async (device) => {
        asked.push(device);
        return { device, identities: [], attributes: [], audiences: [], events: [] };
      },
      extentOf: async () => ({ identities: 1, events: 2, audiences: 3 }),
      uploadTier: async (crmId, tier) => {
        uploaded.push(`${crmId} ${tier}`);
        return 'loyalty.csv';
      },
    };
    let ids = 0;
    base = await listening(
      shopListener({
        settings: { orgId: ORG, datastreamId: 'shop-web', edgeUrl: EDGE },
        sign: await identitySigner(await exportJWK(pair.privateKey), 'shop-web'),
        platform: async () => platform,
        customers: [{ crmId: 'RB-0001', name: MARKUP, tier: 'gold' }],
        newId: () => `id-${ids++}`,
      }),
    );
  });

  async function listening(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A browser: it keeps the cookies it is given. */
  function visitor(jar: Record<string, string> = {}) {
    const call = async (path: string, form?: Record<string, string>): Promise<{ status: number; text: string }> => {
      const cookie = Object.entries(jar)
        .map((pair) => pair.join('='))
        .join('; ');
      const options = form && { method: 'POST', body: new URLSearchParams(form) };
      const answer = await fetch(`${base}${path}`, { ...options, headers: { cookie }, redirect: 'manual' });
      for (const set of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = set.split(';', 1)[0]!.split('=');
        jar[name] = value;
      }
      const next = answer.headers.get('location');
      return next === null ? { status: answer.status, text: await answer.text() } : call(next);
    };
    return call;
  }

  const dataOf = (page: string): PageData => JSON.parse(/id="page-data">(.*?)<\/script>/.exec(page)![1]!) as PageData;

  it.each(['/', '/tents', '/products/TEN-101', '/cart', '/checkout', '/login', '/guides/tents'])(
    'has the page %s, which loads nothing but what the shop and the edge have',
    async (path) => {
      const answer = await fetch(`${base}${path}`);
      expect(answer.status).toBe(200);
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`connect-src 'self' ${EDGE};`);
      expect(policy).not.toMatch(/unsafe|\*/);
      const page = await answer.text();
      const loaded = [...page.matchAll(/<(?:script|link|img)\b[^>]*\b(?:src|href)="([^"]*)"/g)].map(([, url]) => url!);
      expect(loaded.length).toBeGreaterThan(3);
      for (const url of loaded) {
        expect(url).toMatch(/^\/assets\//);
        const asset = await fetch(`${base}${url}`);
        expect([asset.status, asset.headers.get('x-content-type-options')], url).toEqual([200, 'nosniff']);
      }
    },
  );

  it('has every module that its pages import', async () => {
    const found = new Set<string>();
    const visit = async (url: string): Promise<void> => {
      if (found.has(url)) return;
      found.add(url);
      const answer = await fetch(`${base}${url}`);
      expect(answer.status, url).toBe(200);
      for (const [, name] of (await answer.text()).matchAll(/^(?:import|\} from|export) .*?'\.{1,2}\/(.*)';$/gm)) {
        await visit(`/assets/${name}`);
      }
    };
    await visit('/assets/page.ts');
    await visit('/assets/before-sdk.ts');
    expect(found.size).toBeGreaterThan(5);
  });

  it.each([
    '/nothing',
    '//',
    '/products/NONE',
    '/assets/..%2Fmain.ts',
    '/assets/server.ts',
    '/panel/nothing',
    '/products',
  ])('has nothing at %s', async (path) => {
    expect((await fetch(`${base}${path}`)).status).toBe(404);
  });

  it('writes what it is given as text', async () => {
    const page = await (await fetch(`${base}/login`)).text();
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;');
    expect(page).not.toContain(MARKUP);
    const shop = visitor();
    expect((await shop('/login', { crmId: MARKUP })).text).not.toContain(MARKUP);
    expect((await shop('/cart', { sku: MARKUP })).text).not.toContain(MARKUP);
  });

  it('signs who has logged in, for its datastream and for this device', async () => {
    const device = { ecid: ECID, createdAt: NOW, source: 'random', handedOutAt: NOW, region: 'IRL1' } as const;
    const shop = visitor({ kndctr_ABCDEF0123456789_AdobeOrg_identity: encodeIdentityCookie(device) });
    expect(dataOf((await shop('/')).text).signedIn).toBeUndefined();
    const { signedIn, happened } = dataOf((await shop('/login', { crmId: 'RB-0001' })).text);
    expect([signedIn!.crmId, happened]).toEqual(['RB-0001', [{ kind: 'login' }]]);
    const { iat } = JSON.parse(Buffer.from(signedIn!.token.split('.')[1]!, 'base64url').toString()) as { iat: number };
    const verify = (ecid: string | undefined, id = 'shop-web') =>
      verifyIdentityToken(signedIn!.token, {
        datastream: { id, identityTokens: { keys: [publicKey as never], maxAgeSeconds: 3_600 } },
        ecid,
        now: iat * 1_000,
      });
    expect(await verify(ECID)).toEqual({ CRMID: [{ id: 'RB-0001', authenticatedState: 'authenticated' }] });
    expect(await verify('2'.repeat(38))).toHaveProperty('title');
    expect(await verify(ECID, 'another')).toHaveProperty('title');
    expect(dataOf((await shop('/logout', {})).text).signedIn).toBeUndefined();
  });

  it('reports what has happened once, with the articles that it concerns', async () => {
    const shop = visitor();
    const added = dataOf((await shop('/cart', { sku: 'TEN-101' })).text);
    const items = [{ sku: 'TEN-101', name: 'Heron two-person tent', quantity: 1, price: 249 }];
    expect(added.happened).toEqual([{ kind: 'add-to-cart', items }]);
    expect(dataOf((await shop('/cart')).text).happened).toEqual([]);
    await shop('/cart', { sku: 'STO-007' });
    await shop('/cart', { sku: 'STO-007' });
    const { page } = dataOf((await shop('/checkout')).text);
    expect(page.checkout!.map(({ sku, quantity }) => `${quantity} ${sku}`)).toEqual(['1 TEN-101', '2 STO-007']);
    const bought = dataOf((await shop('/checkout', {})).text).happened;
    expect(bought).toMatchObject([{ kind: 'purchase', total: 249 + 2 * 44.95 }]);
    expect((await shop('/cart')).text).toContain('There is nothing in it');
  });

  it('has nothing in the cart that it does not sell, and takes out what is removed', async () => {
    const shop = visitor();
    expect((await shop('/cart', { sku: 'NONE' })).text).toContain('There is nothing in it');
    await shop('/cart', { sku: 'TEN-101' });
    expect((await shop('/cart/remove', { sku: 'TEN-101' })).text).toContain('There is nothing in it');
  });

  it('shows the profile of the device in the cookie, and of no other', async () => {
    expect(await visitor()('/panel/profile')).toEqual({ status: 200, text: '{}' });
    const device = { ecid: ECID, createdAt: NOW, source: 'random', handedOutAt: NOW, region: 'IRL1' } as const;
    const cookie = encodeIdentityCookie(device);
    expect((await visitor({ kndctr_ABCDEF0123456789_AdobeOrg_identity: cookie })('/panel/profile')).status).toBe(200);
    expect(asked).toMatchObject([{ ecid: ECID, createdAt: NOW, source: 'random' }]);
  });

  it('forgets a visitor: the cookies of the shop and of the SDK go, and no others', async () => {
    const ofSdk = ['kndctr_ABCDEF0123456789_AdobeOrg_identity', 'AMCV_ABCDEF0123456789%40AdobeOrg', 's_ecid'];
    const jar: Record<string, string> = { ...Object.fromEntries(ofSdk.map((name) => [name, 'x'])), other: 'y' };
    const shop = visitor(jar);
    await shop('/login', { crmId: 'RB-0007' });
    const { signedIn } = dataOf((await shop('/forget', {})).text);
    expect(signedIn).toBeUndefined();
    expect(jar).toEqual({ shop: '', ...Object.fromEntries(ofSdk.map((name) => [name, ''])), other: 'y' });
  });

  it('changes the loyalty data of whoever has logged in, to a tier that there is', async () => {
    const shop = visitor();
    expect((await shop('/panel/tier', { tier: 'gold' })).status).toBe(403);
    await shop('/login', { crmId: 'RB-0007' });
    expect((await shop('/panel/tier', { tier: 'platinum' })).status).toBe(404);
    expect((await shop('/panel/tier', { tier: 'gold' })).status).toBe(200);
    expect(uploaded).toEqual(['RB-0007 gold']);
  });

  it('answers its own pages only', async () => {
    const statusOf = (path: string, headers: Record<string, string>, method = 'GET'): Promise<number> =>
      new Promise((resolve, reject) => {
        request(`${base}${path}`, { headers, method }, (answer) => resolve(answer.resume().statusCode!))
          .on('error', reject)
          .end();
      });
    expect(await statusOf('/', { host: 'rebound.example' })).toBe(421);
    for (const path of ['/panel/profile', '/panel/extent?crmId=RB-0001', '/cart']) {
      expect(await statusOf(path, { origin: 'http://evil.example' }), path).toBe(403);
    }
    expect(await statusOf('/logout', { origin: 'http://evil.example' }, 'POST')).toBe(403);
  });

  it('reads forms of a reasonable size only', async () => {
    expect((await visitor()('/cart', { sku: 'x'.repeat(20_000) })).status).toBe(413);
  });
});
