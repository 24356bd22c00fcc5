import * as z from 'zod';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDoSome } from '../management/caller.ts';
import { editDefinitions, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { asWritten, type JsonPatch, patched } from '../management/patch.ts';
import { missingScope, problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import {
  entitiesOf,
  type FlowEntity,
  idOf,
  type Part,
  PROFILES_BASE,
  PROFILES_SPEC,
  STREAMING_SPEC,
} from './entities.ts';
import { beginDestination, forgetBegun, type NewConnection } from './set-up.ts';

const FAMILY = 'flows';
const NONE = problem(FAMILY, 404, 'There is nothing of this id');
const text = z.string().max(1_000);

/**
 * `POST /connections`: a stream that records come by becomes a source connection of the catalog; a connection to a
 * destination begins to set one up.
 */
export async function createConnection(body: NewConnection, call: RouteCall): Promise<HttpAnswer> {
  if (body.connectionSpec.id === PROFILES_SPEC) return { status: 201, body: { id: PROFILES_BASE, etag: '"1"' } };
  if (body.connectionSpec.id !== STREAMING_SPEC) return await beginDestination(body, call);
  if (!mayDoSome(call.caller, 'admin')) return missingScope(FAMILY, 'admin');
  const params = body.auth?.params;
  if (params?.authenticationRequired) return problem(FAMILY, 501, WITH_KEY);
  if (params?.dataType !== undefined && params.dataType !== 'xdm') return problem(FAMILY, 501, RAW);
  const id = /^[\w.-]{1,64}$/.test(params?.sourceId ?? '') ? params!.sourceId! : call.deps.newId();
  const value = {
    id,
    name: body.name,
    ...(body.description !== undefined && { description: body.description }),
    authenticationRequired: false,
  };
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const isThere = catalog.sourceConnections?.some((one) => one.id === id);
    if (isThere) return problem(FAMILY, 409, `There is a source connection "${id}" already`);
    return [{ kind: 'source-connections', name: id, value }];
  });
  if (isAnswer(edited)) return edited;
  const made = edited.active.catalog.sourceConnections!.find((one) => one.id === id);
  return { status: 201, body: { id: idOf('connections', 'source', id), etag: tagOf(made) } };
}

const WITH_KEY =
  'A source connection with a key needs the hash of the key: write it at /tributary/definitions/source-connections';
const RAW =
  'Raw records need rules that say of which dataset they are: write them at /tributary/definitions/source-connections';

/** `DELETE` of any part deletes what it is about. */
export async function deletePart(part: Part, call: RouteCall): Promise<HttpAnswer> {
  const forgotten = part === 'connections' ? await forgetBegun(call) : undefined;
  if (forgotten) return forgotten;
  const edited = await editDefinitions(call, FAMILY, (active) => {
    const found = partOf(part, active, call);
    if (isAnswer(found)) return found;
    const kind = found.of === 'destination' ? 'destinations' : 'source-connections';
    return staleness(call.call, definitionOf(found, active), FAMILY) ?? [{ kind, name: found.name, value: undefined }];
  });
  return isAnswer(edited) ? edited : { status: 204 };
}

const definitionOf = ({ of, name }: FlowEntity, { catalog }: ActiveDefinitions): object | undefined =>
  of === 'destination'
    ? catalog.destinations.find(({ id }) => id === name)
    : catalog.sourceConnections?.find(({ id }) => id === name);

function partOf(part: Part, active: ActiveDefinitions, call: RouteCall): FlowEntity | HttpAnswer {
  const found = entitiesOf(active, call).find((one) => one.part === part && one.body.id === call.params.id);
  if (!found) return NONE;
  return definitionOf(found, active)
    ? found
    : problem(FAMILY, 403, 'Profiles are the source of all destinations: this stays');
}

const selector = z.looseObject({ value: z.looseObject({ id: z.string() }) });
const changedFlow = z.looseObject({
  name: text,
  description: text.optional(),
  state: z.enum(['enabled', 'disabled']),
  transformations: z
    .array(
      z.looseObject({
        params: z.looseObject({ segmentSelectors: z.looseObject({ selectors: z.array(selector) }).optional() }),
      }),
    )
    .optional(),
  params: z.looseObject({}).optional(),
});

/**
 * `PATCH` of a connection or flow: its name and description; of a flow to a destination also whether it is on, and which
 * audiences are sent (`/transformations/0/params/segmentSelectors/selectors`); of a target its settings (`/params`).
 */
export async function patchPart(part: Part, patch: JsonPatch, call: RouteCall): Promise<HttpAnswer> {
  const edited = await editDefinitions(call, FAMILY, (active) => {
    const found = partOf(part, active, call);
    if (isAnswer(found)) return found;
    const before = definitionOf(found, active)!;
    const stale = staleness(call.call, before, FAMILY);
    if (stale) return stale;
    const changed = patched(found.body, patch);
    const flow = asWritten(changed, changedFlow, FAMILY);
    return isAnswer(flow) ? flow : changesOf(found, before, flow);
  });
  if (isAnswer(edited)) return edited;
  const after = entitiesOf(edited.active, call).find((one) => one.part === part && one.body.id === call.params.id)!;
  return { status: 200, headers: { etag: after.body.etag }, body: { id: after.body.id, etag: after.body.etag } };
}

function changesOf(found: FlowEntity, before: object, changed: z.output<typeof changedFlow>) {
  const { name, description } = changed;
  const words = { name, ...(description !== undefined && { description }) };
  if (found.of === 'source') {
    return [{ kind: 'source-connections' as const, name: found.name, value: { ...before, ...words } }];
  }
  const segments = changed.transformations?.[0]?.params.segmentSelectors?.selectors.map(({ value }) => value.id);
  const isFlow = found.part === 'flows';
  const value = {
    ...before,
    ...words,
    ...(isFlow && { enabled: changed.state === 'enabled', ...(segments && { segments: [...new Set(segments)] }) }),
    ...(found.part === 'targetConnections' && changed.params),
  };
  return [{ kind: 'destinations' as const, name: found.name, value }];
}

/** `POST /flows/{id}/action?op=enable|disable` */
export function actOnFlow(op: 'enable' | 'disable', call: RouteCall): Promise<HttpAnswer> {
  return patchPart('flows', [{ op: 'replace', path: '/state', value: `${op}d` }], call);
}
