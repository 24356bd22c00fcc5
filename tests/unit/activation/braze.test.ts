import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import { brazeAnswer } from '#core/activation/destinations/braze/answers.ts';
import { braze } from '#core/activation/destinations/braze/definition.ts';
import { apiDescription } from '#tests/harness/outside/api-description.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { ADA, BJORN, EXAMPLE_SEGMENT, enters, leaves } from './example-people.ts';
import { previewOf } from './preview-of.ts';

const WRITTEN = {
  type: 'braze',
  segments: [EXAMPLE_SEGMENT, 'vip'],
  url: 'https://rest.fra-01.braze.eu',
  identities: { externalId: ['CRMID'] },
  fields: { first_name: 'person.name.firstName' },
};
const ENTRY =
  '{"attributes":[{"external_id":"C00042","_update_existing_only":true,"first_name":"Ada","tributary_segments":{"add":["cart-abandoners"]}}]}';
const EXIT =
  '{"attributes":[{"external_id":"C00077","_update_existing_only":true,"tributary_segments":{"remove":["cart-abandoners"]}}]}';

const bodies = (lines: readonly object[], change: object = {}): string[] =>
  previewOf({ ...WRITTEN, ...change }, lines).requests.map(({ body }) => body);

const answered = (body: object, users: number, status = 201) =>
  brazeAnswer({ kind: 'response', status, body: JSON.stringify(body) }, users);

const problemsOf = (change: object) => {
  const read = destinationDefinition.safeParse({ id: 'd', ...WRITTEN, ...change });
  return read.success
    ? braze.check(read.data as never).map(({ message }) => message)
    : read.error.issues.map(({ message }) => message);
};

describe('Braze', () => {
  it('is sent the worked examples byte for byte', () => {
    const { requests } = previewOf(WRITTEN, [enters(ADA)]);
    expect(requests).toEqual([
      expect.objectContaining({ method: 'POST', url: 'https://rest.fra-01.braze.eu/users/track', body: ENTRY }),
    ]);
    expect(bodies([leaves(BJORN)])).toEqual([EXIT]);
  });

  it('is sent several people in one request, and one who enters and leaves at once in two objects', () => {
    const both = bodies([enters(ADA), leaves(ADA, 'vip'), leaves(BJORN)]);
    expect(JSON.parse(both[0]!)).toEqual({
      attributes: [
        {
          external_id: 'C00042',
          _update_existing_only: true,
          first_name: 'Ada',
          tributary_segments: { add: [EXAMPLE_SEGMENT] },
        },
        { external_id: 'C00042', _update_existing_only: true, tributary_segments: { remove: ['vip'] } },
        { external_id: 'C00077', _update_existing_only: true, tributary_segments: { remove: [EXAMPLE_SEGMENT] } },
      ],
    });
  });

  it('finds users by alias, address or number, and creates them where that is wanted', () => {
    const first = (identities: object, more: object = {}) =>
      JSON.parse(bodies([enters(ADA)], { identities, fields: {}, ...more })[0]!).attributes[0];
    const rest = { _update_existing_only: true, tributary_segments: { add: [EXAMPLE_SEGMENT] } };
    const alias = { alias: { label: 'crm', from: ['CRMID'] } };
    expect(first(alias)).toEqual({ user_alias: { alias_name: 'C00042', alias_label: 'crm' }, ...rest });
    expect(first({ email: true })).toEqual({ email: 'ada.okafor@example.com', ...rest });
    expect(first({ phone: true }, { createsUsers: true })).toEqual({
      phone: '+15035550142',
      ...rest,
      _update_existing_only: false,
    });
  });

  it('says memberships as booleans where that is wanted', () => {
    const membership = { as: 'booleans' };
    expect(JSON.parse(bodies([enters(ADA), leaves(ADA, 'vip')], { membership, fields: {} })[0]!).attributes).toEqual([
      { external_id: 'C00042', _update_existing_only: true, 'tributary_cart-abandoners': true, tributary_vip: false },
    ]);
  });

  it('takes the first of its namespaces that somebody has', () => {
    const identities = { externalId: ['ECID', 'CRMID', 'Email'] };
    expect(bodies([enters(ADA)], { identities })).toEqual([ENTRY]);
  });

  it('is not sent more audiences than the array can hold, two ways to a user, or fields that it sets itself', () => {
    const many = Array.from({ length: 26 }, (_, n) => `a${n}`);
    expect(problemsOf({ segments: many })).toEqual([expect.stringContaining('cuts off what is beyond 25')]);
    const membership = { as: 'array', maxLength: 26 };
    expect(problemsOf({ segments: many, membership })).toEqual([]);
    expect(problemsOf({ identities: { externalId: ['CRMID'], email: true } })).toEqual([
      expect.stringContaining('exactly one'),
    ]);
    expect(problemsOf({ identities: {} })).toEqual([expect.stringContaining('exactly one')]);
    expect(problemsOf({ fields: { tributary_segments: 'a', external_id: 'b', email: 'c' } })).toHaveLength(2);
    expect(problemsOf({ identities: { email: true }, fields: { email: 'c' } })).toHaveLength(1);
    expect(problemsOf({ url: 'https://rest.fra-01.braze.eu/users' })).toEqual([expect.stringContaining('host only')]);
    expect(problemsOf({ url: 'https://evil.example.com?x=.braze.eu' })).toHaveLength(1);
  });

  it('reads errors by position inside a 201, each once', () => {
    const error = { type: 'EXTERNAL_USER_ID_TOO_LARGE', input_array: 'attributes', index: 1 };
    expect(answered({ message: 'success', attributes_processed: 2, errors: [error, error] }, 3)).toEqual({
      kind: 'rows',
      results: [
        { delivered: true },
        expect.objectContaining({ errorClass: 'drop', reason: 'external-user-id-too-large' }),
        { delivered: true },
      ],
    });
  });

  it('has smaller requests find out who was not taken where an error does not say', () => {
    const sentence = "'external_id' C00042 is not a valid attribute";
    const answer = answered({ message: 'success', errors: [{ type: sentence }] }, 3);
    expect(answer).toMatchObject({ kind: 'split', failure: { reason: 'rejected', detail: sentence } });
    expect(answered({ message: 'success', errors: [{ type: 'X_Y', index: 3 }] }, 3)).toMatchObject({ kind: 'split' });
    expect(answered({ message: 'success', errors: [{}] }, 3)).toMatchObject({ kind: 'split' });
  });

  it('takes nobody for delivered where fewer were processed than sent, or the message is of no success', () => {
    const unreadable = { kind: 'all', result: expect.objectContaining({ errorClass: 'retry' }) };
    expect(answered({ message: 'success', attributes_processed: 2 }, 3)).toEqual(unreadable);
    expect(answered({ message: 'Valid data must be provided' }, 3)).toEqual(unreadable);
  });

  it('takes what is queued in maintenance for delivered', () => {
    expect(answered({ message: 'queued' }, 2, 202)).toEqual({
      kind: 'rows',
      results: [{ delivered: true }, { delivered: true }],
    });
  });

  it('comes again when the limit begins anew', () => {
    const headers = { 'x-ratelimit-reset': '1795512603', date: new Date(1_795_512_600_000).toUTCString() };
    const limited = (more: object) => brazeAnswer({ kind: 'response', status: 429, body: '', ...more }, 2);
    expect(limited({ headers })).toMatchObject({ result: { errorClass: 'wait', waitMs: 3_000 } });
    expect(limited({ headers, retryAfterMs: 7_000 })).toMatchObject({ result: { errorClass: 'wait' } });
    expect(limited({ headers: { ...headers, date: '' } })).not.toHaveProperty('result.waitMs');
    expect(limited({ headers: { ...headers, 'x-ratelimit-reset': 'soon' } })).not.toHaveProperty('result.waitMs');
    expect(limited({ headers: { ...headers, 'x-ratelimit-reset': '1' } })).not.toHaveProperty('result.waitMs');
  });
});

const described = apiDescription('braze/braze-openapi.yaml');

describeOutside(described, "Braze's own description", () => {
  it('has the call, with an array of attributes in its example', () => {
    const { method, url } = previewOf(WRITTEN, [enters(ADA)]).requests[0]!;
    const operation = described.operation(method, new URL(url).pathname);
    expect(described.servers()).toContain(new URL(url).origin);
    const example = operation.requestExample() as { attributes: readonly Record<string, unknown>[] };
    expect(Object.keys(example.attributes[0]!)).toContain('external_id');
  });
});
