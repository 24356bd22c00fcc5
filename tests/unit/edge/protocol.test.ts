import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { COOKIE, edgeFunction, firstPageView, keeping, ORG } from '#tests/harness/edge/edge-function.ts';
import { exampleCatalog, exampleDefinitions } from '#tests/harness/platform/example.ts';

const REQUEST = '0fb939d2-d32c-4fdd-8695-c9c0b99305ef';
const QUERY = { configId: 'shop-web', requestId: REQUEST };
const NOW = Date.parse('2026-03-01T10:00:00Z');

describe('the edge answers a Web SDK', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await exampleDefinitions();
  });
  const withDatastream = (more: object): Catalog => ({
    ...catalog,
    datastreams: [datastreamDefinition.parse({ ...catalog.datastreams![0], ...more })],
  });

  it('with a new ECID, its cookies and a record that its dataset accepts (E1)', async () => {
    const edge = edgeFunction(catalog);
    const reply = await edge.call({ query: QUERY, body: firstPageView() });
    expect(reply.status).toBe(200);
    expect(reply.body.requestId).toBe(REQUEST);
    const [{ id: ecid, namespace }] = reply.payloads('identity:result') as [{ id: string; namespace: object }];
    expect(ecid).toMatch(/^\d{38}$/);
    expect(namespace).toEqual({ code: 'ECID' });
    expect(reply.payloads('state:store')).toEqual([
      { key: COOKIE('identity'), value: expect.any(String), maxAge: 34_128_000, attrs: { SameSite: 'None' } },
      { key: COOKIE('cluster'), value: 'irl1', maxAge: 1_800, attrs: { SameSite: 'None' } },
    ]);
    expect(reply.payloads('locationHint:result')).toEqual([
      { scope: 'EdgeNetwork', hint: 'irl1', ttlSeconds: 1_800 },
      { scope: 'AAM', hint: '6', ttlSeconds: 1_800 },
    ]);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://www.riverbend.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-adobe-edge, retry-after',
      'x-adobe-edge': 'IRL1;6',
    });
    const [record] = edge.records();
    expect(record).toMatchObject({
      datasetId: 'web-events',
      entity: { _id: `${REQUEST}-0`, identityMap: { ECID: [{ id: ecid, primary: true }] } },
    });
    const dataset = (await exampleCatalog()).datasets.get('web-events')!;
    const accepted = acceptRecord(record!.entity, dataset, { receivedAt: NOW, tieBreaker: '', ingestionId: '' });
    expect(accepted).toMatchObject({ record: { identities: [{ namespace: 'ECID', value: ecid }] } });
  });

  it('takes over the device that a link has led to the page (adobe_mc), unless the datastream says otherwise', async () => {
    const linked = '38279471055512904671042733315590217744';
    // The SDK puts what it finds in the link at the top of its first call, never in an event.
    const body = firstPageView({}, { xdm: { identityMap: { ECID: [{ id: linked }] } } });
    const edge = edgeFunction(catalog);
    const reply = await edge.call({ body });
    expect(reply.payloads('identity:result')).toEqual([{ id: linked, namespace: { code: 'ECID' } }]);
    expect(edge.records()[0]!.entity.identityMap).toEqual({ ECID: [{ id: linked, primary: true }] });
    const again = await edge.call({ body: firstPageView({}, keeping(reply)) });
    expect(again.payloads('identity:result')).toEqual(reply.payloads('identity:result'));
    const strict = edgeFunction(withDatastream({ idMigration: false }));
    const fresh = await strict.call({ body });
    expect(fresh.payloads('identity:result')).not.toEqual(reply.payloads('identity:result'));
    expect(JSON.stringify(strict.records()[0]!.entity.identityMap)).not.toContain(linked);
  });

  it('knows the device again by what the page has kept, also with a hint in the path (E2)', async () => {
    const edge = edgeFunction(catalog);
    const first = await edge.call({ body: firstPageView() });
    const again = await edge.call({ path: '/ee/irl1/v1/interact', body: firstPageView({}, keeping(first)) });
    expect(again.payloads('identity:result')).toEqual(first.payloads('identity:result'));
    // The cookie was handed out within a day; that of the hint is prolonged by every answer.
    expect(again.payloads('state:store').map(({ key }) => key)).toEqual([COOKIE('cluster')]);
    const [one, other] = edge.records();
    expect(other!.entity.identityMap).toEqual(one!.entity.identityMap);
  });

  it('sets cookies itself where the edge host is below the domain of the page (E3)', async () => {
    const edge = edgeFunction(withDatastream({ firstPartyDomain: 'riverbend.example' }));
    const headers = { host: 'edge.riverbend.example' };
    const first = await edge.call({ headers, body: firstPageView() });
    expect(first.payloads('state:store')).toEqual([]);
    expect(first.cookies).toHaveLength(2);
    expect(first.cookies[0]).toMatch(
      /^kndctr_ABCDEF0123456789_AdobeOrg_identity=[\w-]+; Max-Age=34128000; Domain=riverbend\.example; Path=\/; Secure; SameSite=None$/,
    );
    const cookie = first.cookies.map((one) => one.split(';')[0]).join('; ');
    const again = await edge.call({ headers: { ...headers, cookie }, body: firstPageView() });
    expect(again.payloads('identity:result')).toEqual(first.payloads('identity:result'));

    const elsewhere = await edge.call({ headers: { host: 'edge.other.example' }, body: firstPageView() });
    expect([elsewhere.cookies, elsewhere.payloads('state:store').length]).toEqual([[], 2]);
  });

  it('renews the cookie once a day, and keeps when the ECID was made', async () => {
    let now = NOW;
    const edge = edgeFunction(catalog, { now: () => now });
    const first = await edge.call({ body: firstPageView() });
    now += 25 * 3_600_000;
    const later = await edge.call({ body: firstPageView({}, keeping(first)) });
    expect(later.payloads('state:store').map(({ key }) => key)).toEqual([COOKIE('identity'), COOKIE('cluster')]);
    expect(later.payloads('identity:result')).toEqual(first.payloads('identity:result'));
  });

  it('takes over an ECID, makes the same one of the same FPID, and is not fooled by what is neither', async () => {
    const edge = edgeFunction(catalog);
    const ecid = '38279471055512904671042733315590217744';
    const fpid = '5E2A4D0C-6C1B-4F5B-9B1E-0D5C6A7B8C9D';
    const idOf = async (body: object, cookie?: string) =>
      (await edge.call({ headers: { cookie }, body })).payloads('identity:result')[0]?.id;
    expect(await idOf(firstPageView({}, { xdm: { identityMap: { ECID: [{ id: ecid }] } } }))).toBe(ecid);
    expect(await idOf(firstPageView({ identityMap: { ECID: [{ id: ecid }] } }))).toBe(ecid);
    const ofFpid = await idOf(firstPageView({ identityMap: { FPID: [{ id: fpid }] } }));
    expect(ofFpid).toMatch(/^\d{38}$/);
    expect(await idOf(firstPageView(), `FPID=${fpid.toLowerCase()}`)).toBe(ofFpid);
    expect(edge.records().at(-1)!.entity.identityMap).toEqual({ ECID: [{ id: ofFpid, primary: true }] });
    expect(await idOf(firstPageView(), 'FPID=me; other')).not.toBe(ofFpid);
    expect(await idOf(firstPageView(), `${COOKIE('identity')}=%%%not-protobuf`)).toMatch(/^\d{38}$/);

    for (const identityMap of [{ ECID: [{ id: '12' }] }, { FPID: [{ id: 'not-a-uuid' }] }]) {
      const reply = await edge.call({ body: firstPageView({ identityMap }) });
      expect(reply.body.type).toMatch(/EXEG-030[58]-400$/);
    }
  });

  it('tells an ECID without an event, and takes beacons of devices that have one (E6)', async () => {
    const edge = edgeFunction(catalog);
    const acquired = await edge.call({
      path: '/ee/v1/identity/acquire',
      body: { query: { identity: { fetch: ['ECID'] } }, meta: { state: { domain: '', cookiesEnabled: true } } },
    });
    expect(acquired.payloads('identity:result')).toHaveLength(1);
    const beacon = await edge.call({ path: '/ee/v1/collect', body: firstPageView({}, keeping(acquired)) });
    expect([beacon.status, beacon.body]).toEqual([204, null]);
    expect(edge.records()).toHaveLength(1);
    const nobody = await edge.call({ path: '/ee/v1/collect', body: firstPageView() });
    expect(nobody.body.type).toMatch(/EXEG-0306-400$/);
    expect(edge.records()).toHaveLength(1);
  });

  it('gives a request that is sent again the same ids, and ids of its own to what says no id that is one', async () => {
    const edge = edgeFunction(catalog);
    for (let n = 0; n < 2; n++) await edge.call({ query: QUERY, body: firstPageView({ _id: 'order-1001' }) });
    await edge.call({ query: { configId: 'shop-web', requestId: 'order' }, body: firstPageView() });
    const [one, again, other] = edge.records().map(({ entity }) => entity._id);
    expect([one, again]).toEqual([`${REQUEST}-0`, `${REQUEST}-0`]);
    expect(other).toMatch(/^00000000-0000-4000-8000-\d{12}-0$/);
  });

  it('keeps an event that the stream has no room for, and says so with 207', async () => {
    const edge = edgeFunction(catalog, { full: (index) => index === 1 });
    const { events } = firstPageView() as { events: object[] };
    const reply = await edge.call({ query: QUERY, body: firstPageView({}, { events: [...events, ...events] }) });
    expect(reply.status).toBe(207);
    expect(reply.body.errors).toEqual([expect.objectContaining({ status: 503, report: { eventIndex: 1 } })]);
    expect(reply.payloads('identity:result')).toHaveLength(1);
    expect(edge.stream).toHaveLength(1);
    expect(edge.late).toHaveLength(1);
    expect(JSON.parse(edge.late[0]!.data).body.xdmEntity._id).toBe(`${REQUEST}-1`);
  });

  it('keeps the event where profiles cannot be read, and says with 207 that nothing was decided (E14)', async () => {
    const fail = async (): Promise<never> => {
      throw new Error('the table is away');
    };
    const away = { profiles: { lookup: fail }, memberships: { get: fail } };
    const edge = edgeFunction(catalog, { stores: away });
    const [event] = (firstPageView() as { events: [object] }).events;
    const query = { personalization: { decisionScopes: ['__view__'] } };
    const reply = await edge.call({ body: firstPageView({}, { events: [{ ...event, query }] }) });
    expect([reply.status, reply.body.errors[0].type.slice(-8), reply.body.errors[0].report]).toEqual([
      207,
      '0201-503',
      { eventIndex: 0 },
    ]);
    expect(reply.payloads('identity:result')).toHaveLength(1);
    expect(edge.stream).toHaveLength(1);
    // Where nothing would be answered, nobody is told of it.
    const silent = edgeFunction({ ...catalog, edgeDestinations: [] }, { stores: away });
    expect((await silent.call({ body: firstPageView() })).status).toBe(200);
  });

  it('promises nothing where nothing can be kept', async () => {
    const edge = edgeFunction(catalog, { full: () => true, noQueue: true });
    const reply = await edge.call({ query: QUERY, body: firstPageView() });
    expect(reply.status).toBe(503);
    expect(reply.headers).toMatchObject({
      'retry-after': '1',
      'access-control-allow-origin': 'https://www.riverbend.example',
    });
    expect(reply.body.type).toMatch(/EXEG-0000-503$/);
  });

  it('maps what a page gives as data, under what it says as XDM', async () => {
    const mapping = [
      { source: 'page.section', destination: 'web.webPageDetails.siteSection' },
      { source: 'page.title', destination: 'web.webPageDetails.name' },
    ];
    const edge = edgeFunction(withDatastream({ mapping }));
    const [event] = (firstPageView() as { events: [object] }).events;
    const events = [{ ...event, data: { page: { section: 'tents', title: 'other' }, secret: 1 } }];
    await edge.call({ body: firstPageView({}, { events }) });
    const { entity } = edge.records()[0]!;
    expect(entity.web.webPageDetails).toMatchObject({ siteSection: 'tents', name: 'tents' });
    expect(JSON.stringify(entity)).not.toContain('secret');
  });

  it('adds region and address where the datastream says so, and no more of it than it says', async () => {
    const entityWith = async (settings: object, xdm: object = {}, sourceIp = '192.0.2.77') => {
      const edge = edgeFunction(withDatastream(settings), { awsRegion: 'us-east-1' });
      await edge.call({ body: firstPageView(xdm), sourceIp });
      return edge.records()[0]!.entity;
    };
    const silent = await entityWith({});
    expect([silent.userActivityRegion, silent.environment]).toEqual([undefined, undefined]);
    expect((await entityWith({ assumeRegion: true })).userActivityRegion).toEqual({
      dataCenterLocation: 'VA6',
      captureTimestamp: '2026-03-01T10:00:00.000Z',
    });
    const own = { userActivityRegion: { dataCenterLocation: 'IND1' } };
    expect((await entityWith({ assumeRegion: true }, own)).userActivityRegion).toEqual(own.userActivityRegion);
    expect((await entityWith({ ipObfuscation: 'last-octet' })).environment).toEqual({ ipV4: '192.0.2.0' });
    expect((await entityWith({ ipObfuscation: 'none' })).environment).toEqual({ ipV4: '192.0.2.77' });
    const six = '2001:db8:85a3:8d3:1319:8a2e:370:7348';
    expect((await entityWith({ ipObfuscation: 'last-octet' }, {}, six)).environment).toEqual({
      ipV6: '2001:db8:85a3::',
    });
  });

  it('takes the region from Audience Manager, else from the country, else from the stage', async () => {
    const datastream = { countryHeader: 'cloudfront-viewer-country', assumeRegion: true };
    const regionWith = async (headers: Record<string, string>, settings: object = datastream) => {
      const edge = edgeFunction(withDatastream(settings), { awsRegion: 'us-west-2' });
      await edge.call({ headers, body: firstPageView() });
      return edge.records()[0]!.entity.userActivityRegion?.dataCenterLocation;
    };
    const given = { cookie: 'AMCV_ABCDEF0123456789%40AdobeOrg=MCMID%7C123%7CMCAAMLH-1772359200%7C11%7CMCAAMB-1%7Cx' };
    expect(await regionWith({ ...given, 'cloudfront-viewer-country': 'DE' })).toBe('JPN3');
    expect(await regionWith({ 'cloudfront-viewer-country': 'DE' })).toBe('IRL1');
    expect(await regionWith({ 'cloudfront-viewer-country': 'in' })).toBe('IND1');
    expect(await regionWith({ 'cloudfront-viewer-country': 'AQ' })).toBe('OR2');
    expect(await regionWith({ 'cloudfront-viewer-country': 'toString' })).toBe('OR2');
    expect(await regionWith({ 'cloudfront-viewer-country': 'DE' }, {})).toBeUndefined();
    expect(
      await regionWith({ cookie: 'AMCV_ABCDEF0123456789%40AdobeOrg=MCAAMLH-1772359200%7C99' }, {}),
    ).toBeUndefined();
  });

  it('answers a server that shows a key, and takes its word', async () => {
    const key = { serverKeySha256: ['03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4'] };
    const edge = edgeFunction(withDatastream({ ...key, orgId: ORG }));
    const server = { origin: undefined, 'x-api-key': '1234', 'content-type': 'application/json' };
    const event = { xdm: { _id: 'till-7', identityMap: { CRMID: [{ id: 'RB-1', primary: true }] } } };
    const asked = { path: '/ee/v2/interact', query: { dataStreamId: 'shop-web' }, headers: server };
    const known = await edge.call({ ...asked, body: { event } });
    expect([known.status, known.payloads('identity:result'), known.payloads('state:store')]).toEqual([200, [], []]);
    expect(edge.records()[0]!.entity).toMatchObject({ _id: 'till-7', identityMap: event.xdm.identityMap });

    const collected = await edge.call({ ...asked, path: '/ee/v2/collect', body: { events: [event] } });
    expect([collected.status, Object.keys(collected.body)]).toEqual([202, ['requestId']]);
    const unflagged = { xdm: { identityMap: { CRMID: [{ id: 'RB-1' }] } } };
    const rejected = await edge.call({ ...asked, body: { event: unflagged } });
    expect(rejected.body.type).toMatch(/EXEG-0306-400$/);
    const wrong = await edge.call({ ...asked, headers: { ...server, 'x-api-key': '12345' }, body: { event } });
    expect(wrong.body.type).toMatch(/EXEG-0503-401$/);
  });
});
