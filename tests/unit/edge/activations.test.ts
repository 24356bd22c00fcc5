import { beforeAll, describe, expect, it } from 'vitest';
import { EDGE_DEFINITIONS } from '#core/activation/edge-destinations/registry.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import type { EdgeStores } from '#core/edge/profile.ts';
import { consentPolicyDefinition, labelDefinition, policyDefinition } from '#core/governance/definition.ts';
import { keySha256 } from '#core/ingestion/collection/connection.ts';
import { activityDefinition } from '#core/personalisation/definition.ts';
import { type EdgeRequestOf, edgeFunction, firstPageView } from '#tests/harness/edge/edge-function.ts';
import { ecidOf, enveloped, exampleDefinitions, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const KEY = 'the key of the server';
const [custom, cookie, url] = EDGE_DEFINITIONS;
const SEGMENTS = ['gold-and-silver', 'interested-in-tents'];
const onsite = custom.parse({
  ...{ id: 'onsite', type: 'custom-personalization', segments: SEGMENTS },
  ...{ attributes: { tier: 'loyalty.tier' }, marketingActions: ['onsitePersonalization'] },
});
const ads = cookie.parse({ id: 'ads', type: 'edge-cookie', segments: SEGMENTS, cookie: { name: 'audiences' } });
const pixel = url.parse({
  ...{ id: 'pixel', type: 'edge-url', segments: [SEGMENTS[1]] },
  urls: { 'interested-in-tents': 'https://ads.example/p' },
});

const TENTS = { commerce: { productViews: { value: 1 } }, web: { webPageDetails: { siteSection: 'tents' } } };
const eventOf = (xdm: object, scopes?: readonly string[]) => ({
  xdm,
  ...(scopes && { query: { personalization: { decisionScopes: scopes } } }),
});
const calls = (...events: object[]): EdgeRequestOf => ({ body: firstPageView({}, { events }) });
const entry = (segments: readonly string[], more: object = {}) => ({
  ...{ type: 'profileLookup', destinationId: 'onsite', alias: 'onsite' },
  segments: segments.map((id) => ({ id, namespace: 'ups' })),
  ...more,
});

describe('the edge tells a page of the audiences of destinations', () => {
  let catalog: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const datastreams = [{}, { id: 'trusting', trustBrowserIdentities: true }].map((more) =>
      datastreamDefinition.parse({ ...definitions.datastreams![0], serverKeySha256: [keySha256(KEY)], ...more }),
    );
    catalog = { ...definitions, datastreams, edgeDestinations: [onsite, ads, pixel] };
    wiring = readWiring(templatesOf('prod'));
  });

  /** A stage where customer RB-1, who is gold, has logged in on device 1; and what is read of it. */
  async function stage(customer: object = {}, changed: Partial<Catalog> = {}) {
    const definitions = { ...catalog, ...changed };
    const platform = createPlatform({ wiring, catalog: compileCatalog(definitions), start: NOW });
    const login = logIn(1, NOW - 60_000) as { identityMap: { CRMID: { id: string }[] } };
    login.identityMap.CRMID[0]!.id = 'RB-1';
    platform.collect(enveloped('logins', login));
    const lastUpdatedDate = new Date(NOW - 50_000).toISOString();
    const gold = { _riverbend: { crmId: 'RB-1' }, loyalty: { tier: 'gold' }, ...customer };
    platform.collect(enveloped('customers', { ...gold, extSourceSystemAudit: { lastUpdatedDate } }));
    await platform.poller.run();
    expect(await platform.quarantined()).toEqual([]);
    const reads: string[] = [];
    const { profiles, memberships } = platform.stores;
    const stores: EdgeStores = {
      profiles: { lookup: (keys) => profiles.lookup(keys).finally(() => reads.push('profiles')) },
      memberships: { get: (key) => memberships.get(key).finally(() => reads.push('memberships')) },
    };
    const edge = edgeFunction(definitions, { now: () => NOW, stores });
    return { ...edge, reads };
  }
  const onDevice = (n: number) => ({ identityMap: { ECID: [{ id: ecidOf(n) }] } });
  const ofCustomer = { identityMap: { CRMID: [{ id: 'RB-1', primary: true }] } };
  const server = (event: object, headers: object = { 'x-api-key': KEY }): EdgeRequestOf => ({
    ...{ path: '/ee/v2/interact', query: { datastreamId: 'shop-web' } },
    ...{ headers: { 'content-type': 'application/json', ...headers }, body: { event } },
  });

  it('with the very event that makes somebody a member (E9)', async () => {
    const edge = await stage();
    const reply = await edge.call(calls(eventOf(TENTS)));
    expect(reply.body.handle).toContainEqual({
      ...{ type: 'activation:pull', eventIndex: 0 },
      payload: [entry(['interested-in-tents'])],
    });
    const nobody = await edge.call(calls(eventOf({ eventType: 'view' })));
    expect(nobody.body.handle).toContainEqual({ type: 'activation:pull', eventIndex: 0, payload: [] });
  });

  it('with what the platform knows of them, and no attribute (E10)', async () => {
    const edge = await stage();
    const known = await edge.call(calls(eventOf({ ...onDevice(1), ...TENTS })));
    expect(known.payloads('activation:pull')).toEqual([entry(SEGMENTS)]);
    // The identities; at most what one of them leads to, and memberships at the same time.
    expect(edge.reads.length).toBeLessThanOrEqual(3);
    expect((await edge.call(calls(eventOf(onDevice(2))))).payloads('activation:pull')).toEqual([]);
  });

  it('and a server that shows its key of attributes as well; nobody else (E11)', async () => {
    const edge = await stage();
    const pullOf = async (request: EdgeRequestOf) => (await edge.call(request)).payloads('activation:pull');
    const attributes = { tier: { value: 'gold' } };
    expect(await pullOf(server(eventOf(ofCustomer)))).toEqual([entry(['gold-and-silver'], { attributes })]);
    // Without the key the claim does not count, and the device is a new one.
    expect(await pullOf(server(eventOf(ofCustomer), {}))).toEqual([]);
    expect(await pullOf(server(eventOf(onDevice(1)), {}))).toEqual([entry(['gold-and-silver'])]);
    const believed = { ...calls(eventOf(ofCustomer)), query: { configId: 'trusting' } };
    expect(await pullOf(believed)).toEqual([entry(['gold-and-silver'])]);
  });

  it('and sets cookies and loads addresses with page views only, each event by itself', async () => {
    const edge = await stage();
    const handlesOf = async (request: EdgeRequestOf) =>
      (await edge.call(request)).body.handle.flatMap(({ type, eventIndex }: { type: string; eventIndex: number }) =>
        type.startsWith('activation:') ? `${type.slice(11)} ${eventIndex}` : [],
      );
    const known = { ...onDevice(1), ...TENTS };
    const view = eventOf({ ...known, eventType: 'web.webpagedetails.pageViews' });
    const { body } = await edge.call(calls(view));
    const push = body.handle.find(({ type }: { type: string }) => type === 'activation:push');
    expect(push.payload).toEqual([
      { type: 'cookie', spec: { name: 'audiences', value: 'gold-and-silver|interested-in-tents', ttlDays: 10 } },
      { type: 'url', id: 'pixel:interested-in-tents', spec: { url: 'https://ads.example/p', hideReferrer: true } },
    ]);
    expect(await handlesOf(calls(eventOf(known), view))).toEqual(['pull 0', 'pull 1', 'push 1']);
    expect(await handlesOf(calls(eventOf(known, ['__view__'])))).toEqual(['pull 0', 'push 0']);
    expect(await handlesOf(calls(eventOf(known, ['home-hero'])))).toEqual(['pull 0']);
  });

  it('also where their profile was moved twice', async () => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start: NOW });
    const logs = async (device: number, customer: string, minute: number) => {
      const login = logIn(device, NOW - minute * 60_000) as { identityMap: { CRMID: { id: string }[] } };
      login.identityMap.CRMID[0]!.id = customer;
      platform.collect(enveloped('logins', { ...login, _id: `${device}-${customer}` }));
      await platform.poller.run();
    };
    await logs(1, 'RB-1', 9);
    await logs(2, 'RB-2', 8);
    await logs(3, 'RB-3', 7);
    await logs(1, 'RB-2', 6);
    await logs(1, 'RB-3', 5);
    for (const customer of ['RB-1', 'RB-2', 'RB-3']) {
      const gold = { _riverbend: { crmId: customer }, loyalty: { tier: 'gold' } };
      const lastUpdatedDate = new Date(NOW - 50_000).toISOString();
      platform.collect(enveloped('customers', { ...gold, extSourceSystemAudit: { lastUpdatedDate } }));
    }
    await platform.poller.run();
    const { profiles, memberships } = platform.stores;
    const edge = edgeFunction(catalog, { now: () => NOW, stores: { profiles, memberships } });
    for (const device of [1, 2, 3]) {
      const reply = await edge.call(calls(eventOf(onDevice(device))));
      expect(reply.payloads('activation:pull')).toEqual([entry(['gold-and-silver'])]);
    }
  });

  it('and reads nothing for reports of what was shown, for beacons, and where no destination is of the datastream', async () => {
    const edge = await stage();
    for (const eventType of ['decisioning.propositionDisplay', 'decisioning.propositionInteract']) {
      const report = await edge.call(calls(eventOf({ ...onDevice(1), eventType })));
      expect(JSON.stringify(report.body)).not.toContain('activation:');
    }
    const beacon = { path: '/ee/v1/collect', ...calls(eventOf({ ...onDevice(1), ...TENTS })) };
    expect((await edge.call(beacon)).status).toBe(204);
    expect(edge.reads).toEqual([]);
    const elsewhere = [
      { ...onsite, datastreams: ['trusting'] },
      { ...pixel, enabled: false },
    ];
    const other = await stage({}, { edgeDestinations: elsewhere });
    expect(JSON.stringify((await other.call(calls(eventOf(TENTS)))).body)).not.toContain('activation:');
    expect(other.reads).toEqual([]);
    const tied = { ...calls(eventOf(TENTS)), query: { configId: 'trusting' } };
    expect((await other.call(tied)).payloads('activation:pull')).toEqual([entry(['interested-in-tents'])]);
  });

  it('but not of somebody who has opted out, or has not consented where a policy asks for it', async () => {
    const givenTo = async (customer: object, changed: Partial<Catalog> = {}) => {
      const edge = await stage(customer, changed);
      const request = server(eventOf({ ...ofCustomer, ...TENTS, eventType: 'web.webpagedetails.pageViews' }));
      const { payloads } = await edge.call(request);
      const [{ segments, attributes }] = payloads('activation:pull');
      return [segments.length, attributes !== undefined, payloads('activation:push').length];
    };
    expect(await givenTo({})).toEqual([2, true, 2]);
    // The cookie is emptied.
    expect(await givenTo({ privacyOptOuts: { general_opt_out: 'out' } })).toEqual([0, false, 1]);
    const consentPolicies = [
      consentPolicyDefinition.parse({ id: 'p', marketingActionRefs: ['onsitePersonalization'], channel: 'email' }),
    ];
    expect(await givenTo({}, { consentPolicies })).toEqual([0, false, 2]);
    expect(await givenTo({ consents: { marketing: { email: { val: 'y' } } } }, { consentPolicies })).toEqual([
      2,
      true,
      2,
    ]);
  });

  it('nor is what a page shows decided by an audience that a policy, or their consent, keeps off pages', async () => {
    const experiences = [{ id: 'one', items: [{ type: 'json', content: {} }] }];
    const shown = (more: object) => activityDefinition.parse({ name: 'n', scopes: ['hero'], experiences, ...more });
    const activities = [
      shown({ id: 'members', audience: 'gold-and-silver', priority: 9 }),
      shown({ id: 'all', scopes: ['hero', 'foot'] }),
    ];
    const shownTo = async (customer: object, changed: Partial<Catalog> = {}) => {
      const edge = await stage(customer, { activities, ...changed });
      const { payloads } = await edge.call(server(eventOf(ofCustomer, ['hero', 'foot'])));
      return payloads('personalization:decisions').map(({ id }) => id);
    };
    const forEverybody = ['all:one:hero', 'all:one:foot'];
    const forMembers = ['members:one:hero', 'all:one:foot'];
    expect(await shownTo({})).toEqual(forMembers);
    expect(await shownTo({ privacyOptOuts: { general_opt_out: 'out' } })).toEqual(forEverybody);
    const needsConsent = (more: object) => ({
      consentPolicies: [consentPolicyDefinition.parse({ id: 'p', channel: 'email', ...more })],
    });
    for (const policy of [{}, { marketingActionRefs: ['onsitePersonalization'] }].map(needsConsent)) {
      expect(await shownTo({}, policy)).toEqual(forEverybody);
      expect(await shownTo({ consents: { marketing: { email: { val: 'y' } } } }, policy)).toEqual(forMembers);
    }
    expect(await shownTo({}, needsConsent({ marketingActionRefs: ['emailTargeting'] }))).toEqual(forMembers);
    expect(await shownTo({}, needsConsent({ destinations: ['members'] }))).toEqual(forMembers);
    const schema = catalog.datasets.find(({ id }) => id === 'customers')!.schemaRef.id;
    const onTier = (label: string) => ({
      labels: [labelDefinition.parse({ schema, fields: { 'loyalty.tier': [label] } })],
      policies: [policyDefinition.parse({ core: 'core-onsitePersonalization' })],
    });
    expect(await shownTo({}, onTier('C7'))).toEqual(forEverybody);
    expect(await shownTo({}, onTier('C5'))).toEqual(forMembers);
  });
});
