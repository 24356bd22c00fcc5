import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeCalls } from '#core/activation/destinations/aam/edge-call.ts';
import { readDcsResponse } from '#core/activation/destinations/aam/read-dcs-response.ts';
import type { Identity } from '#core/record/identity.ts';
import { runs } from '#tests/harness/runs.ts';
import { ecid, edgeDelivery, entered, exited, gaid, hashedEmail, identity, idfa, ok, status } from './factories.ts';

const SETTINGS = { edgeEndpoint: 'https://{host}', dataProviderIds: { Email_LC_SHA256: 5001, Google: 5002 } };
const SEPARATOR = '\u0001';

const calls = (change: Parameters<typeof edgeDelivery>[0], settings: Parameters<typeof edgeCalls>[1] = SETTINGS) =>
  edgeCalls(edgeDelivery(change), settings);
const formOf = (change: Parameters<typeof edgeDelivery>[0]): URLSearchParams =>
  new URLSearchParams(calls(change).requests[0]!.body);

describe('calls to the edge', () => {
  it("posts a form to the region's collection host", () => {
    const [request] = calls({}).requests;
    expect(request).toMatchObject({ method: 'POST', url: 'https://use.demdex.net/event' });
    expect(request?.body).toBe(`d_rtbd=json&d_jsonv=1&d_mid=${ecid().value}&c_segID=A1`);
  });

  it('puts the host anywhere into the configured address and keeps its query', () => {
    const at = (edgeEndpoint: string) => calls({}, { ...SETTINGS, edgeEndpoint }).requests[0]?.url;
    expect(at('http://127.0.0.1:4610/aam/{host}')).toBe('http://127.0.0.1:4610/aam/use.demdex.net/event');
    expect(at('https://{host}/?d_orgid=X%40AdobeOrg')).toBe('https://use.demdex.net/event?d_orgid=X%40AdobeOrg');
  });

  it('says whose data it is, and asks by GET where that is wanted', () => {
    const edgeEndpoint = 'https://{host}?d_caller=tributary';
    const company = { organizationId: '0123456789ABCDEF01234567@AdobeOrg', domainAlias: 'riverbend' };
    const [post] = calls({}, { ...SETTINGS, edgeEndpoint, ...company }).requests;
    expect(post?.headers).toMatchObject({ host: 'riverbend.demdex.net' });
    expect(new URLSearchParams(post?.body).get('d_orgid')).toBe('0123456789ABCDEF01234567@AdobeOrg');
    const [get] = calls({}, { ...SETTINGS, edgeEndpoint, edgeMethod: 'GET' }).requests;
    expect(get).toMatchObject({
      method: 'GET',
      body: '',
      url: `https://use.demdex.net/event?d_caller=tributary&d_rtbd=json&d_jsonv=1&d_mid=${ecid().value}&c_segID=A1`,
    });
  });

  it('AAM-15: signals an exit the way it signalled the entry', () => {
    const form = formOf({ changes: [entered('A1'), exited('A3'), exited('A5')] });
    expect(form.getAll('c_segID')).toEqual(['A1']);
    expect(form.getAll('c_segID_exit')).toEqual(['A3', 'A5']);
  });

  it('names an IDFA in upper case and a GAID in lower case, each with its provider', () => {
    const upper = idfa().value.toUpperCase();
    expect(formOf({ device: identity('IDFA', upper.toLowerCase()) }).getAll('d_cid')).toEqual([
      `20915${SEPARATOR}${upper}`,
    ]);
    const lower = gaid().value;
    expect(formOf({ device: identity('GAID', lower.toUpperCase()) }).getAll('d_cid')).toEqual([
      `20914${SEPARATOR}${lower}`,
    ]);
    expect(calls({ device: idfa() }).requests[0]!.body).toContain('d_cid=20915%01');
  });

  it('lets identities of the person ride along where they have a provider', () => {
    const form = formOf({ personIdentities: [identity('AdCloud', 'x1'), hashedEmail()] });
    expect(form.getAll('d_cid')).toEqual([`411${SEPARATOR}x1`, `5001${SEPARATOR}${hashedEmail().value}`]);
    const { invalid } = calls({ personIdentities: [hashedEmail()] }, { ...SETTINGS, dataProviderIds: {} });
    expect(invalid).toEqual(['noDataProviderId']);
  });

  it('knows the provider of hashed addresses by either spelling', () => {
    const personIdentities = [{ ...hashedEmail(), namespace: 'EMAIL_LC_SHA256' }];
    expect(formOf({ personIdentities }).getAll('d_cid')).toEqual([`5001${SEPARATOR}${hashedEmail().value}`]);
  });

  it.each(['00000000-0000-0000-0000-000000000000', 'abc', '', `${idfa().value}0`])(
    "leaves out the advertising id %j, which is nobody's",
    (value) => {
      expect(calls({ device: identity('IDFA', value) })).toEqual({
        requests: [],
        names: 'personOnly',
        invalid: ['malformedId'],
      });
      const withPerson = calls({ device: identity('IDFA', value), personIdentities: [hashedEmail()] });
      expect(withPerson.names).toBe('personOnly');
      expect(withPerson.requests).toHaveLength(1);
    },
  );

  it('keeps within what a call may carry, and loses and repeats nothing', () => {
    const persons = fc.uniqueArray(
      fc
        .tuple(fc.constantFrom('AdCloud', 'Google'), fc.integer({ min: 1, max: 40 }))
        .map(([ns, n]) => identity(ns, `p${n}`)),
      { selector: ({ namespace, value }) => `${namespace}:${value}`, maxLength: 30 },
    );
    const segments = fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 128, unit: fc.constantFrom('a', 'B', '7', '-', '.') }),
      {
        minLength: 1,
        maxLength: 600,
      },
    );
    const device = fc.constantFrom<Identity>(ecid(), idfa(), gaid());
    const method = fc.constantFrom('POST' as const, 'GET' as const);
    const property = fc.property(device, persons, segments, method, (named, riders, ids, edgeMethod) => {
      const changes = ids.map((id, index) => (index % 2 === 0 ? entered(id) : exited(id)));
      const change = { device: named, personIdentities: riders, changes };
      const { requests } = calls(change, { ...SETTINGS, edgeMethod });
      const lastRouted = new Set<string>();
      for (const { method: used, body, url } of requests) {
        expect(used).toBe(edgeMethod);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(32 * 1024);
        expect(Buffer.byteLength(url)).toBeLessThanOrEqual(8 * 1024);
        const form = used === 'GET' ? new URL(url).searchParams : new URLSearchParams(body);
        const cids = form.getAll('d_cid');
        expect(cids.length).toBeLessThanOrEqual(10);
        const providers = Map.groupBy(cids, (cid) => cid.split(SEPARATOR)[0]);
        for (const own of providers.values()) expect(own.length).toBeLessThanOrEqual(3);
        expect(form.has('d_mid') || cids.some((cid) => cid.endsWith(named.value))).toBe(true);
        for (const id of [form.get('d_mid'), ...cids.map((cid) => cid.split(SEPARATOR)[1])]) {
          for (const segment of form.getAll('c_segID')) lastRouted.add(`${id}+${segment}`);
          for (const segment of form.getAll('c_segID_exit')) lastRouted.add(`${id}-${segment}`);
        }
      }
      lastRouted.delete('null');
      for (const { value } of [named, ...riders]) {
        for (const { segmentId, status: state } of changes) {
          expect(lastRouted.has(`${value}${state === 'realized' ? '+' : '-'}${segmentId}`)).toBe(true);
        }
      }
    });
    fc.assert(property, runs(0.2, 40));
  });
});

describe('answers of the edge', () => {
  const answer = (...codes: (number | string)[]) =>
    ok(JSON.stringify({ dcs_region: 7, errors: codes.map((code) => ({ code })) }));

  it('is accepted without errors', () => {
    expect(readDcsResponse(ok('{"stuff":[],"uuid":"1","dcs_region":7,"tid":"x"}'), 'd_mid')).toEqual({
      outcome: 'accepted',
      ignored: [],
    });
  });

  it.each([
    [[171], 'optedOut'],
    [[198], 'optedOut'],
    [[0], 'retry'],
    [[10], 'retry'],
    [[204], 'retry'],
    [[1], 'stop'],
    [[2], 'stop'],
    [[101], 'drop'],
    [[104], 'drop'],
    [[311], 'drop'],
    [['101'], 'drop'],
  ])('understands the codes %j as %s', (codes, outcome) => {
    expect(readDcsResponse(answer(...codes), 'd_mid').outcome).toBe(outcome);
  });

  it('minds the configuration first, then what may pass, then the item', () => {
    expect(readDcsResponse(answer(171, 101, 200, 2), 'd_mid')).toEqual({ outcome: 'stop', reason: 'dcs-2' });
    expect(readDcsResponse(answer(171, 101, 200), 'd_mid')).toEqual({ outcome: 'retry', reason: 'dcs-200' });
  });

  it('accepts a call of which single ids were ignored, unless the device is one of them', () => {
    expect(readDcsResponse(answer(312, 300), 'd_mid')).toEqual({ outcome: 'accepted', ignored: [312, 300] });
    expect(readDcsResponse(answer(312), 'd_cid')).toEqual({ outcome: 'drop', reason: 'dcs-312' });
  });

  it('does not believe a success that is no answer of a collection server', () => {
    expect(readDcsResponse(ok('<html>'), 'd_mid')).toEqual({ outcome: 'retry', reason: 'no-dcs-answer' });
  });

  it('takes failures of HTTP as they are', () => {
    expect(readDcsResponse(status(429), 'd_mid').outcome).toBe('wait');
    expect(readDcsResponse(status(503), 'd_mid').outcome).toBe('retry');
    expect(readDcsResponse(status(404), 'd_mid').outcome).toBe('stop');
    expect(readDcsResponse({ kind: 'timeout' }, 'd_mid').outcome).toBe('retry');
  });
});
