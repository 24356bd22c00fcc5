import { type AccessProblem, type EntitiesRequest, EVENT_SCHEMA, isAccessProblem } from '#core/access/access.ts';
import { type EntitiesAnswer, getEntities } from '#core/access/get-entities.ts';
import { entitiesOf } from '#core/access/links.ts';
import { readBody, readQuery } from '#core/access/request.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';

export interface ProfileAccessDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly timeline: Timeline;
  readonly now: Clock;
}

/** AEP has it below `/data/core/ups`; whatever a stage puts before it. */
const PATH = /\/access\/entities\/?$/;

/** Answers a call of the profile access API in the shapes of AEP (aep.md §4.2). */
export async function access(call: HttpCall, deps: ProfileAccessDeps): Promise<HttpAnswer> {
  const { method, path, body } = call;
  if (!PATH.test(path)) return rejection(404, 'There is nothing at this address', 'Expected …/access/entities');
  if (method !== 'GET' && method !== 'POST') {
    return { ...rejection(405, 'Only GET and POST are possible here'), headers: { allow: 'GET, POST' } };
  }
  const request = method === 'POST' ? readBody(body) : readQuery(new URLSearchParams(call.rawQuery));
  if (isAccessProblem(request)) return asAnswer(request);
  const { catalog: port, now, ...stores } = deps;
  const settings = stageSettings(await port.current()).access;
  const answer = await getEntities(request, { ...stores, settings, now: now() });
  if (isAccessProblem(answer)) return asAnswer(answer);
  return method === 'POST' ? manyOf(answer, request) : oneOf(answer, request);
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
