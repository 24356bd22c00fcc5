import { expect, it } from 'vitest';
import { missingKeys, probe } from '#core/activation/deliver/probe.ts';
import type { RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { failed } from '#core/activation/item-results.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { NOW, ok, status } from './factories.ts';

const http = requestTypeOf({ id: 'd', type: 'http', segments: [], enabled: true })!;
const destination = http.definition.parse({
  id: 'd',
  type: 'http',
  segments: ['A1'],
  url: 'https://x.example.com',
  authentication: { type: 'oauth2ClientCredentials', tokenUrl: 'https://x.example.com/token' },
}) as ProfileDestination;
const SECRET = JSON.stringify({ clientId: 'i', clientSecret: 's' });
const asking: RequestDestination<ProfileDestination> = {
  ...http,
  probe: () => ({ method: 'GET', url: 'https://x.example.com/me', headers: {}, body: '', timeoutMs: 1_000 }),
};

async function tried(
  type: RequestDestination<ProfileDestination>,
  answer: (request: HttpRequest) => HttpOutcome,
  secret = SECRET,
) {
  const steps = await probe(destination, type, secret, {
    http: async (request) => answer(request),
    tokens: createMemoryVendorState(() => NOW).tokens,
    now: () => NOW,
  });
  return steps.map(({ step, outcome, reason }) => [step, outcome, reason].filter(Boolean).join(' '));
}
const token = ({ url }: HttpRequest): HttpOutcome => (url.endsWith('/token') ? ok('{"access_token":"t"}') : ok());

it('tries a destination step by step, up to the first that fails', async () => {
  expect(await tried(asking, token)).toEqual(['secret ok', 'credentials ok', 'permission ok']);
  expect(await tried(asking, token, '{"clientId": 5}')).toEqual(['secret failed secret-unusable']);
  expect(await tried(asking, () => status(401))).toEqual(['secret ok', 'credentials failed token-http-401']);
  const forbidden = (request: HttpRequest) => (request.url.endsWith('/token') ? token(request) : status(403));
  expect(await tried(asking, forbidden)).toEqual(['secret ok', 'credentials ok', 'permission failed http-403']);
  const inside = { ...asking, probed: () => failed('stop', 'terms-not-accepted') };
  expect(await tried(inside, token)).toContain('permission failed terms-not-accepted');
});

it('takes what a look at a receiver shows for no more than that', async () => {
  const looking = { ...asking, probeShows: 'receiver' as const };
  const answering = (body: HttpOutcome) => (request: HttpRequest) =>
    request.url.endsWith('/token') ? token(request) : body;
  const mayWrite = 'permission not-tried may-write-would-be-seen';
  expect(await tried(looking, answering(ok()))).toEqual(['secret ok', 'credentials ok', 'receiver ok', mayWrite]);
  expect((await tried(looking, answering(status(404)))).slice(2)).toEqual(['receiver failed http-404', mayWrite]);
  const denied = { ...looking, probed: () => failed('stop', 'AccessDeniedException') };
  expect((await tried(denied, answering(ok()))).slice(2)).toEqual(['receiver unknown may-not-look', mayWrite]);
});

/** What a look at a stream says of an answer. */
function look(written: object, answer: HttpOutcome): string {
  const { type: name } = written as { type: string };
  const type = requestTypeOf({ id: 's', type: name, segments: [], enabled: true })!;
  const stream = type.definition.parse({ id: 's', segments: ['A1'], ...written }) as ProfileDestination;
  return type.probed!(answer, stream)?.reason ?? 'ok';
}

it('compares what a stream, queue or bus says of itself with the catalog', () => {
  const AT = 'eu-central-1:111122223333:';
  const kinesis = { type: 'kinesis', stream: `arn:aws:kinesis:${AT}stream/audiences`, maxRecordBytes: 2 ** 21 };
  const summary = (found: object) => ok(JSON.stringify({ StreamDescriptionSummary: found }));
  expect(look(kinesis, summary({ StreamStatus: 'ACTIVE', MaxRecordSizeInKiB: 2_048 }))).toBe('ok');
  expect(look(kinesis, summary({ StreamStatus: 'UPDATING' }))).toBe('ok');
  expect(look(kinesis, summary({ StreamStatus: 'DELETING' }))).toBe('stream-deleting');
  expect(look(kinesis, summary({ StreamStatus: 'ACTIVE', MaxRecordSizeInKiB: 1_024 }))).toBe(
    'stream-takes-less-than-maxRecordBytes',
  );
  const sqs = { type: 'sqs', queue: `arn:aws:sqs:${AT}audiences.fifo`, maxMessageBytes: 262_144 };
  const attributes = (bytes: number) => ok(JSON.stringify({ Attributes: { MaximumMessageSize: String(bytes) } }));
  expect([262_143, 262_144].map((bytes) => look(sqs, attributes(bytes)))).toEqual([
    'queue-takes-less-than-maxMessageBytes',
    'ok',
  ]);
  const bus = `arn:aws:events:${AT}event-bus/audiences`;
  const eventbridge = { type: 'eventbridge', bus };
  expect(look(eventbridge, ok(JSON.stringify({ Arn: bus })))).toBe('ok');
  expect(look(eventbridge, ok(JSON.stringify({ Arn: bus.replace('1111', '9999') })))).toBe('another-bus');
  for (const destination of [kinesis, sqs, eventbridge]) {
    expect(look(destination, ok('<html>'))).toBe('unreadable-answer');
    expect(look(destination, status(503))).toBe('http-503');
  }
});

it('says so where nothing can be asked without changing something, and what the secret lacks', async () => {
  expect(await tried(http, token)).toEqual(['secret ok', 'credentials ok', 'permission not-tried no-harmless-request']);
  expect(missingKeys(http, SECRET)).toEqual(['signingKey', 'bearerToken', 'tokenUrl']);
});
