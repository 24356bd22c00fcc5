import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { peopleAnswer } from '#core/activation/destinations/tiktok/answers.ts';
import { tiktok } from '#core/activation/destinations/tiktok/definition.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { advertisingId, emailSha256 } from '#core/activation/normalise/forms.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { entered, exited, identity, NOW } from './factories.ts';
import { ADA, BJORN, destinationOf, requestsAbout } from './vendor-requests.ts';

const type = tiktok as unknown as AnyRequestType;
const written = {
  advertiserId: '7000001',
  identifiers: ['EMAIL_SHA256', 'PHONE_SHA256', 'AAID_SHA256'],
  audiences: { A1: '170001' },
};
const answered = (code: number, message = '', headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'response',
  status: 200,
  headers,
  body: JSON.stringify({ code, message, request_id: '1', data: {} }),
});

describe('requests to TikTok', () => {
  it('has the worked example of an entry, byte for byte', () => {
    const [request] = requestsAbout(type, written, [[ADA, entered('A1')]]);
    expect(request!.url).toBe('https://business-api.tiktok.com/open_api/v1.3/segment/mapping/');
    expect(request!.body).toBe(
      '{"advertiser_ids":["7000001"],"action":"add","id_schema":["EMAIL_SHA256","PHONE_SHA256","AAID_SHA256"],"batch_data":[[{"id":"70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8","audience_ids":["170001"]},{"id":"b6a7e9d637373b00a42b2ae9fc7a4844b2ecd9841d3ce51bbf5eade0a7bea829","audience_ids":["170001"]},{"id":"95a01f8d284d0cbc7eeb2a5645327fa2edbc9b20f168e94af1d90ca44c3a58a4","audience_ids":["170001"]}]]}',
    );
  });

  it('has the worked example of an exit, byte for byte', () => {
    const [request] = requestsAbout(type, written, [[BJORN, exited('A1')]]);
    expect(request!.body).toBe(
      '{"advertiser_ids":["7000001"],"action":"delete","id_schema":["EMAIL_SHA256","PHONE_SHA256","AAID_SHA256"],"batch_data":[[{"id":"2ccb6d541bd1ee2b5ea2a5063d273c67f5252832c1accd4d917628675a35cf7e","audience_ids":["170001"]},{"id":"6e9af3ae87ffd0f24382a44daf0375621b64d44befdb01c196a84675cc69843c","audience_ids":["170001"]},{}]]}',
    );
  });

  it('puts every value into its column, whoever else is in the request, and in whatever order they are listed', () => {
    const phoneOnly = { identities: [identity('Phone_E.164', '+15035550142')] };
    const two = {
      identities: [
        identity('GAID', ADA.identities[3]!.value),
        identity('Email', 'a@example.com'),
        identity('Email', 'b@example.com'),
      ],
    };
    const [request] = requestsAbout(
      type,
      { ...written, identifiers: ['AAID_SHA256', 'PHONE_SHA256', 'EMAIL_SHA256'] },
      [
        [phoneOnly, entered('A1')],
        [two, entered('A1')],
      ],
    );
    const { id_schema, batch_data } = JSON.parse(request!.body);
    expect(id_schema).toEqual(['AAID_SHA256', 'PHONE_SHA256', 'EMAIL_SHA256']);
    expect(batch_data.map((row: readonly { id?: string }[]) => row.map(({ id }) => id?.slice(0, 4) ?? null))).toEqual([
      [null, 'b6a7', null],
      ['95a0', null, digest('a@example.com').slice(0, 4)],
      [null, null, digest('b@example.com').slice(0, 4)],
    ]);
  });

  it('sends the stored hash of a number only where numbers have their "+"', () => {
    const stored = { identities: [identity('Phone_SHA256_E.164', digest('+15035550142'))] };
    expect(requestsAbout(type, written, [[stored, entered('A1')]])).toEqual([]);
    expect(requestsAbout(type, { ...written, phonePlus: true }, [[stored, entered('A1')]])[0]!.body).toContain(
      'a0bf556d',
    );
  });

  it('has the digests of TikTok’s help page', () => {
    expect(emailSha256().make('janedoe@gmail.com')).toBe(
      'd6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69',
    );
    expect(advertisingId('sha256').make('5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25')).toBe(
      '83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd',
    );
    const [request] = requestsAbout(type, written, [
      [{ identities: [identity('Phone_E.164', '+374-93-828222')] }, entered('A1')],
    ]);
    expect(request!.body).toContain('65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4');
  });
});

describe('answers of TikTok', () => {
  it.each([
    ['stop', [40_001, 40_006, 40_010, 40_102, 40_104, 40_105]],
    ['retry', [50_000, 50_002, 51_305, 60_001, 49_999]],
    ['wait', [40_100, 40_016, 40_133]],
  ])('are read by their code, though each is a 200: %s', (errorClass, codes) => {
    for (const code of codes) {
      expect(peopleAnswer(answered(code))).toMatchObject({
        kind: 'all',
        result: { errorClass, reason: `code-${code}` },
      });
    }
  });

  it('have a parameter that is wrong found out, and some of many', () => {
    for (const code of [40_002, 20_001]) {
      expect(peopleAnswer(answered(code, 'Invalid id'))).toMatchObject({
        kind: 'split',
        failure: { errorClass: 'drop' },
      });
    }
    const busy = answered(40_002, 'The audience is not editable now.');
    expect(peopleAnswer(busy)).toMatchObject({ kind: 'all', result: { errorClass: 'wait', waitMs: 900_000 } });
  });

  it.each([
    ['Too many requests: QPS limit', {}, 1_000],
    ['Too many requests: QPM limit', {}, 300_000],
    ['Too many requests: QPD limit', { date: 'Tue, 01 Dec 2026 21:30:00 GMT' }, 9_000_000],
    ['Too many requests: QPD limit', {}, 3_600_000],
    ['Too many requests', {}, 300_000],
  ])('ask for as much time as the limit is long: %s %j', (message, headers, waitMs) => {
    expect(peopleAnswer(answered(40_100, message, headers))).toMatchObject({ result: { errorClass: 'wait', waitMs } });
  });

  it('are no success without a code', () => {
    expect(peopleAnswer({ kind: 'response', status: 200, body: '{}' })).toMatchObject({
      result: { errorClass: 'retry' },
    });
  });
});

describe('audiences at TikTok', () => {
  const destination = destinationOf(type, { ...written, audiences: {} });
  const context = { credentials: {}, now: NOW, segmentName: () => 'Cart abandoners', audienceId: () => undefined };
  const list = (...names: readonly string[]): HttpOutcome => ({
    kind: 'response',
    status: 200,
    body: JSON.stringify({ code: 0, data: { list: names.map((name, i) => ({ audience_id: `${i}`, name })) } }),
  });
  it('are found by the id of the segment, not by its name, which two may have', () => {
    const { body } = type.audiences!.create({ segmentId: 'A1', kind: '' }, destination, context);
    const name = 'Tributary: Cart abandoners [A1]';
    expect(JSON.parse(body)).toEqual({ custom_audience_name: name, advertiser_id: '7000001', action: 'create' });
    const found = (segmentId: string, ...names: readonly string[]) =>
      type.audiences!.found!(list(...names), { segmentId, kind: '' }, destination);
    expect(found('A1', 'Other [A1]', name)).toEqual({ id: '1' });
    expect(found('A2', name)).toEqual({});
    expect(found('A2', 'Tributary: A2')).toEqual({ id: '0' });
  });
  it('are not made where something is wrong with them, and nobody is dropped for it', () => {
    expect(
      type.audiences!.created(answered(40_002, 'name too long'), { segmentId: 'A1', kind: '' }, destination),
    ).toMatchObject({
      errorClass: 'stop',
    });
  });
});

const SPEC = outsideData('data/specs/tiktok/dmp_custom_audience_list.yml');

describeOutside(SPEC, 'requests to TikTok, as its descriptions have them', () => {
  it('ask for audiences with the parameters of the list, within their bounds', () => {
    interface Parameter {
      readonly name: string;
      readonly in: string;
      readonly required: boolean;
      readonly schema?: { readonly maximum?: number };
    }
    const { paths } = parse(readFileSync(SPEC.path, 'utf8')) as {
      readonly paths: Readonly<Record<string, { readonly get: { readonly parameters: readonly Parameter[] } }>>;
    };
    const destination = destinationOf(type, written);
    const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined };
    const { pathname, searchParams } = new URL(
      type.audiences!.find!({ segmentId: 'A1', kind: '' }, destination, context).url,
    );
    const { parameters } = paths[pathname.slice('/open_api/v1.3'.length)]!.get;
    // The token goes in a header, whatever the description says.
    const needed = parameters
      .filter(({ name, required }) => required && name !== 'Access-Token')
      .map(({ name }) => name);
    expect([...searchParams.keys()]).toEqual(expect.arrayContaining(needed));
    for (const [name, value] of searchParams) {
      const parameter = parameters.find((each) => each.name === name);
      expect(parameter, name).toBeDefined();
      expect(Number(value)).toBeLessThanOrEqual(parameter!.schema?.maximum ?? Number.POSITIVE_INFINITY);
    }
  });
});
