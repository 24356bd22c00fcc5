import { EDGE_REQUESTS_PER_ADDRESS } from '#core/contract/routes.ts';
import { addressOf, type EdgeAddress } from '#core/edge/address.ts';
import { corsHeaders, isAllowedOrigin, PREFLIGHT } from '#core/edge/origin.ts';
import { type EdgeProblem, edgeProblem, isEdgeProblem } from '#core/edge/problem.ts';
import type { CompiledDatastream, EdgeSettings } from '#core/edge/settings.ts';
import { keysOf, matchesKey } from '#core/ingestion/collection/connection.ts';
import type { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { answerCall, type CallAnswer } from './call.ts';
import type { EdgeDeps } from './deps.ts';

/**
 * Answers a call of a Web SDK, or of a server in the same protocol (docs/edge.md). Whatever the answer is, the page that
 * called can read it; a page of an origin that the datastream does not allow cannot, and nothing of it is ingested.
 */
export async function answerEdge(call: HttpCall, limiter: RateLimiter, deps: EdgeDeps): Promise<HttpAnswer> {
  const { origin } = call.headers;
  const address = addressOf(call.path);
  const requestId = requestIdOf(call, deps);
  if (!address) return problemAnswer(NOTHING_HERE, requestId, origin);
  const settings = await deps.catalog.current();
  const datastream = datastreamOf(call, address, settings);
  if (isEdgeProblem(datastream)) return problemAnswer(datastream, requestId, origin);
  const { definition } = datastream;
  if (origin !== undefined && !isAllowedOrigin(origin, definition.allowedOrigins)) {
    return problemAnswer(NOT_ALLOWED, requestId, undefined);
  }
  const toPage = origin === undefined ? {} : corsHeaders(origin);
  if (call.method === 'OPTIONS') return { status: 204, headers: { ...toPage, ...PREFLIGHT } };
  const wait = call.sourceIp === undefined ? 0 : limiter.take(call.sourceIp, EDGE_REQUESTS_PER_ADDRESS, deps.now());
  if (wait > 0) return tooMany(wait, requestId, toPage);
  const isAuthenticated = authenticate(call, address, datastream);
  if (typeof isAuthenticated === 'object') return problemAnswer(isAuthenticated, requestId, origin);
  const facts = { call, address, datastream, settings, isAuthenticated, requestId, now: deps.now() };
  const answer = await answerCall(facts, deps);
  if (isEdgeProblem(answer)) return problemAnswer(answer, requestId, origin);
  return withEdge(answer, toPage, deps);
}

/** The answer to a call that failed for no fault of its own; the page may try again. */
export const unavailable = (call: HttpCall, deps: Pick<EdgeDeps, 'newId'>): HttpAnswer => {
  const answer = problemAnswer(UNAVAILABLE, requestIdOf(call, deps), call.headers.origin);
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
};

const UNAVAILABLE = edgeProblem('0000-503', 'Nothing was ingested; try again');
const NOTHING_HERE = {
  ...edgeProblem('0104-422', 'There is nothing at this address; an edge hint in it has to be one that an answer gave'),
  status: 404,
};
const NOT_ALLOWED = edgeProblem('0400-403', 'Pages of this origin may not call the datastream (allowedOrigins)');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The caller's, which stays the same when it tries again, where it is one that nobody else has. */
function requestIdOf({ query, headers }: HttpCall, { newId }: Pick<EdgeDeps, 'newId'>): string {
  const given = query.requestId ?? headers['x-request-id'] ?? '';
  return UUID.test(given) ? given.toLowerCase() : newId();
}

/** Clients write the name of the parameter in several ways. */
const PARAMETERS = ['configid', 'datastreamid'];

function datastreamOf(
  { query }: HttpCall,
  { version }: EdgeAddress,
  settings: EdgeSettings,
): CompiledDatastream | EdgeProblem {
  const [, id] = Object.entries(query).find(([name]) => PARAMETERS.includes(name.toLowerCase())) ?? [];
  if (!id) return edgeProblem('0002-400', `Name the datastream: ?${version === 1 ? 'configId' : 'datastreamId'}=…`);
  const datastream = settings.datastreams.get(id);
  if (!datastream) return edgeProblem('0003-400', 'The catalog has no datastream of this id');
  return datastream.definition.enabled ? datastream : edgeProblem('0004-422', 'The datastream is disabled');
}

/** Whether the caller has shown a key of the datastream. One that shows a wrong key is not taken for nobody. */
function authenticate(
  { headers }: HttpCall,
  { version }: EdgeAddress,
  { definition }: CompiledDatastream,
): boolean | EdgeProblem {
  const keys = version === 2 || definition.accessType === 'authenticated' ? keysOf(headers) : [];
  if (matchesKey(definition.serverKeySha256, keys)) return true;
  if (keys.length > 0) return edgeProblem('0503-401', 'The key is none of the datastream (serverKeySha256)');
  return definition.accessType === 'authenticated' ? NO_KEY : false;
}

const NO_KEY = edgeProblem(
  '0500-401',
  'The datastream takes calls with a key only: "Authorization: Bearer <key>" or "x-api-key: <key>"',
);

function problemAnswer(problem: EdgeProblem, requestId: string, origin: string | undefined): HttpAnswer {
  const body = { ...problem, report: { requestId, ...problem.report } };
  // An error holds nothing of anybody, so whoever asked may read it.
  return { status: problem.status, headers: origin === undefined ? {} : corsHeaders(origin), body };
}

function tooMany(seconds: number, requestId: string, headers: Readonly<Record<string, string>>): HttpAnswer {
  const detail = 'Too many requests of this address; wait as long as Retry-After says';
  const body = { ...edgeProblem('0000-503', detail), status: 429, title: 'Too many requests', report: { requestId } };
  return { status: 429, headers: { ...headers, 'retry-after': String(seconds) }, body };
}

function withEdge(answer: CallAnswer, toPage: Readonly<Record<string, string>>, { region }: EdgeDeps): HttpAnswer {
  const headers = { ...toPage, 'x-adobe-edge': `${region.location};${region.aamRegion}` };
  return { ...answer, headers };
}
