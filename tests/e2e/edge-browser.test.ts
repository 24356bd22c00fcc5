import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import { gatewayListener } from '#cli/local/gateway-server.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import { COUNTRY_HEADER } from '#core/contract/routes.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';
import {
  FIRST_PARTY_EDGE,
  newVisitor,
  openPage,
  openSite,
  type SdkVersion,
  type Site,
} from '#tests/harness/browser/site.ts';
import { cli } from '#tests/harness/cli.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 60_000, interval: 500 };
const ORG = 'ABCDEF0123456789_AdobeOrg';
const SHOP = 'https://www.shop-one.example';
const SERVER_KEY = 'the key of the server';
const run = Date.now().toString(36);

/**
 * The acceptance cases of the edge, by their numbers: the SDK as npm has it, in a real Chromium, on sites with domains of
 * their own, against a deployed stage behind the local gateway.
 */
describe('an unmodified Web SDK in a browser, on a deployed stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-edge-'));
  let site: Site;
  let sink: Awaited<ReturnType<typeof deployAndApply>>['sink'];
  let sign: (crmId: string) => Promise<string>;
  let call: (path: string, headers: Record<string, string>, body: string) => Promise<Response>;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    sign = (crmId) =>
      new SignJWT({ identities: { CRMID: [crmId] } })
        .setProtectedHeader({ alg: 'ES256' })
        .setAudience('shop-web')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
    const catalog = join(folder, 'catalog');
    cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true });
    const datastream = (id: string, more: object = {}) =>
      writeFileSync(
        join(catalog, 'datastreams', `${id}.json`),
        JSON.stringify({
          id,
          orgId: 'ABCDEF0123456789@AdobeOrg',
          eventDataset: 'web-events',
          profileDataset: 'consents',
          allowedOrigins: ['https://*.shop-one.example', 'https://*.shop-two.example'],
          serverKeySha256: [keySha256(SERVER_KEY)],
          ...more,
        }),
      );
    rmSync(join(catalog, 'datastreams'), { recursive: true });
    cpSync(join(projectRoot, 'catalog', 'datastreams'), join(catalog, 'datastreams'), { recursive: true });
    rmSync(join(catalog, 'datastreams', 'shop-web.yaml'));
    datastream('shop-web', { identityTokens: { keys: [await exportJWK(publicKey)] } });
    datastream('trusting', { trustBrowserIdentities: true });
    datastream('first-party', { firstPartyDomain: 'shop-one.example' });
    datastream('by-country', { countryHeader: COUNTRY_HEADER });
    rmSync(join(catalog, 'activities'), { recursive: true });
    mkdirSync(join(catalog, 'activities'));
    for (const [id, audience, scope, item] of [
      ['banner', 'gold-and-silver', '__view__', { type: 'setText', selector: '#banner', content: 'Hello, member' }],
      ['tip', 'interested-in-tents', 'home-hero', { type: 'json', content: { title: 'Which tent?' } }],
    ] as const) {
      const experiences = [{ id: 'one', items: [item] }];
      const activity = { id, name: id, audience, scopes: [scope], experiences };
      writeFileSync(join(catalog, 'activities', `${id}.json`), JSON.stringify(activity));
    }
    for (const [id, more] of [
      ['members', { type: 'custom-personalization', attributes: { tier: 'loyalty.tier' } }],
      ['ads', { type: 'edge-cookie', cookie: { name: 'audiences' } }],
    ] as const) {
      const destination = { id, segments: ['gold-and-silver', 'interested-in-tents'], ...more };
      writeFileSync(join(catalog, 'destinations', `${id}.json`), JSON.stringify(destination));
    }
    const deployed = await deployAndApply(projectRoot, catalog, new Progress(process.stdout));
    const { flow } = deployed;
    sink = deployed.sink;
    const { edge, collection } = await endpointsOf(flow.resources);
    site = await openSite(gatewayListener({ upstreams: () => ({ edge, collection }) }));
    call = (path, headers, body) =>
      fetch(`${edge.url}${path}`, { method: 'POST', headers: { ...edge.headers, ...headers }, body });
  });
  afterEach(() => {
    site.intercept(undefined);
    site.callFrom(undefined);
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (
    version: SdkVersion,
    more: { origin?: string; path?: string; edge?: string; datastream?: string; configuration?: object } = {},
  ) => {
    const visitor = await newVisitor(site);
    return { visitor, ...(await openPage(visitor, { version, origin: SHOP, ...more })) };
  };
  const seen = (name: string): object => ({ xdm: { eventType: `${name}.${run}`, web: { webPageDetails: { name } } } });
  const sentOf = (name: string) =>
    site.sent.filter(({ body }) => body?.events?.[0]?.xdm?.eventType === `${name}.${run}`);
  const ecidOf = async (alloy: Awaited<ReturnType<typeof open>>['alloy']): Promise<string> =>
    (await alloy('getIdentity')).identity.ECID;

  // biome-ignore lint/suspicious/noExplicitAny: what the command prints
  async function profile(identity: string, ...flags: string[]): Promise<any> {
    const { code, stdout } = await cli('profile', 'get', identity, '--json', ...flags);
    return code === 0 ? JSON.parse(stdout) : undefined;
  }
  async function eventTypes(identity: string): Promise<string[]> {
    const page = await profile(identity, '--events');
    return (page?.children ?? []).map(({ entity }: { entity: { eventType: string } }) => entity.eventType);
  }
  const arrived = (ecid: string, name: string) =>
    vi.waitFor(async () => expect(await eventTypes(`ECID:${ecid}`)).toContain(`${name}.${run}`), WITHIN);

  for (const version of ['2.33.1', '2.32.0'] as const) {
    it(`${version}: is known from its first event on, by the cookies it was given; the events arrive (E1, E2, E5, E6)`, async () => {
      const name = (what: string): string => `${what}-${version}`;
      const { visitor, page, alloy } = await open(version);
      expect(await alloy('sendEvent', seen(name('first')))).not.toHaveProperty('error');
      const ecid = await ecidOf(alloy);
      expect(ecid).toMatch(/^\d{38}$/);
      const cookies = await visitor.cookies();
      for (const kind of ['identity', 'cluster']) {
        expect(cookies).toContainEqual(
          expect.objectContaining({ name: `kndctr_${ORG}_${kind}`, domain: '.shop-one.example' }),
        );
      }
      await alloy('sendEvent', seen(name('second')));
      const [first] = sentOf(name('first'));
      const [second] = sentOf(name('second'));
      expect(first!.path).toBe('/ee/v1/interact');
      expect(second!.path).toMatch(/^\/ee\/[a-z]+\d\/v1\/interact$/);
      expect(second!.body.meta.state.entries.map(({ key }: { key: string }) => key)).toContain(
        `kndctr_${ORG}_identity`,
      );

      await alloy('sendEvent', { ...seen(name('unload')), documentUnloading: true });
      await vi.waitFor(() => expect(sentOf(name('unload'))[0]?.path).toMatch(/\/v1\/collect$/), WITHIN);

      const calls = site.sent.length;
      await page.close();
      const again = await openPage(visitor, { version, origin: SHOP });
      expect(await ecidOf(again.alloy)).toBe(ecid);
      expect(site.sent).toHaveLength(calls);
      for (const what of ['first', 'second', 'unload']) await arrived(ecid, name(what));
      await visitor.close();
    });

    it(`${version}: makes one device of three events at once (E4)`, async () => {
      const { visitor, alloy } = await open(version);
      const names = [1, 2, 3].map((n) => `at-once-${version}-${n}`);
      await Promise.all(names.map((name) => alloy('sendEvent', seen(name))));
      const ecid = await ecidOf(alloy);
      for (const name of names) await arrived(ecid, name);
      await visitor.close();
    });

    it(`${version}: sends nothing before consent and nothing after its end; the profile has the latest (E7)`, async () => {
      const { visitor, alloy } = await open(version, { configuration: { defaultConsent: 'pending' } });
      const consent = (val: string) => ({
        consent: [{ standard: 'Adobe', version: '2.0', value: { collect: { val } } }],
      });
      const waiting = alloy('sendEvent', seen(`waiting-${version}`));
      expect(sentOf(`waiting-${version}`)).toEqual([]);
      await alloy('setConsent', consent('y'));
      await waiting;
      const ecid = await ecidOf(alloy);
      await arrived(ecid, `waiting-${version}`);
      const collect = async () => (await profile(`ECID:${ecid}`))?.[`ECID:${ecid}`]?.entity?.consents?.collect?.val;
      await vi.waitFor(async () => expect(await collect()).toBe('y'), WITHIN);
      await alloy('setConsent', consent('n'));
      await alloy('sendEvent', seen(`after-${version}`));
      await vi.waitFor(async () => expect(await collect()).toBe('n'), WITHIN);
      expect(sentOf(`after-${version}`)).toEqual([]);
      await visitor.close();
    });

    it(`${version}: has its cookies set by the answer where the edge is below its own domain (E3)`, async () => {
      const where = { edge: FIRST_PARTY_EDGE, datastream: 'first-party' };
      const { visitor, page, alloy } = await open(version, where);
      await alloy('sendEvent', seen(`own-${version}`));
      const ecid = await ecidOf(alloy);
      await page.close();
      const again = await openPage(visitor, { version, origin: SHOP, ...where });
      await again.alloy('sendEvent', seen(`own-again-${version}`));
      expect(await ecidOf(again.alloy)).toBe(ecid);
      const [call] = sentOf(`own-again-${version}`);
      expect(call!.cookie).toContain(`kndctr_${ORG}_identity=`);
      expect(call!.body.meta.state.entries).toBeUndefined();
      await visitor.close();
    });
  }

  const login = (crmId: string, more: object = {}) => ({
    xdm: {
      eventType: `login.${run}`,
      identityMap: { CRMID: [{ id: crmId, authenticatedState: 'authenticated' }], ...more },
    },
  });
  const identitiesOf = async (identity: string): Promise<string[]> =>
    Object.keys((await profile(identity))?.[identity]?.entity?.identityMap ?? {}).sort();

  it('is the person that its site has signed, or that the datastream believes; else it is a device only (E8)', async () => {
    const signed = await open('2.33.1');
    await signed.alloy('sendEvent', login(`SIGNED-${run}`, { identityToken: [{ id: await sign(`SIGNED-${run}`) }] }));
    const believed = await open('2.33.1', { datastream: 'trusting' });
    await believed.alloy('sendEvent', login(`BELIEVED-${run}`));
    const claimed = await open('2.33.1');
    await claimed.alloy('sendEvent', login(`CLAIMED-${run}`));
    for (const { alloy } of [signed, believed]) {
      const key = `ECID:${await ecidOf(alloy)}`;
      await vi.waitFor(async () => expect(await identitiesOf(key)).toEqual(['crmid', 'ecid']), WITHIN);
    }
    const key = await ecidOf(claimed.alloy);
    await vi.waitFor(async () => expect(await eventTypes(`ECID:${key}`)).toContain(`login.${run}`), WITHIN);
    expect(await identitiesOf(`ECID:${key}`)).not.toContain('crmid');
    expect(await profile(`CRMID:CLAIMED-${run}`)).toBeUndefined();
    for (const { visitor } of [signed, believed, claimed]) await visitor.close();
  });

  it('learns and changes nothing of a stranger whom it claims to be (E16)', async () => {
    const stranger = `STRANGER-${run}`;
    const owner = await open('2.33.1');
    await owner.alloy('sendEvent', login(stranger, { identityToken: [{ id: await sign(stranger) }] }));
    const own = `ECID:${await ecidOf(owner.alloy)}`;
    await vi.waitFor(async () => expect(await identitiesOf(own)).toEqual(['crmid', 'ecid']), WITHIN);
    const state = async () => ({
      profile: await profile(`CRMID:${stranger}`),
      events: await eventTypes(`CRMID:${stranger}`),
      delivered: (await cli('destination', 'runs', 'webhook', '--json')).stdout.includes(stranger),
    });
    const before = await state();
    const { alloy, visitor, page } = await open('2.33.1');
    const answers: string[] = [];
    page.on('response', async (response) => {
      if (response.url().includes('/v1/')) answers.push(await response.text().catch(() => ''));
    });
    await alloy('sendEvent', login(stranger));
    await alloy('setConsent', {
      identityMap: { CRMID: [{ id: stranger }] },
      consent: [{ standard: 'Adobe', version: '2.0', value: { collect: { val: 'y' } } }],
    });
    for (let n = 0; n < 5; n++) await alloy('sendEvent', seen(`stranger-${n}`));
    const ecid = await ecidOf(alloy);
    await arrived(ecid, 'stranger-4');
    expect(await state()).toEqual(before);
    expect(await identitiesOf(`ECID:${ecid}`)).not.toContain('crmid');
    expect(answers.length).toBeGreaterThanOrEqual(7);
    expect(answers.join()).not.toContain(stranger);
    await visitor.close();
    await owner.visitor.close();
  });

  /** An entry of `activation:pull`: the audiences by their destination. */
  const membersOf = (entry: { destinationId: string; segments: { id: string }[] }) => ({
    [entry.destinationId]: entry.segments.map(({ id }) => id),
  });

  it('is shown in the same answer what its very event made it be shown (E9)', async () => {
    const { alloy, visitor } = await open('2.33.1');
    const ask = { personalization: { decisionScopes: ['home-hero'] } };
    const before = await alloy('sendEvent', { ...seen('before-tents'), ...ask });
    expect(before.propositions.filter(({ items }: { items: unknown[] }) => items.length > 0)).toEqual([]);
    const tents = { commerce: { productViews: { value: 1 } }, web: { webPageDetails: { siteSection: 'tents' } } };
    const after = await alloy('sendEvent', { xdm: { eventType: `tents.${run}`, ...tents }, ...ask });
    expect(after.propositions).toMatchObject([
      { scope: 'home-hero', items: [{ data: { content: { title: 'Which tent?' } } }] },
    ]);
    await arrived(await ecidOf(alloy), 'tents');
    const later = await alloy('sendEvent', { ...seen('after-tents'), ...ask });
    expect(later.propositions).toHaveLength(1);
    await visitor.close();
    // 2.33.1 keeps from the page's code what destinations say; 2.32.0 does not.
    const other = await open('2.32.0');
    const answered = await other.alloy('sendEvent', { xdm: { eventType: `tents-told.${run}`, ...tents } });
    expect(answered.destinations.map(membersOf)).toContainEqual({ members: ['interested-in-tents'] });
    expect(JSON.stringify(answered.destinations)).not.toContain('attributes');
    await other.visitor.close();
  });

  it('changes the page for what a file has said of the person meanwhile, and reports that once (E10, E11, E15)', async () => {
    const member = `GOLD-${run}`;
    const { alloy, visitor, page } = await open('2.33.1');
    const banner = () => page.textContent('#banner');
    await alloy('sendEvent', {
      ...login(member, { identityToken: [{ id: await sign(member) }] }),
      renderDecisions: true,
    });
    const ecid = await ecidOf(alloy);
    await vi.waitFor(async () => expect(await identitiesOf(`ECID:${ecid}`)).toEqual(['crmid', 'ecid']), WITHIN);
    expect(await banner()).toBe('Welcome');
    const header = 'crmId,email,phone,firstName,lastName,tier,country,emailConsent,optOut,updatedAt';
    const row = `${member},,,,,gold,,,,${new Date().toISOString()}`;
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'customers.csv'), `${header}\n${row}\n`);
    expect((await cli('ingest', '--data', data)).code).toBe(0);
    const ask = { renderDecisions: true, personalization: { decisionScopes: ['__view__'] } };
    await vi.waitFor(async () => {
      // What is decided is rendered a little later than the command ends.
      if ((await banner()) === 'Welcome') await alloy('sendEvent', { ...seen('page'), ...ask });
      expect(await banner()).toBe('Hello, member');
    }, WITHIN);
    // The cookie of a destination is there by now, and a server that shows its key is told more than a page.
    expect(await page.evaluate('document.cookie')).toContain('audiences=gold-and-silver');
    const event = { xdm: { eventType: `asked.${run}`, identityMap: { CRMID: [{ id: member, primary: true }] } } };
    const asServer = (headers: Record<string, string>) =>
      call('/ee/v2/interact?datastreamId=shop-web', headers, JSON.stringify({ event }));
    const json = { 'content-type': 'application/json' };
    const answer = await (await asServer({ ...json, 'x-api-key': SERVER_KEY })).text();
    expect(answer).toContain('"attributes":{"tier":{"value":"gold"}}');
    expect(await (await asServer(json)).text()).not.toContain('gold');
    const displays = () =>
      site.sent.filter(({ body }) => JSON.stringify(body ?? '').includes('decisioning.propositionDisplay'));
    await vi.waitFor(() => expect(displays()).toHaveLength(1), WITHIN);
    expect(displays()[0]!.body.events[0].xdm._experience.decisioning.propositions).toMatchObject([
      { id: 'banner:one:__view__' },
    ]);
    await vi.waitFor(
      async () => expect(await eventTypes(`ECID:${ecid}`)).toContain('decisioning.propositionDisplay'),
      WITHIN,
    );
    await visitor.close();
  });

  it('can read what is wrong with its calls (E12)', async () => {
    const unknown = await open('2.33.1', { datastream: 'nope' });
    expect((await unknown.alloy('sendEvent', seen('nope'))).error).toContain('EXEG-0003-400');
    const { alloy, page, visitor } = await open('2.33.1');
    const large = { ...seen('large'), data: { text: 'x'.repeat(70_000) } };
    expect((await alloy('sendEvent', large)).error).toContain('EXEG-0112-413');
    const broken = await page.evaluate(async () => {
      const options = { method: 'POST', body: '{', credentials: 'include' } as const;
      const answer = await fetch('https://edge.example/ee/v1/interact?configId=shop-web', options);
      return { status: answer.status, body: (await answer.json()) as { type: string } };
    });
    expect([broken.status, broken.body.type.slice(-13)]).toEqual([400, 'EXEG-0101-400']);
    const elsewhere = await open('2.33.1', { origin: 'https://www.evil.example' });
    expect((await elsewhere.alloy('sendEvent', seen('evil'))).error).toContain('Failed to fetch');
    for (const one of [unknown.visitor, visitor, elsewhere.visitor]) await one.close();
  });

  it('comes again after as long as it was told, and its event counts once (E13)', async () => {
    const { alloy, visitor } = await open('2.33.1');
    const times: number[] = [];
    site.intercept((request, response) => {
      times.push(performance.now());
      site.intercept(undefined);
      const { origin = '' } = request.headers;
      const toPage = {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'retry-after',
      };
      response.writeHead(429, { ...toPage, 'retry-after': '1' }).end();
    });
    await alloy('sendEvent', seen('again'));
    expect(times).toHaveLength(1);
    expect(performance.now() - times[0]!).toBeGreaterThan(900);
    const [one, other] = sentOf('again').map(({ search }) => search.get('requestId'));
    expect(other).toBe(one);
    const ecid = await ecidOf(alloy);
    await arrived(ecid, 'again');
    expect((await eventTypes(`ECID:${ecid}`)).filter((type) => type === `again.${run}`)).toHaveLength(1);
    await visitor.close();
  });

  it('is the same device on another domain, to which a link has led it, and no other link does (adobe_mc)', async () => {
    const { alloy, visitor } = await open('2.33.1');
    await alloy('sendEvent', seen('before-link'));
    const ecid = await ecidOf(alloy);
    const origin = 'https://www.shop-two.example';
    const { url } = await alloy('appendIdentityToUrl', { url: `${origin}/tents` });
    expect(url).toContain('adobe_mc=');
    await visitor.close();
    const follow = async (link: string) => {
      const path = link.slice(origin.length);
      const { alloy: there, visitor: other } = await open('2.33.1', { origin, path });
      await there('sendEvent', seen('behind-link'));
      const found = await ecidOf(there);
      await other.close();
      return found;
    };
    expect(await follow(url)).toBe(ecid);
    await arrived(ecid, 'behind-link');
    // What is older than five minutes, or of another organization, hands nobody over.
    const old = url.replace(/TS%3D(\d+)/i, (_: string, seconds: string) => `TS%3D${Number(seconds) - 301}`);
    expect(old).not.toBe(url);
    expect(await follow(old)).not.toBe(ecid);
    expect(await follow(url.replace('ABCDEF0123456789', 'FEDCBA9876543210'))).not.toBe(ecid);
  });

  it("is sent to Audience Manager's edge in the region of its country, with nothing else said of where it is", async () => {
    const tents = { commerce: { productViews: { value: 1 } }, web: { webPageDetails: { siteSection: 'tents' } } };
    const expected = new Map<string, string>();
    for (const [country, host] of [
      ['DE', 'irl1'],
      ['US', 'use'],
    ] as const) {
      site.callFrom(country);
      const { alloy, visitor } = await open('2.33.1', { datastream: 'by-country' });
      await alloy('sendEvent', { xdm: { eventType: `country.${run}`, ...tents } });
      expected.set(await ecidOf(alloy), host);
      await visitor.close();
    }
    const hosts = async (): Promise<Map<string, string>> => {
      const calls = await sink.client.requests({ path: '/aam/' });
      const ofDevices = calls.flatMap(({ path, body }) => {
        const device = new URLSearchParams(body).get('d_mid') ?? '';
        return expected.has(device) ? [[device, path.split('/')[2]!.split('.')[0]!] as const] : [];
      });
      return new Map(ofDevices.sort());
    };
    await vi.waitFor(async () => expect(await hosts()).toEqual(new Map([...expected].sort())), WITHIN);
  });

  it('is joined by servers with a key, whose word counts', async () => {
    const event = { xdm: { eventType: `till.${run}`, identityMap: { CRMID: [{ id: `TILL-${run}`, primary: true }] } } };
    const headers = { 'content-type': 'application/json', 'x-api-key': SERVER_KEY };
    const answer = await call('/ee/v2/interact?datastreamId=shop-web', headers, JSON.stringify({ event }));
    expect(answer.status).toBe(200);
    await vi.waitFor(async () => expect(await eventTypes(`CRMID:TILL-${run}`)).toEqual([`till.${run}`]), WITHIN);
  });
});
