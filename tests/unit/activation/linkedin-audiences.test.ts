import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { peopleAnswer } from '#core/activation/destinations/linkedin-audiences/answers.ts';
import { linkedInAudiences } from '#core/activation/destinations/linkedin-audiences/definition.ts';
import { detailsOf } from '#core/activation/destinations/linkedin-audiences/normalise.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { entered, exited, NOW } from './factories.ts';
import { ADA, BJORN, destinationOf, requestsAbout } from './vendor-requests.ts';

const type = linkedInAudiences as unknown as AnyRequestType;
const written = { adAccount: '512345678', details: {}, audiences: { A1: '987654321' } };
const context = { credentials: {}, now: NOW, segmentName: () => 'Cart abandoners', audienceId: () => undefined };
const answered = (status: number, body: unknown, headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'response',
  status,
  headers,
  body: JSON.stringify(body),
});
const at = (ms: number): Record<string, string> => ({ date: new Date(ms).toUTCString() });

describe('requests to LinkedIn', () => {
  it('has the worked example of an entry and an exit in one request, byte for byte', () => {
    const [request, ...others] = requestsAbout(type, written, [
      [ADA, entered('A1')],
      [BJORN, exited('A1')],
    ]);
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      url: 'https://api.linkedin.com/rest/dmpSegments/987654321/users',
      headers: {
        'linkedin-version': '202603',
        'x-restli-method': 'BATCH_CREATE',
        'x-restli-protocol-version': '2.0.0',
      },
    });
    expect(request!.body).toBe(
      '{"elements":[' +
        '{"action":"ADD","userIds":[{"idType":"SHA256_EMAIL","idValue":"70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8"},{"idType":"GOOGLE_AID","idValue":"5f3b2c1d-9a8e-4c7d-b6a5-0e1f2d3c4b5a"}],"firstName":"Ada","lastName":"Okafor","country":"US"},' +
        '{"action":"REMOVE","userIds":[{"idType":"SHA256_EMAIL","idValue":"2ccb6d541bd1ee2b5ea2a5063d273c67f5252832c1accd4d917628675a35cf7e"}]}]}',
    );
  });

  it('says nothing in plain text unless it is asked to', () => {
    const [request] = requestsAbout(type, { ...written, details: undefined }, [[ADA, entered('A1')]]);
    expect(request!.body).not.toMatch(/Ada|Okafor/);
    expect(
      linkedInAudiences.attributes(
        linkedInAudiences.definition.parse({ id: 'x', type: 'linkedin-audiences', segments: ['A1'], adAccount: '1' }),
      ),
    ).toEqual([]);
  });

  it('leaves out what LinkedIn would not take', () => {
    expect(
      detailsOf({ firstName: 'A'.repeat(36), lastName: ' B ', title: 'T'.repeat(51), company: 7, country: 'Germany' }),
    ).toEqual({ lastName: 'B' });
    expect(detailsOf({ firstName: digest('ada'), title: 'T'.repeat(50), company: 'Acme', country: 'de' })).toEqual({
      title: 'T'.repeat(50),
      company: 'Acme',
      country: 'DE',
    });
  });
});

describe('answers of LinkedIn', () => {
  const call = { segment: '987654321' };
  const rows = [1, 2, 3, 4].map(() => ({ action: 'ADD' as const, userIds: [] }));

  it('speak of each element by its status', () => {
    const elements = [{ status: 201 }, { status: 400, error: { message: 'bad' } }, { status: 429 }, { status: 500 }];
    expect(peopleAnswer(answered(200, { elements }), rows, call)).toMatchObject({
      kind: 'rows',
      results: [
        { delivered: true },
        { errorClass: 'drop', detail: 'bad' },
        { errorClass: 'wait', waitMs: 60_000 },
        { errorClass: 'retry' },
      ],
    });
    expect(peopleAnswer(answered(200, { elements: [{ status: 302 }] }), rows, call)).toMatchObject({
      results: [{ errorClass: 'drop' }],
    });
  });

  it.each([
    [400, 'split', { failure: { errorClass: 'drop' } }],
    [422, 'split', { failure: { errorClass: 'drop' } }],
    [403, 'all', { result: { errorClass: 'stop' } }],
    [426, 'all', { result: { errorClass: 'stop' } }],
    [429, 'all', { result: { errorClass: 'wait', waitMs: 60_000 } }],
    [500, 'all', { result: { errorClass: 'retry' } }],
  ])('with status %d are about all', (status, kind, more) => {
    expect(peopleAnswer(answered(status, { status, message: 'words' }), rows, call)).toMatchObject({ kind, ...more });
  });

  it('say that a new segment is not there, which is waited for while it is young', () => {
    const destination = destinationOf(type, { ...written, audiences: {} });
    const made = type.audiences!.created(
      answered(201, '', { ...at(NOW), 'x-linkedin-id': '987' }),
      { segmentId: 'A1', kind: '' },
      destination,
    );
    const { id: segment } = made as { readonly id: string };
    const asked = requestsAbout(type, { ...written, audiences: {} }, [[ADA, entered('A1')]], {
      audienceId: () => segment,
    });
    expect(asked[0]!.url).toBe('https://api.linkedin.com/rest/dmpSegments/987/users');
    const later = (ms: number) => peopleAnswer(answered(404, {}, at(NOW + ms)), rows, { segment });
    expect(later(90_000)).toMatchObject({
      result: { errorClass: 'wait', reason: 'segment-not-ready', waitMs: 30_000 },
    });
    expect(later(16 * 60_000)).toMatchObject({ result: { errorClass: 'stop' } });
    // One that the catalog names is not young.
    expect(peopleAnswer(answered(404, {}, at(NOW)), rows, call)).toMatchObject({ result: { errorClass: 'stop' } });
  });
});

describe('segments at LinkedIn', () => {
  const destination = destinationOf(type, { ...written, audiences: {} });
  const key = { segmentId: 'A1', kind: '' };
  it('are found by the id of the segment here, among those of all', () => {
    const found = (...sources: readonly string[]) =>
      type.audiences!.found!(
        answered(200, { elements: sources.map((sourceSegmentId, i) => ({ id: i, sourceSegmentId })) }),
        key,
        destination,
      );
    expect(found('other.A1', 'tried.A1')).toEqual({ id: '1' });
    expect(found('tried.A2')).toEqual({});
    const { searchParams } = new URL(type.audiences!.find!(key, destination, context).url);
    expect(Object.fromEntries(searchParams)).toEqual({
      q: 'account',
      account: 'urn:li:sponsoredAccount:512345678',
      sourceSegmentId: 'tried.A1',
      sourcePlatform: 'STREAMING',
    });
  });
  it('have no id where the header is missing', () => {
    expect(type.audiences!.created(answered(201, {}), key, destination)).toMatchObject({ errorClass: 'retry' });
  });
});

const SPEC = outsideData('data/specs/linkedin/linkedin-marketing-audience.third-party.yml');

describeOutside(SPEC, 'requests to LinkedIn, as a third party describes them', () => {
  const breaches = (name: string, body: string): unknown => {
    const { components } = parse(readFileSync(SPEC.path, 'utf8'));
    const validate = new Ajv({ strict: false, allErrors: true }).compile({
      components,
      $ref: `#/components/schemas/${name}`,
    });
    return validate(JSON.parse(body)) ? [] : validate.errors;
  };
  it('are people, and segments', () => {
    const all = { ...written, identifiers: ['SHA256_EMAIL', 'GOOGLE_AID', 'APPLE_IDFA'] };
    const [request] = requestsAbout(type, all, [
      [ADA, entered('A1')],
      [BJORN, exited('A1')],
    ]);
    expect(breaches('UserStreamRequest', request!.body)).toEqual([]);
    expect(breaches('UserStreamRequest', request!.body.replace('"ADD"', '"PUT"'))).not.toEqual([]);
    const destination = destinationOf(type, { ...all, segmentType: 'USER_STREAMING' });
    const { body } = type.audiences!.create({ segmentId: 'A1', kind: '' }, destination, context);
    expect(breaches('DmpSegmentCreateRequest', body)).toEqual([]);
  });
});
