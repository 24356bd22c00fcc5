import * as z from 'zod';
import { hasSecret } from '#core/activation/give-lanes.ts';
import { TYPES } from '#core/activation/registry.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { pointerTo } from '#core/util/pointer.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDoSome } from '../management/caller.ts';
import { editDefinitions, isAnswer, tagOf } from '../management/edit.ts';
import { missingScope, problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { entitiesOf, type FlowEntity, idOf, PROFILES_SOURCE, PROFILES_SPEC, sharedOf, spec } from './entities.ts';

const FAMILY = 'flows';
const text = z.string().max(1_000);

export const newConnection = z.looseObject({
  name: text.min(1),
  description: text.optional(),
  connectionSpec: z.looseObject({ id: z.string() }),
  auth: z
    .looseObject({
      params: z.looseObject({
        sourceId: z.string().optional(),
        dataType: z.string().optional(),
        name: text.optional(),
        authenticationRequired: z.boolean().optional(),
      }),
    })
    .optional(),
});
export type NewConnection = z.output<typeof newConnection>;

/** A destination of which only the connection is there: nothing is defined before its settings are known. */
interface Begun {
  readonly destination: string;
  readonly type: string;
  readonly name: string;
  readonly description?: string;
}

/** So long a destination may take to be set up. */
const SET_UP_MS = DAY_MS;
const noteOf = (connectionId: string): string => `destination-${connectionId}`;
const connectionOf = (destination: string): string => idOf('connections', 'destination', destination);

const begunAt = async (connectionId: string, { deps }: RouteCall): Promise<Begun | undefined> =>
  (await deps.notes.get(noteOf(connectionId))) as Begun | undefined;

/**
 * `POST /connections` to a destination: takes its name, and its credentials into a secret. It becomes a definition of the
 * catalog with its settings (`POST /targetConnections`).
 */
export async function beginDestination(body: NewConnection, call: RouteCall): Promise<HttpAnswer> {
  const { caller, deps } = call;
  if (!mayDoSome(caller, 'destination:write')) return missingScope(FAMILY, 'destination:write');
  const type = body.connectionSpec.id;
  if (!TYPES.has(type) && type !== 'aam') return problem(FAMILY, 501, NO_SUCH_TYPE);
  const keys = keysOf(body.auth?.params ?? {}, type);
  if (isAnswer(keys)) return keys;
  const destination = await freeId(body.name, call);
  const { name, description } = body;
  const begun: Begun = { destination, type, name, ...(description !== undefined && { description }) };
  const id = connectionOf(destination);
  if (hasSecret({ type } as Parameters<typeof hasSecret>[0])) await deps.destinationSecrets.create(destination, keys);
  await deps.notes.put(noteOf(id), begun, deps.now() + SET_UP_MS);
  return { status: 201, body: { id, etag: tagOf(begun) } };
}

const NO_SUCH_TYPE =
  'Connections are streams that records come by, or destinations of a type that GET /connectionSpecs lists';

const MAX_KEY_LENGTH = 16_384;

/** Credentials as they are sent: those that secrets of the type have. What is sent is never answered, not even in what is wrong. */
function keysOf(params: Readonly<Record<string, unknown>>, type: string): Record<string, string> | HttpAnswer {
  const known = new Set(['signingKey', ...Object.keys(TYPES.get(type)?.credentials ?? {})]);
  const given = Object.entries(params);
  const wrong = given.flatMap(([key, value]) => {
    const pointer = pointerTo(['auth', 'params', key.slice(0, 64)]);
    if (!known.has(key)) return [{ pointer, message: `no credential of this type; it has ${[...known].join(', ')}` }];
    const isText = typeof value === 'string' && value !== '' && value.length <= MAX_KEY_LENGTH;
    return isText ? [] : [{ pointer, message: `expected a text of at most ${MAX_KEY_LENGTH} characters` }];
  });
  if (wrong.length === 0) return Object.fromEntries(given) as Record<string, string>;
  return problem(FAMILY, 400, `body${wrong[0]!.pointer}: ${wrong[0]!.message}`, { errors: wrong.slice(0, 20) });
}

/** An id after a name, as a file of the catalog would be called: `ads-network`, or `ads-network-2` where that is taken. */
async function freeId(name: string, call: RouteCall): Promise<string> {
  const words = name
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    ?.join('-');
  const base = words?.slice(0, 40) ?? 'destination';
  const { catalog } = await call.deps.definitions.active();
  const taken = new Set([...catalog.destinations, ...(catalog.edgeDestinations ?? [])].map(({ id }) => id));
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id) && !(await begunAt(connectionOf(id), call))) return id;
  }
}

/** The connection of a destination that is being set up, as flow service tells it. */
export async function begunConnection(call: RouteCall): Promise<FlowEntity['body'] | undefined> {
  const id = call.params.id!;
  const begun = await begunAt(id, call);
  if (!begun) return undefined;
  const { name, description, type } = begun;
  const etag = tagOf(begun);
  return {
    id,
    ...sharedOf(await call.deps.definitions.active(), call),
    name,
    ...(description !== undefined && { description }),
    connectionSpec: spec(type),
    auth: { specName: 'secret of the stage' },
    state: 'enabled',
    version: etag,
    etag,
  };
}

/** `DELETE /connections/{id}` of a destination that is being set up; undefined where it is none. */
export async function forgetBegun(call: RouteCall): Promise<HttpAnswer | undefined> {
  const begun = await begunAt(call.params.id!, call);
  if (!begun) return undefined;
  if (!mayDoSome(call.caller, 'destination:write')) return missingScope(FAMILY, 'destination:write');
  await call.deps.notes.remove(noteOf(call.params.id!));
  await call.deps.destinationSecrets.forget(begun.destination);
  return { status: 204 };
}

export const newSource = z.looseObject({ name: text.optional(), connectionSpec: z.looseObject({ id: z.string() }) });

/** `POST /sourceConnections`: what is sent to destinations is always profiles. */
export function nameSource({ connectionSpec }: z.output<typeof newSource>): HttpAnswer {
  if (connectionSpec.id !== PROFILES_SPEC)
    return problem(FAMILY, 501, 'Nothing is fetched from sources: producers send');
  return { status: 201, body: { id: PROFILES_SOURCE, etag: '"1"' } };
}

export const newTarget = z.looseObject({
  name: text.optional(),
  baseConnectionId: z.string().max(100),
  connectionSpec: z.looseObject({ id: z.string() }),
  params: z.record(z.string(), z.unknown()).optional().default({}),
});

/** `POST /targetConnections`: with its settings a destination is a definition, which is off; it has audiences where settings are about these (`params.segments`). */
export async function createTarget(body: z.output<typeof newTarget>, call: RouteCall): Promise<HttpAnswer> {
  const begun = await begunAt(body.baseConnectionId, call);
  if (!begun) return await whyNotBegun(body.baseConnectionId, call);
  const { destination: id, type, name, description } = begun;
  if (body.connectionSpec.id !== type) return wrong('/connectionSpec/id', `the connection is to "${type}"`);
  const own = Object.keys(body.params).filter((key) => NO_SETTINGS.includes(key));
  if (own.length > 0) return wrong(`/params/${own[0]}`, 'this is no setting: flow service tells it elsewhere');
  const words = { name, ...(description !== undefined && { description }) };
  const value = { id, type, ...words, segments: [], ...body.params, enabled: false };
  const edited = await editDefinitions(call, FAMILY, () => [{ kind: 'destinations', name: id, value }]);
  if (isAnswer(edited)) return edited;
  await call.deps.notes.remove(noteOf(body.baseConnectionId));
  const made = edited.active.catalog.destinations.find((one) => one.id === id);
  return { status: 201, body: { id: idOf('targetConnections', 'destination', id), etag: tagOf(made) } };
}

/** What flow service tells outside of the settings of a target. */
const NO_SETTINGS: readonly string[] = ['id', 'type', 'name', 'description', 'enabled'];

async function whyNotBegun(connectionId: string, call: RouteCall): Promise<HttpAnswer> {
  const all = entitiesOf(await call.deps.definitions.active(), call);
  const isThere = all.some(({ part, body }) => part === 'connections' && body.id === connectionId);
  return isThere
    ? problem(FAMILY, 409, 'A destination has one target: this connection has its own already')
    : wrong('/baseConnectionId', 'there is no connection of this id, or it was begun more than a day ago');
}

const wrong = (pointer: string, message: string): HttpAnswer =>
  problem(FAMILY, 400, `body${pointer}: ${message}`, { errors: [{ pointer, message }] });
