import * as z from 'zod';
import { BUILT_IN_MERGE_POLICY } from '#core/catalog/compile-people.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, editFound, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { pageByNumber } from '../management/paging.ts';
import { asWritten, type JsonPatch, patched } from '../management/patch.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { sandboxOf } from '../segments/present.ts';

const FAMILY = 'segmentation';

/** A merge policy as clients of AEP write it; an order counts where datasets come one before the other, only. */
export const writtenMergePolicy = z.object({
  name: z.string().min(1).max(500),
  schema: z.object({ name: z.literal('_xdm.context.profile') }).optional(),
  default: z.boolean().optional(),
  identityGraph: z.object({ type: z.enum(['pdg', 'none']) }).default({ type: 'pdg' }),
  attributeMerge: z
    .object({ type: z.enum(['timestampOrdered', 'dataSetPrecedence']), order: z.array(z.string()).optional() })
    .default({ type: 'timestampOrdered' }),
});
type Written = z.output<typeof writtenMergePolicy>;

const described = (definition: MergePolicyDefinition, { activeSince = 0 }: ActiveDefinitions, call: RouteCall) => ({
  id: definition.id,
  name: definition.name ?? definition.id,
  imsOrgId: call.call.headers['x-gw-ims-org-id'] ?? '',
  sandbox: sandboxOf(call),
  schema: { name: '_xdm.context.profile' },
  version: 1,
  identityGraph: definition.identityGraph,
  attributeMerge: definition.attributeMerge,
  isActiveOnEdge: definition.default,
  default: definition.default,
  updateEpoch: Math.floor(activeSince / 1_000),
});

/** Those of the catalog; where none is the default one, the built-in one is. */
function policiesOf({ catalog }: ActiveDefinitions): readonly MergePolicyDefinition[] {
  const { mergePolicies } = catalog;
  return mergePolicies.some((policy) => policy.default) ? mergePolicies : [BUILT_IN_MERGE_POLICY, ...mergePolicies];
}

/** `GET /config/mergePolicies` */
export async function listMergePolicies(call: RouteCall<{ limit: number; start: number }>): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const all = policiesOf(active);
  const { items, next } = pageByNumber(all, call.query);
  const href = `${call.call.path}?start=${next}&limit=${call.query.limit}`;
  const children = items.map((one) => described(one, active, call));
  const _page = { totalCount: all.length, pageSize: items.length, count: items.length };
  return { status: 200, body: { _page, children, _links: { next: next === undefined ? {} : { href } } } };
}

const NONE = problem(FAMILY, 404, 'There is no merge policy of this id');

/** `GET /config/mergePolicies/{id}` */
export async function showMergePolicy(call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const found = policiesOf(active).find(({ id }) => id === call.params.id);
  return found ? { status: 200, headers: { etag: tagOf(found) }, body: described(found, active, call) } : NONE;
}

/** `POST /config/mergePolicies/bulk-get` */
export async function bulkGetMergePolicies(ids: readonly string[], call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const found = policiesOf(active).filter(({ id }) => ids.includes(id));
  return {
    status: 200,
    body: { results: Object.fromEntries(found.map((one) => [one.id, described(one, active, call)])) },
  };
}

function definitionOf(id: string, written: Written, before: Partial<MergePolicyDefinition> = {}): object {
  const { name, identityGraph, attributeMerge } = written;
  const { type, order } = attributeMerge;
  return {
    ...before,
    id,
    name,
    default: written.default ?? before.default ?? false,
    identityGraph,
    attributeMerge: type === 'dataSetPrecedence' ? { type, order: order ?? [] } : { type },
  };
}

/** The changes with which a policy is as it is wanted; the default one before it is none any more. */
function changesTo(value: object, { catalog }: ActiveDefinitions) {
  const wanted = value as { readonly id: string; readonly default: boolean };
  const others = catalog.mergePolicies.filter((one) => wanted.default && one.default && one.id !== wanted.id);
  return [
    ...others.map((one) => ({ kind: 'merge-policies' as const, name: one.id, value: { ...one, default: false } })),
    { kind: 'merge-policies' as const, name: wanted.id, value },
  ];
}

/** `POST /config/mergePolicies` */
export async function createMergePolicy(body: Written, call: RouteCall): Promise<HttpAnswer> {
  const id = call.deps.newId();
  const edited = await editDefinitions(call, FAMILY, (active) => changesTo(definitionOf(id, body), active));
  return isAnswer(edited) ? edited : answerWith(id, edited.active, call, 200);
}

/** `PUT /config/mergePolicies/{id}` */
export const replaceMergePolicy = (body: Written, call: RouteCall): Promise<HttpAnswer> =>
  changeMergePolicy(call, (before) => definitionOf(before.id, body, before));

/** `PATCH /config/mergePolicies/{id}`: AEP writes pointers with dots in them, `/identityGraph.type`. */
export const patchMergePolicy = (patch: JsonPatch, call: RouteCall): Promise<HttpAnswer> =>
  changeMergePolicy(call, (before) => {
    const slashed = patch.map((one) => ({ ...one, path: one.path.replaceAll('.', '/') }));
    const changed = patched({ name: before.id, ...before }, slashed);
    const policy = asWritten(changed, writtenMergePolicy, FAMILY);
    return isAnswer(policy) ? policy : definitionOf(before.id, policy, before);
  });

/** `DELETE /config/mergePolicies/{id}` */
export async function deleteMergePolicy(call: RouteCall): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, policyOf, ({ id }) => [
    { kind: 'merge-policies', name: id, value: undefined },
  ]);
  return isAnswer(edited) ? edited : { status: 204 };
}

async function changeMergePolicy(
  call: RouteCall,
  change: (before: MergePolicyDefinition) => object | HttpAnswer,
): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, policyOf, (before, active) => {
    const changed = change(before);
    return isAnswer(changed) ? changed : changesTo(changed, active);
  });
  return isAnswer(edited) ? edited : answerWith(call.params.id!, edited.active, call, 200);
}

function policyOf({ catalog }: ActiveDefinitions, { params, call }: RouteCall): MergePolicyDefinition | HttpAnswer {
  const found = catalog.mergePolicies.find(({ id }) => id === params.id);
  return found ? (staleness(call, found, FAMILY) ?? found) : NONE;
}

function answerWith(id: string, active: ActiveDefinitions, call: RouteCall, status: number): HttpAnswer {
  const found = active.catalog.mergePolicies.find((one) => one.id === id)!;
  return { status, headers: { etag: tagOf(found) }, body: described(found, active, call) };
}
