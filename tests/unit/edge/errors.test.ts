import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { MAX_EDGE_REQUEST_BYTES } from '#core/contract/routes.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import { type EdgeRequestOf, edgeFunction, firstPageView, SHOP_ORIGIN } from '#tests/harness/edge/edge-function.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

describe('what is wrong with a call of the edge', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const more = [
      { id: 'off', enabled: false },
      { id: 'servers', accessType: 'authenticated', serverKeySha256: ['0'.repeat(64)] },
      { id: 'no-consents', profileDataset: undefined },
      { id: 'overridable', overrides: { eventDatasets: ['logins'] } },
      { id: 'everybody', allowedOrigins: ['*'] },
      { id: 'below', allowedOrigins: ['https://*.riverbend.example'] },
    ].map((one) => datastreamDefinition.parse({ ...definitions.datastreams![0], ...one }));
    catalog = { ...definitions, datastreams: [...definitions.datastreams!, ...more] };
  });

  const override = (settings: object) =>
    firstPageView({}, { meta: { state: { domain: '' }, configOverrides: settings } });
  const datasets = (datasetId: string, more: object = {}) => ({
    com_adobe_experience_platform: { datasets: { event: { datasetId } } },
    ...more,
  });

  const CASES: Record<string, [code: string, request: EdgeRequestOf]> = {
    'no datastream': ['0002-400', { query: {} }],
    'a datastream that is not there (E12)': ['0003-400', { query: { configId: 'nope' } }],
    'a name that every object has': ['0003-400', { query: { configId: 'constructor' } }],
    'a datastream that is switched off': ['0004-422', { query: { configId: 'off' } }],
    'no JSON (E12)': ['0101-400', { body: '{"events": [' }],
    'a key that reaches into prototypes': ['0101-400', { body: '{"events":[{"xdm":{"__proto__":{}}}]}' }],
    'a field of another type': ['0102-400', { body: { events: {} } }],
    'no events': ['0103-400', { body: {} }],
    'identities that are none': ['0102-400', { body: firstPageView({ identityMap: { CRMID: 'RB-1' } }) }],
    'identities in a text': ['0102-400', { body: firstPageView({ identityMap: '{"CRMID":[{"id":"RB-1"}]}' }) }],
    'names that clash': ['0104-422', { body: firstPageView({ 'web.x': 1, web: 2 }) }],
    'no content type': ['0106-400', { headers: { 'content-type': undefined }, body: firstPageView() }],
    'another content type': ['0111-415', { headers: { 'content-type': 'text/csv' }, body: firstPageView() }],
    'an empty body': ['0109-408', { body: '' }],
    'cookies without a domain': [
      '0110-400',
      { body: firstPageView({}, { meta: { state: { cookiesEnabled: true } } }) },
    ],
    '70 KB (E12)': ['0112-413', { body: firstPageView({ eventType: 'x'.repeat(70_000) }) }],
    'an override of another service': ['0113-400', { body: override({ com_adobe_target: { enabled: false } }) }],
    'an override beside one that is known': ['0113-400', { body: override(datasets('web-events', { other: {} })) }],
    'an override that is not allowed': ['0113-400', { body: override(datasets('logins')) }],
    'a consent in another standard': [
      '0104-422',
      {
        path: '/ee/v1/privacy/set-consent',
        body: firstPageView({}, { consent: [{ standard: 'IAB TCF', version: '2.0', value: 'CO052l-O052l' }] }),
      },
    ],
    'a consent that nothing would keep': [
      '0104-422',
      {
        path: '/ee/v1/privacy/set-consent',
        query: { configId: 'no-consents' },
        body: firstPageView({}, { consent: [{ standard: 'Adobe', version: '1.0', value: { general: 'in' } }] }),
      },
    ],
    'a browser where only servers may call': ['0500-401', { query: { configId: 'servers' }, body: firstPageView() }],
  };

  it.each(Object.entries(CASES))('is said so that the page can read it: %s', async (_, [code, request]) => {
    const edge = edgeFunction(catalog);
    const reply = await edge.call(request);
    expect(reply.body).toMatchObject({
      type: `https://ns.adobe.com/aep/errors/EXEG-${code}`,
      status: Number(code.slice(-3)),
      title: expect.any(String),
      detail: expect.any(String),
      report: { requestId: expect.any(String) },
    });
    expect(reply.status).toBe(Number(code.slice(-3)));
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'access-control-allow-origin': SHOP_ORIGIN,
      'access-control-allow-credentials': 'true',
    });
    expect([edge.stream, edge.late]).toEqual([[], []]);
  });

  it('is an address that leads nowhere: other versions, hints that there are not, actions of v1 in v2', async () => {
    const edge = edgeFunction(catalog);
    for (const path of [
      '/ee/v3/interact',
      '/ee/atlantis/v1/interact',
      '/ee/v2/identity/acquire',
      '/ee',
      '/eee/v1/interact',
    ]) {
      expect((await edge.call({ path, body: firstPageView() })).status).toBe(404);
    }
  });

  it('is a page of an origin that is not allowed: nothing is ingested, nothing can be read', async () => {
    const edge = edgeFunction(catalog);
    const from = (origin: string, configId = 'shop-web') =>
      edge.call({ query: { configId }, headers: { origin }, body: firstPageView() });
    for (const origin of [
      'https://evil.example',
      'https://www.riverbend.example.evil.example',
      'http://www.riverbend.example',
      'https://www.riverbend.example:8443',
      'null',
    ]) {
      const reply = await from(origin);
      expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    }
    expect((await from('null', 'everybody')).status).toBe(403);
    expect((await from('https://notriverbend.example', 'below')).status).toBe(403);
    expect(edge.stream).toEqual([]);
    expect((await from('https://evil.example', 'everybody')).status).toBe(200);
    expect((await from('https://a.riverbend.example', 'below')).status).toBe(200);
    expect((await from('http://localhost:4711')).status).toBe(200);
    expect((await edge.call({ headers: { origin: undefined }, body: firstPageView() })).status).toBe(200);
  });

  it('is a flood of one address; others go on, and the flood is told when to come again (E13)', async () => {
    let now = 0;
    const edge = edgeFunction(catalog, { now: () => now });
    const statuses: number[] = [];
    for (let n = 0; n < 201; n++) statuses.push((await edge.call({ body: firstPageView() })).status);
    expect(statuses.slice(-2)).toEqual([200, 429]);
    const rejected = await edge.call({ body: firstPageView() });
    expect(rejected.headers).toMatchObject({ 'retry-after': '1', 'access-control-allow-origin': SHOP_ORIGIN });
    expect((await edge.call({ body: firstPageView(), sourceIp: '192.0.2.2' })).status).toBe(200);
    now += 1_000;
    expect((await edge.call({ body: firstPageView() })).status).toBe(200);
  });

  it('is a flood of one address behind CloudFront too, which says whose calls they are; without it nobody is believed', async () => {
    const statusesOf = async (isBehindCdn: boolean, addressOf: (n: number) => string) => {
      const edge = edgeFunction(catalog, { now: () => 0, isBehindCdn });
      const statuses: number[] = [];
      for (let n = 0; n < 201; n++) {
        const headers = { 'cloudfront-viewer-address': addressOf(n) };
        statuses.push((await edge.call({ body: firstPageView(), headers })).status);
      }
      return statuses.at(-1);
    };
    expect(await statusesOf(true, () => '2001:db8::1:46532')).toBe(429);
    expect(await statusesOf(true, (n) => `198.51.100.${n}:46532`)).toBe(200);
    expect(await statusesOf(true, (n) => `nobody ${n}`)).toBe(429);
    expect(await statusesOf(false, (n) => `198.51.100.${n}:46532`)).toBe(429);
  });

  it('is told of one event, and keeps no other (207); of all events, it is the whole call', async () => {
    const edge = edgeFunction(catalog);
    const good = (firstPageView() as { events: object[] }).events[0];
    const bad = { xdm: { identityMap: { ECID: [{ id: 7 }] } } };
    const reply = await edge.call({ body: firstPageView({}, { events: [bad, good] }) });
    expect([reply.status, reply.body.errors[0].report]).toEqual([207, { eventIndex: 0 }]);
    expect(edge.stream).toHaveLength(1);
    expect((await edge.call({ body: firstPageView({}, { events: [bad] }) })).status).toBe(400);
  });

  it('is no override to the dataset itself, or to one that the datastream allows', async () => {
    const edge = edgeFunction(catalog);
    await edge.call({ body: override(datasets('web-events')) });
    await edge.call({ query: { configId: 'overridable' }, body: override(datasets('logins')) });
    expect(edge.records().map(({ datasetId }) => datasetId)).toEqual(['web-events', 'logins']);
  });

  it('is not that a body is as large as may be', async () => {
    const body = JSON.stringify(firstPageView({ eventType: '' }));
    const full = body.replace('"eventType":""', `"eventType":"${'x'.repeat(MAX_EDGE_REQUEST_BYTES - body.length)}"`);
    expect(full).toHaveLength(MAX_EDGE_REQUEST_BYTES);
    expect((await edgeFunction(catalog).call({ body: full })).status).toBe(200);
  });

  it('is asked before by some clients: the page may call', async () => {
    const reply = await edgeFunction(catalog).call({ method: 'OPTIONS', body: '' });
    expect([reply.status, reply.headers['access-control-allow-methods']]).toEqual([204, 'POST']);
  });
});
