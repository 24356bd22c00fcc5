import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import {
  MAX_BATCH_BYTES,
  malformed,
  messagesOf,
  type RawBody,
  rawRecordsOf,
  unpackBody,
} from '#core/ingestion/collection/body.ts';
import { isProblem } from '#core/ingestion/collection/connection.ts';
import { type Problem, problem } from '#core/ingestion/collection/problem.ts';
import type { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { isBinaryEvent, structuredEvent } from '#core/ingestion/raw-records/binary-event.ts';
import { isRaw } from '#core/ingestion/raw-records/connections.ts';
import { collectMessage, validateNow } from '#core/pipeline/collect.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CollectedMessage, CollectionStream } from '#core/ports/collection-stream.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { Callers } from '../management/caller.ts';
import { senderOn } from '../sender.ts';

export interface CollectDeps {
  readonly catalog: CatalogPort;
  readonly callers: Callers;
  readonly stream: CollectionStream;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}

/** `/collection/{connectionId}` and `/collection/batch/{connectionId}`, whatever a stage puts before it. */
const PATH = /\/collection\/(?<batch>batch\/)?(?<connectionId>[^/]+)\/?$/;

/** Synchronous validation is for development: so many requests a minute and connection (aep.md §2.1). */
const VALIDATIONS = { perSecond: 1, burst: 60 };

/** Answers a call of the collection endpoint (aep.md §2.1): checks, limits and passes on what was sent. */
export async function collect(call: HttpCall, limiter: RateLimiter, deps: CollectDeps): Promise<HttpAnswer> {
  const { batch, connectionId } = PATH.exec(call.path)?.groups ?? {};
  if (connectionId === undefined) return problem(404, 'inlet', 'There is nothing at this address');
  const catalog = await deps.catalog.current();
  const id = decode(connectionId);
  const isOpen = catalog.sourceConnections.get(id)?.authenticationRequired === false;
  if (call.method === 'OPTIONS' && isOpen) return { status: 204, headers: { ...TO_PAGES, ...MAY_SEND } };
  const answer = await take(call, { id, isBatch: batch !== undefined, catalog }, limiter, deps);
  return isOpen ? { ...answer, headers: { ...answer.headers, ...TO_PAGES } } : answer;
}

/** Pages in a browser, of whatever site, may send on a connection that is open to anybody, and read what is said of it. */
const TO_PAGES = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };
const MAY_SEND = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type, content-encoding, x-adobe-flow-id',
  'access-control-max-age': '86400',
};

interface Addressed {
  /** Of the connection. */
  readonly id: string;
  readonly isBatch: boolean;
  readonly catalog: CompiledCatalog;
}

async function take(
  call: HttpCall,
  { id, isBatch, catalog }: Addressed,
  limiter: RateLimiter,
  deps: CollectDeps,
): Promise<HttpAnswer> {
  if (call.method !== 'POST') {
    return { ...problem(405, 'inlet', 'Only POST is possible here'), headers: { allow: 'POST' } };
  }
  const wantsValidation = SYNC_VALIDATION.some((name) => call.query[name]?.toLowerCase() === 'true');
  if (isBatch && wantsValidation) return NO_VALIDATION;
  const connection = await senderOn(id, call, catalog, deps.callers);
  if ('status' in connection) return connection;
  const wait = waitFor(connection, wantsValidation, limiter, deps.now());
  if (wait > 0) return problem(429, 'limit', 'Too many requests', { retryAfter: wait });
  const mayBeSeveral = isBatch || isRaw(connection);
  const limit = mayBeSeveral ? MAX_BATCH_BYTES : MAX_RECORD_BYTES;
  const body = unpackBody(call.body, call.headers['content-encoding'], limit);
  if (isProblem(body)) return body;
  if (body.length === 0 && !isBinaryEvent(call.headers)) return malformed('The body is empty');
  const inlet = { connection, catalog, receivedTimeMs: deps.now() };
  if (isBatch) return collectBatch(messagesOf(body), inlet, deps);
  return isRaw(connection)
    ? collectRaw(rawBodyOf(call, body, connection), wantsValidation, inlet, deps)
    : collectOne(body, wantsValidation, inlet, deps);
}

/** What came on a connection whose records are raw: one, or several that are answered like a batch. */
async function collectRaw(
  body: RawBody | Problem,
  wantsValidation: boolean,
  inlet: Inlet,
  deps: CollectDeps,
): Promise<HttpAnswer> {
  if (isProblem(body)) return body;
  if (!body.areSeveral) return collectOne(body.records[0]!, wantsValidation, inlet, deps);
  return wantsValidation ? NO_VALIDATION : collectBatch(body.records, inlet, deps);
}

const NO_VALIDATION = problem(501, 'inlet', 'Synchronous validation of several messages is not possible', {
  detail: 'Send one message to /collection/{connectionId}, or omit syncValidation',
});

function rawBodyOf({ headers }: HttpCall, body: Uint8Array, { format }: SourceConnectionDefinition): RawBody | Problem {
  if (format !== 'cloudevents' || !isBinaryEvent(headers)) return rawRecordsOf(body);
  const event = structuredEvent(headers, body);
  return 'code' in event
    ? malformed(`The data of the event cannot be read. ${event.message}`)
    : { records: [event], areSeveral: false };
}

/** AEP's documentation has both names. */
const SYNC_VALIDATION = ['syncValidation', 'synchronousValidation'];

interface Inlet {
  readonly connection: SourceConnectionDefinition;
  readonly catalog: CompiledCatalog;
  readonly receivedTimeMs: number;
}

async function collectOne(
  body: Uint8Array,
  wantsValidation: boolean,
  { connection, catalog, receivedTimeMs }: Inlet,
  deps: CollectDeps,
): Promise<HttpAnswer> {
  const collected = collectMessage(body, connection, catalog, receivedTimeMs);
  if (isProblem(collected)) return collected;
  const invalid = wantsValidation ? validateNow(collected.received, catalog) : undefined;
  if (invalid) return invalid;
  const left = await deps.stream.put([collected.message]);
  if (left.size > 0) return noCapacity('The stream has no room at the moment');
  const xactionId = xaction(receivedTimeMs, deps);
  const syncValidation = wantsValidation ? { skipped: false, status: 'pass' } : { skipped: true };
  return { status: 200, body: { inletId: connection.id, xactionId, receivedTimeMs, syncValidation } };
}

async function collectBatch(
  messages: readonly Uint8Array[] | Problem,
  { connection, catalog, receivedTimeMs }: Inlet,
  deps: CollectDeps,
): Promise<HttpAnswer> {
  if (isProblem(messages)) return messages;
  const collected = messages.map((bytes) => collectMessage(bytes, connection, catalog, receivedTimeMs));
  const sent: CollectedMessage[] = collected.flatMap((one) => (isProblem(one) ? [] : [one.message]));
  const left = await deps.stream.put(sent);
  if (sent.length > 0 && left.size === sent.length) return noCapacity('The stream has no room at the moment');
  let place = 0;
  const responses = collected.map((one) => {
    if (isProblem(one)) return { statusCode: one.status, message: messageOf(one) };
    const isLeft = left.has(place++);
    if (isLeft) return { statusCode: 503, message: 'The stream has no room at the moment; send the message again' };
    return { xactionId: xaction(receivedTimeMs, deps) };
  });
  return { status: 207, body: { inletId: connection.id, batchId: deps.newId(), receivedTimeMs, responses } };
}

function waitFor(
  { id, requestsPerSecond }: SourceConnectionDefinition,
  wantsValidation: boolean,
  limiter: RateLimiter,
  now: number,
): number {
  const rate = { perSecond: requestsPerSecond, burst: Math.max(1, requestsPerSecond) };
  return limiter.take(id, rate, now) || (wantsValidation ? limiter.take(`validation of ${id}`, VALIDATIONS, now) : 0);
}

const xaction = (receivedTimeMs: number, { newId }: CollectDeps): string => `${receivedTimeMs}:${newId()}`;

/** The answer when nothing more can be taken now; it asks to come again after 2 s. */
export const noCapacity = (detail: string) => problem(503, 'limit', 'Try again later', { detail, retryAfter: 2 });

function messageOf({ body }: { readonly body: object }): string {
  const { title, detail } = body as { title: string; detail?: string };
  return detail === undefined ? title : `${title}. ${detail}`;
}

/** A part of an address that is no valid escape is nobody's id. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
