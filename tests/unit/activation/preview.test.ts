import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChanges } from '#core/activation/preview/changes.ts';
import { masked } from '#core/activation/preview/mask.ts';
import { CODES, previewOf, text } from './preview-of.ts';

const TIME = '2026-03-01T10:00:00Z';
const ECID = '07955261652886032950143702505894272138';

const line = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  segmentId: 'A1',
  status: 'realized',
  lastQualificationTime: TIME,
  identityMap: { crmid: [{ id: 'C1' }] },
  ...change,
});

const HTTP = { type: 'http', url: 'https://hooks.example.com/x' };
const profilesOf = (body: string) =>
  (JSON.parse(body) as { profiles: { segmentMembership: { ups: object }; identityMap: Record<string, unknown> }[] })
    .profiles;

describe('reading membership changes', () => {
  it('takes the keys of an identityMap in any case', () => {
    const identityMap = { crmid: [{ id: 'C1' }], Email_LC_SHA256: [{ id: 'a' }], 'PHONE_E.164': [{ id: '+49' }] };
    expect(readChanges(text([line({ identityMap })]), CODES).changes[0]?.identities).toEqual([
      { namespace: 'CRMID', value: 'C1' },
      { namespace: 'Email_LC_SHA256', value: 'a' },
      { namespace: 'Phone_E.164', value: '+49' },
    ]);
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'expected an object'],
    [line({ status: 'maybe' }), 'status: expected "realized" or "exited"'],
    [line({ lastQualificationTime: 'today' }), 'lastQualificationTime: expected a time'],
    [line({ identityMap: { loyalty: [{ id: '1' }] } }), 'identityMap.loyalty: the catalog has no namespace'],
    [line({ identityMap: { crmid: [{ id: '' }] } }), 'identityMap.crmid.0.id: expected a text'],
    [line({ segmentId: 7 }), 'segmentId: expected the id of a segment'],
  ])('names the line of %j and reads the others', (bad, message) => {
    const { changes, problems } = readChanges(text([line(), bad, '', line()]), CODES);
    expect(changes).toHaveLength(2);
    expect(problems).toEqual([{ line: 2, message: expect.stringContaining(message) }]);
  });
});

describe('a preview of an HTTP API', () => {
  it('has every change once, in requests of at most ten profiles', () => {
    const people = fc.uniqueArray(fc.nat({ max: 200 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(people, (ids) => {
        const made = previewOf(
          HTTP,
          ids.map((id) => line({ identityMap: { crmid: [{ id: `C${id}` }] } })),
        );
        const profiles = made.requests.map(({ body }) => profilesOf(body));
        expect(profiles.every(({ length }) => length >= 1 && length <= 10)).toBe(true);
        expect(profiles).toHaveLength(Math.ceil(ids.length / 10));
        expect(profiles.flat().map(({ identityMap }) => identityMap)).toEqual(
          ids.map((id) => ({ crmid: [{ id: `C${id}` }] })),
        );
      }),
    );
  });

  it('tells exits, several segments of one person at once, and a change back after it', () => {
    const made = previewOf(HTTP, [line(), line({ segmentId: 'A2', status: 'exited' }), line({ status: 'exited' })]);
    expect(made.requests.flatMap(({ body }) => profilesOf(body)).map((each) => each.segmentMembership.ups)).toEqual([
      {
        A1: { status: 'realized', lastQualificationTime: '2026-03-01T10:00:00.000Z' },
        A2: { status: 'exited', lastQualificationTime: '2026-03-01T10:00:00.000Z' },
      },
      { A1: { status: 'exited', lastQualificationTime: '2026-03-01T10:00:00.000Z' } },
    ]);
  });

  it('hashes what is accepted hashed only, and counts who has no accepted identity', () => {
    const lines = [line({ identityMap: { email: [{ id: ' JohnDoe@Example.com ' }] } }), line({ status: 'exited' })];
    const made = previewOf({ ...HTTP, identities: ['Email_LC_SHA256'] }, lines);
    expect(profilesOf(made.requests[0]!.body).map(({ identityMap }) => identityMap)).toEqual([
      { email_lc_sha256: [{ id: '55e79200c1635b37ad31a378c39feb12f120f116625093a19bc32fff15041149' }] },
    ]);
    expect(made.excluded).toEqual({ noAcceptedIdentity: 1 });
  });

  it('sends the mapped attributes, written nested or by path, and no others', () => {
    const nested = line({ attributes: { loyalty: { tier: 'gold', points: 1 } } });
    const flat = line({ attributes: { 'loyalty.tier': 'silver', x: 1 } });
    const made = previewOf({ ...HTTP, attributes: ['loyalty.tier'] }, [nested, flat]);
    expect(profilesOf(made.requests[0]!.body)).toMatchObject([
      { loyalty: { tier: 'gold' } },
      { loyalty: { tier: 'silver' } },
    ]);
    expect(made.requests[0]!.body).not.toContain('points');
  });

  it('sends nothing about segments that the destination does not activate, nor when it is not enabled', () => {
    expect(previewOf(HTTP, [line({ segmentId: 'A9' })])).toMatchObject({
      requests: [],
      excluded: { segmentNotActivated: 1 },
    });
    expect(previewOf({ ...HTTP, enabled: false }, [line()]).requests).toEqual([]);
  });

  it('can be shown to anybody', () => {
    const { headers, url } = masked({
      method: 'POST',
      url: 'https://me:pass@x.example/?access_token=abc&page=1',
      headers: { authorization: 'Bearer abc', 'x-tributary-signature': 't=1,v1=abc', accept: '*/*' },
      body: '',
      timeoutMs: 1,
    });
    expect(headers).toEqual({ authorization: 'Bearer ***', 'x-tributary-signature': 't=1,v1=***', accept: '*/*' });
    expect(url).toBe('https://me:***@x.example/?access_token=***&page=1');
  });
});

describe('a preview of files', () => {
  it('has the file of each segment', () => {
    const made = previewOf({ type: 's3-file', identity: 'CRMID' }, [line(), line({ segmentId: 'A2' })]);
    expect(made.files.map(({ key, rows }) => [key, rows])).toEqual([
      ['d/d_segmentA1_20260301100000.csv', 1],
      ['d/d_segmentA2_20260301100000.csv', 1],
    ]);
  });
});

describe('a preview of Audience Manager', () => {
  const device = (capture: string, status = 'realized') =>
    line({
      status,
      identityMap: { ecid: [{ id: ECID }] },
      attributes: { userActivityRegions: { VA6: { captureTimestamp: capture } } },
    });

  it.each(['realized', 'exited'])('calls the edge of a fresh region for what is %s', (status) => {
    const made = previewOf({ type: 'aam' }, [device('2026-02-20T00:00:00Z', status)]);
    expect(made.requests.map(({ url }) => url)).toEqual(['https://use.demdex.net/event']);
    expect(made.files).toEqual([]);
  });

  it('writes a file for a device that was not seen lately', () => {
    const made = previewOf({ type: 'aam' }, [device('2026-01-20T00:00:00Z')]);
    expect(made.requests).toEqual([]);
    expect(made.files.map(({ key }) => key)).toEqual(['d/date=2026-03-01/ftp_dpm_4_1772359200.sync']);
  });

  it('knows a region for each device where they are given by identity', () => {
    const regions = { [`ECID:${ECID}`]: { OR2: { captureTimestamp: '2026-02-28T00:00:00Z' } } };
    const identityMap = { ecid: [{ id: ECID }, { id: ECID.replace(/8$/, '9') }] };
    const made = previewOf({ type: 'aam' }, [line({ identityMap, attributes: { regions } })]);
    expect(made.requests.map(({ url }) => url)).toEqual(['https://usw2.demdex.net/event']);
    expect(made.files).toHaveLength(1);
  });
});
