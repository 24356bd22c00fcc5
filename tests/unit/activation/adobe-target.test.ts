import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import { adobeTarget as type } from '#core/activation/destinations/adobe-target/definition.ts';
import type { TargetDestination } from '#core/activation/destinations/adobe-target/settings.ts';
import { ADA, BJORN, EXAMPLE_SEGMENT, enters, leaves } from './example-people.ts';
import { entered, exited, identity, NOW, profileDelivery } from './factories.ts';
import { previewOf } from './preview-of.ts';

const WRITTEN = {
  id: 'd',
  type: 'adobe-target',
  segments: [EXAMPLE_SEGMENT],
  client: 'tributary',
  identities: { thirdPartyId: ['CRMID'] },
  fields: { tier: 'loyalty.tier', cart_abandoner: { segment: EXAMPLE_SEGMENT }, city: 'homeAddress.city' },
};
const destinationOf = (change: object = {}): TargetDestination =>
  destinationDefinition.parse({ ...WRITTEN, ...change }) as TargetDestination;

const GOLD = { ...ADA, attributes: { loyalty: { tier: 'gold' }, homeAddress: { city: 'San Francisco' } } };
const COLOGNE = { ...BJORN, attributes: { homeAddress: { city: 'Köln' } } };
const BATCH = 'batch=thirdPartyId,tier,cart_abandoner,city\nC00042,gold,true,San%20Francisco\nC00077,,false,K%C3%B6ln';

const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined };
const xml = (inside: string, status = 200, more: object = {}) => ({
  kind: 'response' as const,
  status,
  body: inside === '' ? '' : `<response>${inside}</response>`,
  ...more,
});
const ADDRESS =
  'http://mboxedge45.tt.omtrdc.net/m2/tributary/profile/batchStatus?batchId=tributary-1795512600000-1302938';
const submitted = (address: string, destination = destinationOf()) =>
  type.answer(xml(`<success>true</success><batchStatus>${address}</batchStatus>`), [], null, destination);
const stands = (inside: string) => type.jobs.answer(xml(inside), 2, 'J', destinationOf(), new Map());
const problemsOf = (change: object): string[] => type.check(destinationOf(change)).map(({ message }) => message);

describe('Adobe Target in batches', () => {
  it('is sent the worked example byte for byte', () => {
    expect(previewOf(WRITTEN, [enters(GOLD), leaves(COLOGNE)]).requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: 'https://tributary.tt.omtrdc.net/m2/tributary/v2/profile/batchUpdate',
        body: BATCH,
      }),
    ]);
  });

  it('says of every audience whether somebody is in it, whichever of them has changed', () => {
    const change = { segments: [EXAMPLE_SEGMENT, 'vip', 'new.ones'], fields: {} };
    const [request] = previewOf({ ...WRITTEN, ...change }, [enters(ADA, 'vip')]).requests;
    expect(request!.body).toBe(
      'batch=thirdPartyId,tributary_cart_abandoners,tributary_vip,tributary_new_ones\nC00042,false,true,false',
    );
  });

  it('is sent values that would break a line or a row as they are, encoded', () => {
    const attributes = { loyalty: { tier: 'a,b\n"c"=&+é' }, homeAddress: { city: { name: 'X' } } };
    const [, row] = previewOf(WRITTEN, [enters({ ...ADA, attributes })]).requests[0]!.body.split('\n');
    const values = row!.split(',').map(decodeURIComponent);
    expect(values).toEqual(['C00042', 'a,b\n"c"=&+é', 'true', '{"name":"X"}']);
  });

  it('asks how a batch stands at hosts of Target over TLS only, whatever address an answer names', () => {
    const askedAt = (address: string, change: object = {}) => {
      const destination = destinationOf(change);
      const answer = submitted(address, destination);
      return answer.kind === 'job' ? type.jobs.request(answer.job, destination, context).url : answer;
    };
    const path = '/m2/tributary/profile/batchStatus?batchId=tributary-1795512600000-1302938&showDetails=true';
    expect(askedAt(ADDRESS)).toBe(`https://mboxedge45.tt.omtrdc.net${path}`);
    const own = `https://tributary.tt.omtrdc.net${path}`;
    for (const host of ['evil.example.com', 'evil.tt.omtrdc.net.example.com', 'a@evil.example.com', '[::1]:80']) {
      expect(askedAt(ADDRESS.replace('mboxedge45.tt.omtrdc.net', host))).toBe(own);
    }
    expect(askedAt(ADDRESS, { url: 'http://localhost:9000' })).toBe(`http://localhost:9000${path}`);
    const unreadable = { kind: 'all', result: expect.objectContaining({ errorClass: 'retry' }) };
    for (const address of ['', 'nowhere', ADDRESS.replace('batchStatus?', 'else?'), ADDRESS.split('?')[0]!]) {
      expect(askedAt(address)).toEqual(unreadable);
    }
    expect(askedAt(ADDRESS.replace('?', '?a=1&amp;'))).toBe(`https://mboxedge45.tt.omtrdc.net${path}`);
  });

  it('waits while a batch is at work, and hands in again one that is stuck or not known', () => {
    expect(stands('<status>incomplete</status>')).toMatchObject({ kind: 'running' });
    expect(stands('<status>stuck</status>')).toMatchObject({ result: { errorClass: 'retry', reason: 'batch-stuck' } });
    expect(stands('<success>false</success><message>no</message>')).toMatchObject({ result: { errorClass: 'retry' } });
    expect(stands('<status>else</status>')).toMatchObject({ result: { errorClass: 'retry' } });
  });

  it('finds out by smaller batches who failed, and reports who was not found', () => {
    const counts = (notFound: number, failed: number) =>
      `<batchId>b</batchId><status>complete</status><batchSize>2</batchSize><consumedCount>2</consumedCount><successfulUpdates>1</successfulUpdates><profilesNotFound>${notFound}</profilesNotFound><failedUpdates>${failed}</failedUpdates>`;
    expect(stands(counts(0, 1))).toMatchObject({ kind: 'split', reported: [{ reason: 'failed-updates', count: 1 }] });
    expect(stands(counts(1, 0))).toEqual({
      kind: 'all',
      result: { delivered: true },
      reported: [{ reason: 'profiles-not-found', count: 1 }],
    });
    expect(stands('<status>complete</status>')).toEqual({ kind: 'all', result: { delivered: true } });
    const cut = { kind: 'response' as const, status: 200, body: '<response><status>complete</status>' };
    expect(type.jobs.answer(cut, 2, 'J', destinationOf(), new Map())).toMatchObject({
      result: { errorClass: 'retry' },
    });
  });

  it('stops at a batch that was rejected as such, and waits a minute at 503', () => {
    const rejected = xml('<success>false</success><message>Too large</message>');
    expect(type.answer(rejected, [], null, destinationOf())).toMatchObject({
      result: { errorClass: 'stop', reason: 'batch-rejected', detail: 'Too large' },
    });
    expect(type.answer(xml('', 503), [], null, destinationOf())).toMatchObject({
      result: { errorClass: 'wait', waitMs: 60_000 },
    });
    expect(type.answer(xml('', 503, { retryAfterMs: 5 }), [], null, destinationOf())).not.toHaveProperty(
      'result.waitMs',
    );
  });

  it('uses v1 and pcId where that is written, and never pcId with v2 beside the ECID', () => {
    const pcId = { identities: { pcId: ['CRMID'] } };
    const [request] = previewOf({ ...WRITTEN, ...pcId, version: 'v1' }, [enters(GOLD)]).requests;
    expect(request!.url).toBe('https://tributary.tt.omtrdc.net/m2/tributary/profile/batchUpdate');
    expect(request!.body).toMatch(/^batch=pcId,/);
    expect(problemsOf(pcId)).toEqual([expect.stringContaining('must not be used with pcId')]);
    expect(problemsOf({ ...pcId, version: 'v1' })).toEqual([]);
    expect(problemsOf({ ...pcId, withoutEcid: true })).toEqual([]);
    expect(problemsOf({ ...pcId, mode: 'single' })).toEqual([]);
  });

  it('excludes ids that Target does not allow', () => {
    for (const id of ['a+b', 'a/b', 'x'.repeat(257)]) {
      const { requests, excluded } = previewOf(WRITTEN, [enters({ identityMap: { CRMID: [{ id }] } })]);
      expect([requests, excluded]).toEqual([[], { notAThirdPartyId: 1 }]);
    }
  });

  it('rejects two of one name, segments that are not activated, and hosts instead of client codes', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ segments: [EXAMPLE_SEGMENT, 'a.b', 'a-b'] })).toHaveLength(1);
    expect(problemsOf({ segments: [EXAMPLE_SEGMENT, 'city'], prefix: 'x' })).toEqual([]);
    expect(problemsOf({ fields: { a: { segment: 'other' } } })).toHaveLength(1);
    for (const client of ['evil.example.com/', 'a.b', 'A', 'a?', '']) {
      expect(destinationDefinition.safeParse({ ...WRITTEN, client }).success).toBe(false);
    }
    expect(destinationDefinition.safeParse({ ...WRITTEN, fields: { 'a,b': 'c' } }).success).toBe(false);
  });
});

describe('Adobe Target, one profile a request', () => {
  const SINGLE = { mode: 'single', fields: { tier: 'loyalty.tier', cart_abandoner: { segment: EXAMPLE_SEGMENT } } };

  it('is sent the worked example byte for byte, with what stands behind the question mark as the body', () => {
    const [request] = previewOf({ ...WRITTEN, ...SINGLE }, [enters(GOLD)]).requests;
    expect(`${request!.method} ${request!.url}?${request!.body}`).toBe(
      'POST https://tributary.tt.omtrdc.net/m2/client/profile/update?mbox3rdPartyId=C00042&profile.tier=gold&profile.cart_abandoner=true',
    );
  });

  it('is sent what changed only', () => {
    const destination = destinationOf({ ...SINGLE, segments: [EXAMPLE_SEGMENT, 'vip'] });
    const delivery = (changes: ReturnType<typeof entered>[]) =>
      profileDelivery({ identities: [identity('thirdPartyId', 'C')], changes });
    const values = (changes: ReturnType<typeof entered>[]) => type.rows(delivery(changes), destination)[0]!.row.values;
    expect(type.sendsAllMemberships(destination)).toBe(false);
    expect(values([entered('vip')])).toEqual({ tributary_vip: 'true' });
    expect(values([exited('vip')])).toEqual({ tributary_vip: 'false' });
  });

  it('takes only what says that it was handed in for delivered', () => {
    const destination = destinationOf(SINGLE);
    const answered = (body: string) => type.answer({ kind: 'response', status: 200, body }, [], null, destination);
    expect(answered('trueRequest successfully submitted')).toEqual({ kind: 'all', result: { delivered: true } });
    for (const body of ['', 'false', 'trueRequest succ', '<html>true</html>']) {
      expect(answered(body)).toMatchObject({ result: { errorClass: 'retry' } });
    }
    expect(type.limits(destination)).toMatchObject({ rows: 1 });
    expect(type.authentication(destinationOf({ authenticated: true }))).toEqual({ type: 'bearer' });
    expect(type.authentication(destination)).toEqual({ type: 'none' });
  });
});
