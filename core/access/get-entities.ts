import { storedKey } from '#core/profile/stored-key.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import {
  type AccessDeps,
  type AccessProblem,
  type AskedIdentity,
  type EntitiesRequest,
  EVENT_SCHEMA,
  isAccessProblem,
} from './access.ts';
import { type EntityAnswer, entityOf } from './entity.ts';
import { type EventPage, pageOfEvents } from './events.ts';
import { findProfile } from './find-profile.ts';
import { parseToken } from './page-token.ts';
import { type PropertyFilter, parsePropertyFilter } from './property-filter.ts';

/** What is said of one identity. */
export type IdentityAnswer = EntityAnswer | EventPage | (AccessProblem & { readonly entityId: string });

export interface EntitiesAnswer {
  readonly status: 200 | 207 | 404 | 422;
  /** In the order in which they were asked for. */
  readonly answers: readonly NamedAnswer[];
}

export interface NamedAnswer {
  /** The entityId that was asked for; `NS:value` where several identities of a request have the same. */
  readonly name: string;
  readonly asked: AskedIdentity;
  /** The identity that is meant; undefined where that could not be told. */
  readonly key: IdentityKey | undefined;
  readonly answer: IdentityAnswer;
}

const IDENTITIES_CONCURRENCY = 8;
/** Events that a function can answer with, in characters of JSON: Lambda's limit is 6 MB. */
const MAX_CHARACTERS = 4_000_000;
/** A request may have so many conditions on fields of events (aep.md §4.2). */
const MAX_FILTERS = 3;

/**
 * Profiles, or the events of profiles, by any of their identities (aep.md §4.2).
 * @returns 200 when all were found, 207 when some were, else 404 or 422; or what is wrong with the request as a whole
 */
export async function getEntities(request: EntitiesRequest, deps: AccessDeps): Promise<EntitiesAnswer | AccessProblem> {
  const { mergePolicyId } = request;
  const mergePolicy = mergePolicyId === undefined ? deps.settings.mergePolicy : deps.settings.policyOf(mergePolicyId);
  if (!mergePolicy) {
    return unprocessable('Unknown merge policy', 'The catalog has no merge policy of this mergePolicyId');
  }
  const filters = filtersOf(request.properties);
  if (isAccessProblem(filters)) return filters;
  const maxCharacters = Math.floor(MAX_CHARACTERS / Math.max(1, request.identities.length));

  const answerOne = async (asked: AskedIdentity, written: IdentityKey | AccessProblem): Promise<IdentityAnswer> => {
    const { entityId } = asked;
    if (typeof written !== 'string') return { entityId, ...written };
    const key = await storedKey(written, deps.settings.normalForms, deps.profiles);
    const after = asked.start ? parseToken(asked.start) : undefined;
    if (asked.start && !after) return { entityId, ...BAD_START };
    const found = await findProfile(key, mergePolicy, deps);
    if (!found) return { entityId, ...NOT_FOUND };
    return request.schema === EVENT_SCHEMA
      ? pageOfEvents(asked, found, { ...request, filters, maxCharacters, ...(after && { after }) }, deps)
      : entityOf({ entityId, key }, found, { ...request, mergePolicyId: mergePolicy.id }, deps);
  };

  const keys = request.identities.map((asked) => keyOf(asked, deps));
  const found = new Map<AskedIdentity, IdentityAnswer>();
  await mapWithConcurrency([...request.identities.entries()], IDENTITIES_CONCURRENCY, async ([at, asked]) => {
    found.set(asked, await answerOne(asked, keys[at]!));
  });
  const names = namesOf(request.identities);
  const answers = request.identities.map((asked, at) => {
    const key = keys[at]!;
    return { name: names[at]!, asked, key: typeof key === 'string' ? key : undefined, answer: found.get(asked)! };
  });
  return { status: statusOf(answers), answers };
}

function filtersOf(properties: readonly string[]): readonly PropertyFilter[] | AccessProblem {
  if (properties.length > MAX_FILTERS) {
    return unprocessable('Too many properties', `At most ${MAX_FILTERS} conditions are possible in one request`);
  }
  const filters = properties.flatMap((text) => parsePropertyFilter(text) ?? []);
  if (filters.length === properties.length) return filters;
  return unprocessable('Malformed property', 'Expected a field, one of = != < <= > >=, and a value: a.b.c>=10');
}

/** The identity that is meant; without a namespace the value has it before it, as the platform writes identities. */
function keyOf({ entityId, namespace }: AskedIdentity, { settings }: AccessDeps): IdentityKey | AccessProblem {
  const { namespace: prefix, value } = parseIdentityKey(entityId);
  const isWhole = namespace === undefined && entityId.includes(':');
  if (namespace === undefined && !isWhole) {
    return unprocessable('Missing namespace', 'Give the namespace of the entityId: its code or its URI');
  }
  const code = settings.namespaceOf(namespace ?? prefix);
  if (code === undefined) {
    return unprocessable('Unknown namespace', 'The catalog has no identity namespace of this code or URI');
  }
  return identityKey({ namespace: code, value: isWhole ? value : entityId });
}

/** What each identity is called in the answer. */
function namesOf(identities: readonly AskedIdentity[]): string[] {
  const times = new Map<string, number>();
  for (const { entityId } of identities) times.set(entityId, (times.get(entityId) ?? 0) + 1);
  return identities.map(({ entityId, namespace }) =>
    namespace !== undefined && times.get(entityId)! > 1 ? `${namespace}:${entityId}` : entityId,
  );
}

function statusOf(answers: readonly NamedAnswer[]): EntitiesAnswer['status'] {
  const statuses = new Set(answers.map(({ answer }) => (isAccessProblem(answer) ? answer.status : 200)));
  const [only = 200] = statuses;
  return statuses.size > 1 ? 207 : (only as EntitiesAnswer['status']);
}

const unprocessable = (title: string, detail: string): AccessProblem => ({ status: 422, title, detail });

const NOT_FOUND: AccessProblem = {
  status: 404,
  title: 'Not found',
  detail: 'Nobody is known by this identity, or it has no data under this merge policy',
};
const BAD_START = unprocessable('Malformed start', 'Expected the token of _page.next of the page before');
