import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MembershipChange } from '#core/activation/delivery.ts';
import { graphFailure, peopleAnswer } from '#core/activation/destinations/meta-custom-audiences/answers.ts';
import { metaCustomAudiences } from '#core/activation/destinations/meta-custom-audiences/definition.ts';
import { detailColumns } from '#core/activation/destinations/meta-custom-audiences/normalise.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { emailSha256, phoneSha256 } from '#core/activation/normalise/forms.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { runs } from '#tests/harness/runs.ts';
import { entered, exited, identity, NOW } from './factories.ts';
import { ADA, BJORN, deliveryOf, destinationOf, requestsAbout } from './vendor-requests.ts';

const type = metaCustomAudiences as unknown as AnyRequestType;
const written = { adAccount: '1234567890', externalIds: ['CRMID'], details: {}, audiences: { A1: '238500' } };
const answered = (status: number, body: unknown, headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'response',
  status,
  headers,
  body: JSON.stringify(body),
});
const error = (code: number, error_subcode?: number, status = 400): HttpOutcome =>
  answered(status, { error: { message: 'vendor’s words', type: 'OAuthException', code, error_subcode } });

const ADA_ROW =
  '"C00042","70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8","b6a7e9d637373b00a42b2ae9fc7a4844b2ecd9841d3ce51bbf5eade0a7bea829","fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029","80e4d1617020e166c955422ed60ab60fea455b557bb53429f3e0594801e996cb","402eed114f0a583fb72bce76196539c9a25688cc8840c7fa44d54f811ac5ea32","7175517a370b5cd2e664e3fd29c4ea9db5ce17058eb9772fe090a5485e49dad6","4c4e4440774fdbe7fe21211af6cde061a2959db76aa03ff23ec1a91477935207","79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621","744b93f9950fc38dad705556931ea48193b99dcb191cc9bd77097f65fbe2f0b8","6cd5b6e51936a442b973660c21553dd22bd72ddc8751132a943475288113b4c0","3514acf61732f662da19625f7fe781c3e483f2dce8506012f3bb393f5003e105","252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111","5f3b2c1d-9a8e-4c7d-b6a5-0e1f2d3c4b5a"';
const ADA_SCHEMA = '"EXTERN_ID","EMAIL","PHONE","FN","LN","CT","ST","ZIP","COUNTRY","DOBY","DOBM","DOBD","GEN","MADID"';

describe('requests to the Marketing API', () => {
  it('has the worked example of an entry, byte for byte', () => {
    const [request] = requestsAbout(type, written, [[ADA, entered('A1')]]);
    expect(request).toMatchObject({ method: 'POST', url: 'https://graph.facebook.com/v27.0/238500/users' });
    expect(request!.body).toBe(`{"payload":{"schema":[${ADA_SCHEMA}],"data":[[${ADA_ROW}]]}}`);
  });

  it('has the worked example of an exit, byte for byte', () => {
    const person = {
      ...BJORN,
      attributes: { ...BJORN.attributes, 'homeAddress.city': '', 'homeAddress.postalCode': ' ' },
    };
    const [request] = requestsAbout(type, written, [[person, exited('A1')]]);
    expect(request!.method).toBe('DELETE');
    expect(request!.body).toBe(
      '{"payload":{"schema":["EXTERN_ID","EMAIL","PHONE","FN","LN","COUNTRY"],"data":[["C00077","2ccb6d541bd1ee2b5ea2a5063d273c67f5252832c1accd4d917628675a35cf7e","6e9af3ae87ffd0f24382a44daf0375621b64d44befdb01c196a84675cc69843c","2ffa7a462f787d7660573391616d361754c86284c9f310f17e11f9005dc76b4d","2dbd218072117713f2d5996a726a9b216ed791ffd0783b6ba4ab6d61b8333192","959a45d44e6fcf58361ed004681556fe50129f2109e817dec098c00c9e5d2578"]]}}',
    );
  });

  it('limits data use as the worked example does, of everybody or of those who have not consented', () => {
    const limited = `{"payload":{"schema":[${ADA_SCHEMA},"DATA_PROCESSING_OPTIONS","DATA_PROCESSING_OPTIONS_COUNTRY","DATA_PROCESSING_OPTIONS_STATE"],"data":[[${ADA_ROW},["LDU"],1,1000]]}}`;
    const california = { country: 1, state: 1000 };
    const [all] = requestsAbout(type, { ...written, limitedDataUse: california }, [[ADA, entered('A1')]]);
    expect(all!.body).toBe(limited);
    const limitedDataUse = { ...california, unlessConsent: 'adID' };
    const agreed = { ...ADA, attributes: { ...ADA.attributes, 'consents.adID.val': 'y' } };
    const requests = requestsAbout(type, { ...written, limitedDataUse }, [
      [ADA, entered('A1')],
      [agreed, entered('A1')],
    ]);
    expect(requests.map(({ body }) => body)).toEqual([
      limited,
      `{"payload":{"schema":[${ADA_SCHEMA},"DATA_PROCESSING_OPTIONS"],"data":[[${ADA_ROW},[]]]}}`,
    ]);
  });

  it('fills what a person has not with nothing, in the column of the others', () => {
    const [request] = requestsAbout(type, { ...written, details: undefined }, [
      [ADA, entered('A1')],
      [BJORN, entered('A1')],
    ]);
    const { schema, data } = JSON.parse(request!.body).payload;
    expect(schema).toEqual(['EXTERN_ID', 'EMAIL', 'PHONE', 'MADID']);
    expect(data.map((row: readonly string[]) => row[3])).toEqual(['5f3b2c1d-9a8e-4c7d-b6a5-0e1f2d3c4b5a', '']);
  });

  it('makes more rows of somebody with more addresses, held together by their own id', () => {
    const identities = [
      identity('CRMID', 'C1'),
      identity('Email', 'a@example.com'),
      identity('Email', 'b@example.com'),
    ];
    const [request] = requestsAbout(type, { ...written, details: undefined }, [[{ identities }, entered('A1')]]);
    expect(JSON.parse(request!.body).payload).toEqual({
      schema: ['EXTERN_ID', 'EMAIL'],
      data: [
        ['C1', digest('a@example.com')],
        ['C1', digest('b@example.com')],
      ],
    });
  });

  it('adds nobody by the company’s own id alone, and removes them by it', () => {
    const destination = destinationOf(type, { ...written, details: undefined, audiences: { A1: '1', A2: '2' } });
    const person = { identities: [identity('CRMID', 'C1')] };
    const audienceId = (segmentId: string) => type.audiences!.given({ segmentId, kind: '' }, destination);
    const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId };
    const rowsOf = (...changes: readonly MembershipChange[]) =>
      type.rows(deliveryOf(type, destination, person, changes)!, destination, context);
    expect(rowsOf(entered('A1'))).toMatchObject({ errorClass: 'drop', reason: 'external-id-alone' });
    const removal = [{ call: { action: 'remove', audience: '1' }, row: { EXTERN_ID: 'C1' } }];
    expect(rowsOf(exited('A1'))).toEqual(removal);
    expect(rowsOf(exited('A1'), entered('A2'))).toEqual(removal);
  });

  it('is a session of its own where that is wanted', () => {
    const of = (now: number) =>
      JSON.parse(requestsAbout(type, { ...written, session: true }, [[ADA, entered('A1')]], { now })[0]!.body).session;
    expect(of(NOW)).toMatchObject({ batch_seq: 1, last_batch_flag: true });
    expect(of(NOW).session_id).toBeGreaterThan(0);
    expect(of(NOW).session_id).not.toBe(of(NOW + 1).session_id);
  });

  it('proves that it knows the secret of the app, where it does', () => {
    const credentials = { bearerToken: 'token', appSecret: 'secret' };
    const [request] = requestsAbout(type, written, [[ADA, entered('A1')]], { credentials });
    const proof = 'e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a';
    expect(request!.url).toBe(`https://graph.facebook.com/v27.0/238500/users?appsecret_proof=${proof}`);
    expect(
      requestsAbout(type, written, [[ADA, entered('A1')]], { credentials: { bearerToken: 'token' } })[0]!.url,
    ).not.toContain('?');
  });

  it('never sends the hash of a number with "+"', () => {
    const stored = identity('Phone_SHA256_E.164', digest('+15035550142'));
    expect(requestsAbout(type, written, [[{ identities: [stored] }, entered('A1')]])).toEqual([]);
  });

  it('says that a consent can’t limit data use which is required anyway', () => {
    const problems = (unlessConsent: string) =>
      type.check!(destinationOf(type, { ...written, limitedDataUse: { unlessConsent } }));
    expect(problems('share')).toHaveLength(1);
    expect(problems('adID')).toEqual([]);
  });
});

describe('what Meta wants of a person', () => {
  it('has the digests of Meta’s guide', () => {
    expect(emailSha256().make('mary@example.com')).toBe(
      'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79',
    );
    expect(phoneSha256({ plus: false }).make('+1 (555) 987-6543')).toBe(
      '1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e',
    );
  });

  it.each([
    ['CT', { city: 'Saint-Étienne' }, 'saintetienne'],
    ['CT', { city: 'Weißenburg i. Bay.' }, 'weissenburgibay'],
    ['FN', { firstName: " D'Arcy " }, 'darcy'],
    ['LN', { lastName: 'Müller' }, 'müller'],
    ['ST', { state: 'US-OR', country: 'US' }, 'or'],
    ['ST', { state: 'New South Wales', country: 'AU' }, 'newsouthwales'],
    ['ZIP', { postalCode: '97205-1234', country: 'US' }, '97205'],
    ['ZIP', { postalCode: 'M1 1AE', country: 'GB' }, 'm11'],
    ['ZIP', { postalCode: '1012 AB', country: 'NL' }, '1012ab'],
    ['GEN', { gender: 'Female' }, 'f'],
    ['DOBM', { birthDate: '1987-04-09T00:00:00Z' }, '04'],
  ] as const)('%s of %j', (column, values, normal) => {
    expect(detailColumns(values)[column]).toBe(digest(normal));
  });

  it.each([
    ['a state of the US that is no code', { state: 'Oregon', country: 'US' }, 'ST'],
    ['a city without a Roman letter', { city: '東京' }, 'CT'],
    ['a gender that Meta does not know', { gender: 'non_specific' }, 'GEN'],
    ['a digest', { firstName: digest('ada') }, 'FN'],
    ['a country that is no code', { country: 'Germany' }, 'COUNTRY'],
  ] as const)('leaves out %s', (_, values, column) => {
    expect(detailColumns(values)).not.toHaveProperty(column);
  });

  it('is never the digest of nothing, whatever stands in a profile', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(' ', '--', '.', 'US-', 'us', 'gb'),
      fc.anything(),
    );
    const names = ['firstName', 'lastName', 'city', 'state', 'postalCode', 'country', 'birthDate', 'gender'];
    fc.assert(
      fc.property(fc.record(Object.fromEntries(names.map((name) => [name, value]))), (values) => {
        for (const made of Object.values(detailColumns(values))) {
          expect(made).toMatch(/^[0-9a-f]{64}$/);
          expect(made).not.toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
        }
      }),
      runs(1, 200),
    );
  });
});

describe('answers of the Graph API', () => {
  it.each([
    ['retry', [error(1), error(2, undefined, 500), error(5000), error(21009), error(-3), error(2650, 1870158)]],
    [
      'wait',
      [
        error(4),
        error(17, 2446079),
        error(613, 1487742),
        error(80003),
        error(80004),
        error(341),
        error(368),
        error(2650, 1870145),
      ],
    ],
    [
      'stop',
      [
        error(190, 463, 401),
        error(190),
        error(10),
        error(200, 1870090),
        error(294),
        error(2655),
        error(100, 33),
        error(100, 1713230),
        error(1487301),
        error(100, 1487366),
      ],
    ],
    ['drop', [error(100), error(105), error(100, 1870034)]],
  ])('means %s', (errorClass, outcomes) => {
    for (const outcome of outcomes)
      expect(graphFailure(outcome)).toMatchObject({ errorClass, detail: 'vendor’s words' });
  });

  it('waits as long as the header says, or a minute', () => {
    const header = (minutes: unknown) => ({
      'x-business-use-case-usage': JSON.stringify({
        1: [{ type: 'custom_audience', estimated_time_to_regain_access: minutes }],
      }),
    });
    const throttled = { error: { code: 80003 } };
    expect(graphFailure(answered(400, throttled, header(19)))).toMatchObject({ waitMs: 19 * 60_000 });
    for (const headers of [{}, header('soon'), { 'x-business-use-case-usage': '{' }]) {
      expect(graphFailure(answered(400, throttled, headers))).toMatchObject({ waitMs: 60_000 });
    }
  });

  it('reads an error inside a 200 as an error', () => {
    expect(peopleAnswer({ ...error(190), status: 200 } as HttpOutcome, [{}])).toMatchObject({
      result: { errorClass: 'stop' },
    });
  });

  it.each([
    ['a list', [digest('b@example.com')]],
    ['a map of texts', { [digest('b@example.com')]: 'invalid' }],
    ['rows as JSON', { 0: JSON.stringify(['', digest('b@example.com')]) }],
  ])(
    'takes those for invalid whom a sample shows, counts the others, and sends nobody again: %s',
    (_, invalid_entry_samples) => {
      const body = {
        audience_id: '1',
        session_id: '2',
        num_received: 3,
        num_invalid_entries: 2,
        invalid_entry_samples,
      };
      const rows = ['a', 'b', 'c'].map((name) => ({ EMAIL: digest(`${name}@example.com`) }));
      expect(peopleAnswer(answered(200, body), rows)).toEqual({
        kind: 'rows',
        results: [
          { delivered: true },
          { delivered: false, errorClass: 'drop', reason: 'invalid-entry' },
          { delivered: true },
        ],
        reported: [{ reason: 'invalid-entries', count: 2 }],
      });
    },
  );
});

const SPEC = outsideData('data/specs/meta');

describeOutside(SPEC, 'requests to the Marketing API, as Meta’s descriptions have them', () => {
  interface Api {
    readonly method: string;
    readonly endpoint: string;
    readonly params: readonly { readonly name: string }[];
  }
  const parametersOf = (file: string, method: string, endpoint: string): readonly string[] => {
    const { apis } = JSON.parse(readFileSync(`${SPEC.path}/${file}`, 'utf8')) as { readonly apis: readonly Api[] };
    return apis.find((api) => api.method === method && api.endpoint === endpoint)!.params.map(({ name }) => name);
  };
  it('have no parameters but theirs', () => {
    for (const change of [entered('A1'), exited('A1')]) {
      const [request] = requestsAbout(type, { ...written, session: true }, [[ADA, change]]);
      const known = parametersOf('CustomAudience.json', request!.method, 'users');
      expect(known).toEqual(expect.arrayContaining(Object.keys(JSON.parse(request!.body))));
    }
    const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined };
    const key = { segmentId: 'A2', kind: '' };
    const destination = destinationOf(type, written);
    const create = JSON.parse(type.audiences!.create(key, destination, context).body);
    const known = parametersOf('AdAccount-audience-edges.json', 'POST', 'customaudiences');
    expect(known).toEqual(expect.arrayContaining(Object.keys(create)));
    const values = JSON.parse(readFileSync(`${SPEC.path}/enum_types-CustomAudience.json`, 'utf8')) as readonly {
      readonly name: string;
      readonly values: readonly string[];
    }[];
    const sources = values.find(({ name }) => /customer_file_source/i.test(name))!.values;
    expect(sources).toContain(create.customer_file_source);
  });
});
