import { type AccessProblem, type EntitiesRequest, EVENT_SCHEMA, isAccessProblem } from '#core/access/access.ts';
import { type EntitiesAnswer, getEntities } from '#core/access/get-entities.ts';
import { entitiesOf } from '#core/access/links.ts';
import { type ReadLog, readOf, readPurpose } from '#core/access/read-log.ts';
import { conditionProblem, hiddenFrom, withoutHidden } from '#core/access/readable.ts';
import { readBody, readQuery } from '#core/access/request.ts';
import type { Caller } from '#core/callers/caller.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { Digests, SuppressionSettings } from '#core/governance/suppression.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { missingScope } from '../management/caller-problem.ts';

export interface ProfileAccessDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly timeline: Timeline;
  /** Where it is written who read whom: before anything is answered. */
  readonly readLog: Pick<ReadLog, 'append'>;
  /** Of identities, for that. */
  digests(settings: SuppressionSettings): Promise<Digests>;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}

/** AEP has it below `/data/core/ups`; whatever a stage puts before it. */
const PATH = /\/access\/entities\/?$/;

/**
 * Answers a call of the profile access API in the shapes of AEP (aep.md §4.2). What is asked for is written down first: who
 * asked, from where, for what purpose, of whom. Where that cannot be written nothing is answered.
 */
export async function access(call: HttpCall, caller: Caller, deps: ProfileAccessDeps): Promise<HttpAnswer> {
  const { method, path, body } = call;
  if (!PATH.test(path)) return rejection(404, 'There is nothing at this address', 'Expected …/access/entities');
  if (method !== 'GET' && method !== 'POST') {
    return { ...rejection(405, 'Only GET and POST are possible here'), headers: { allow: 'GET, POST' } };
  }
  const request = method === 'POST' ? readBody(body) : readQuery(new URLSearchParams(call.rawQuery));
  if (isAccessProblem(request)) return asAnswer(request);
  const purpose = readPurpose(call.headers['x-purpose']);
  if (typeof purpose === 'object') return asAnswer(purpose);
  const { catalog: port, now, ...stores } = deps;
  const settings = stageSettings(await port.current());
  const hidden = hiddenFrom(caller, settings.access.labelledFields);
  if (!hidden) return missingScope('profile:read');
  const obstacle = conditionProblem(request.properties, hidden);
  if (obstacle) return asAnswer(obstacle);
  const answer = await getEntities(request, { ...stores, settings: settings.access, now: now() });
  if (isAccessProblem(answer)) return asAnswer(answer);
  const reader = { caller, address: call.sourceIp, purpose };
  const read = readOf(request, answer, reader, {
    id: deps.newId(),
    at: now(),
    digestOf: await deps.digests(settings.suppression),
  });
  await deps.readLog.append(read);
  const shown = withoutHidden(answer, hidden);
  return method === 'POST' ? manyOf(shown, request) : oneOf(shown, request);
}

const manyOf = ({ status, answers }: EntitiesAnswer, request: EntitiesRequest): HttpAnswer => ({
  status,
  body: entitiesOf(answers, request, 'payload'),
});

/** One identity: its profile by its id, its events as they are, or why there is neither. */
function oneOf({ status, answers }: EntitiesAnswer, request: EntitiesRequest): HttpAnswer {
  const [only] = answers;
  if (only && isAccessProblem(only.answer)) return asAnswer(only.answer);
  const entities = entitiesOf(answers, request, 'address');
  return { status, body: request.schema === EVENT_SCHEMA ? entities[only!.name]! : entities };
}

const TYPE = 'https://tributary.example/problem/profile-access';

const asAnswer = ({ status, title, detail }: AccessProblem): HttpAnswer => rejection(status, title, detail);

/** An answer of the profile access API that gives no profile. @param status of HTTP */
export const rejection = (status: number, title: string, detail?: string): HttpAnswer => ({
  status,
  body: { type: TYPE, status, title, ...(detail !== undefined && { detail }) },
});
