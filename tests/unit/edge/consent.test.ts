import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import { COOKIE, edgeFunction, firstPageView } from '#tests/harness/edge/edge-function.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const adobe2 = (val: string, more: object = {}) => ({
  standard: 'Adobe',
  version: '2.0',
  value: { collect: { val }, metadata: { time: '2099-01-01T00:00:00Z' }, ...more },
});
const adobe1 = (general: string) => ({ standard: 'Adobe', version: '1.0', value: { general } });

describe('consent at the edge', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await exampleDefinitions();
  });
  const set = (edge: ReturnType<typeof edgeFunction>, consent: object[], more: object = {}) =>
    edge.call({
      path: '/ee/v1/privacy/set-consent',
      body: {
        consent,
        query: { identity: { fetch: ['ECID'] } },
        meta: { state: { domain: '', cookiesEnabled: true } },
        ...more,
      },
    });
  const general = (reply: Awaited<ReturnType<typeof set>>) =>
    reply.payloads('state:store').find(({ key }) => key === COOKIE('consent'));

  it('is kept as a record of the device, in the order of its arrival, and told to the SDK in a cookie (E7)', async () => {
    const edge = edgeFunction(catalog);
    const reply = await set(edge, [adobe2('y')]);
    expect(general(reply)).toMatchObject({ value: 'general=in', maxAge: 15_552_000 });
    const [{ id }] = reply.payloads('identity:result');
    expect(edge.records()).toEqual([
      {
        datasetId: 'consents',
        entity: {
          consents: { collect: { val: 'y' }, metadata: { time: '2099-01-01T00:00:00Z' } },
          identityMap: { ECID: [{ id, primary: true }] },
          extSourceSystemAudit: { lastUpdatedDate: '2026-03-01T10:00:00.000Z' },
        },
      },
    ]);
    expect(general(await set(edge, [adobe2('n')]))).toMatchObject({ value: 'general=out' });
  });

  it.each([
    [adobe1('in'), 'general=in', 'y', 'in'],
    [adobe1('out'), 'general=out', 'n', 'out'],
  ])('of version 1.0 opts in or out of everything: %j', async (stated, cookie, collect, optOut) => {
    const edge = edgeFunction(catalog);
    expect(general(await set(edge, [stated]))).toMatchObject({ value: cookie });
    expect(edge.records()[0]!.entity).toMatchObject({
      consents: { collect: { val: collect } },
      privacyOptOuts: { general_opt_out: optOut },
    });
  });

  it('that says nothing of collecting leaves it as the datastream has it', async () => {
    const edge = edgeFunction(catalog);
    expect(general(await set(edge, [adobe2('p')]))).toMatchObject({ value: 'general=in' });
    const [datastream] = catalog.datastreams!;
    const datastreams = [datastreamDefinition.parse({ ...datastream, defaultConsent: 'pending' })];
    expect(general(await set(edgeFunction({ ...catalog, datastreams }), [adobe2('p')]))).toMatchObject({
      value: 'general=out',
    });
  });

  it('ends collecting at once: events of the device are not ingested, and a warning says so', async () => {
    const edge = edgeFunction(catalog);
    const entries = [{ key: COOKIE('consent'), value: 'general=out' }];
    const reply = await edge.call({ body: firstPageView({}, { meta: { state: { domain: '', entries } } }) });
    expect([reply.status, reply.body.warnings[0].type.slice(-8)]).toEqual([200, '0301-200']);
    expect(edge.stream).toEqual([]);
    const first = await edge.call({
      headers: { cookie: `${COOKIE('consent')}=general%3Dout` },
      body: firstPageView({}, { meta: { state: { domain: '' } } }),
    });
    expect([first.body.warnings.length, edge.stream.length]).toEqual([1, 0]);
  });

  it('of a person needs a signature: unsigned it is the device’s alone', async () => {
    const edge = edgeFunction(catalog);
    const identityMap = { CRMID: [{ id: 'RB-1', authenticatedState: 'authenticated', primary: true }] };
    const idSpecific = { Email: { 'ada@example.com': { marketing: { email: { val: 'n' } } } } };
    await set(edge, [adobe2('n', { idSpecific })], { identityMap });
    const { entity } = edge.records()[0]!;
    expect(Object.keys(entity.identityMap)).toEqual(['ECID']);
    expect(entity.consents.idSpecific).toBeUndefined();
    expect(entity._tributary.unverifiedIdentities.CRMID).toHaveLength(1);
  });

  it('that the stream has no room for is kept all the same', async () => {
    const edge = edgeFunction(catalog, { full: () => true });
    const reply = await set(edge, [adobe2('n')]);
    expect([reply.status, general(reply).value, edge.late.length]).toEqual([207, 'general=out', 1]);
  });
});
