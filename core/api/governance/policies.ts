import * as z from 'zod';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { type DataPolicy, type DenyExpression, policyDefinition } from '#core/governance/definition.ts';
import { CORE_MARKETING_ACTIONS, CORE_POLICIES, marketingAction } from '#core/governance/policies.ts';
import type { HttpAnswer } from '../http.ts';
import { editDefinitions, editFound, isAnswer, staleness, tagOf } from '../management/edit.ts';
import { asWritten, type JsonPatch, patched } from '../management/patch.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { listOf, type PageQuery } from './labels.ts';

const FAMILY = 'policies';
const BASE = '/data/foundation/dulepolicy';

const refOf = (reference: string): string => `${BASE}/marketingActions/${marketingAction(reference)}`;

/** A policy as the policy service tells it. */
export const describePolicy = (policy: DataPolicy, { activeSince = 0 }: ActiveDefinitions, call: RouteCall) => ({
  id: policy.id,
  name: policy.name ?? policy.id,
  status: policy.status,
  description: policy.description ?? '',
  marketingActionRefs: policy.marketingActionRefs.map(refOf),
  deny: policy.deny,
  imsOrg: call.call.headers['x-gw-ims-org-id'] ?? '',
  created: activeSince,
  updated: activeSince,
  createdClient: 'tributary',
  createdUser: 'tributary',
  updatedClient: 'tributary',
  updatedUser: 'tributary',
});

/** The policies of the company. */
export const ownPolicies = ({ catalog }: ActiveDefinitions): DataPolicy[] =>
  (catalog.policies ?? []).flatMap((policy) => ('core' in policy ? [] : [policy]));

/** Those that are built in, with whether each is switched on. */
export function corePolicies({ catalog }: ActiveDefinitions): DataPolicy[] {
  const switches = new Map(
    (catalog.policies ?? []).flatMap((one) => ('core' in one ? [[one.core, one.status] as const] : [])),
  );
  return [...CORE_POLICIES.values()].map((policy) => ({ ...policy, status: switches.get(policy.id) ?? policy.status }));
}

const ofKind = (kind: string | undefined, active: ActiveDefinitions): DataPolicy[] | undefined =>
  kind === 'core' ? corePolicies(active) : kind === 'custom' ? ownPolicies(active) : undefined;

const NO_KIND = problem(FAMILY, 404, 'There are kinds core and custom');
const NONE = problem(FAMILY, 404, 'There is no policy of this id');

/** `GET /policies/{kind}` */
export async function listPolicies(call: RouteCall<PageQuery>): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const all = ofKind(call.params.kind, active);
  return all
    ? listOf(
        all.map((one) => describePolicy(one, active, call)),
        call,
      )
    : NO_KIND;
}

/** `GET /policies/{kind}/{id}` */
export async function showPolicy(call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const found = ofKind(call.params.kind, active)?.find(({ id }) => id === call.params.id);
  return found ? { status: 200, headers: { etag: tagOf(found) }, body: describePolicy(found, active, call) } : NONE;
}

export const writtenPolicy = z.object({
  name: z.string().min(1).max(500),
  description: z.string().max(1_000).optional(),
  status: z.enum(['ENABLED', 'DISABLED', 'DRAFT']).default('DRAFT'),
  marketingActionRefs: z.array(z.string().min(1)).min(1).max(100),
  deny: z.unknown().transform((value, context) => {
    const parsed = policyDefinition.safeParse({ id: 'any', marketingActionRefs: ['any'], deny: value });
    if (parsed.success) return (parsed.data as DataPolicy).deny;
    context.addIssue({ code: 'custom', message: 'expected { label }, or { operator: AND or OR, operands }' });
    return z.NEVER;
  }),
});
type Written = z.output<typeof writtenPolicy>;

const definitionOf = (id: string, { marketingActionRefs, deny, ...rest }: Written): object => ({
  id,
  ...rest,
  marketingActionRefs: marketingActionRefs.map(marketingAction),
  deny: deny as DenyExpression,
});

/** `POST /policies/custom` */
export async function createPolicy(body: Written, call: RouteCall): Promise<HttpAnswer> {
  const id = call.deps.newId();
  const edited = await editDefinitions(call, FAMILY, () => [
    { kind: 'policies', name: id, value: definitionOf(id, body) },
  ]);
  return isAnswer(edited) ? edited : answerWith(id, edited.active, call, 201);
}

/** `PUT /policies/custom/{id}` */
export const replacePolicy = (body: Written, call: RouteCall): Promise<HttpAnswer> =>
  changePolicy(call, ({ id }) => definitionOf(id, body));

/** `PATCH /policies/custom/{id}` */
export const patchPolicy = (patch: JsonPatch, call: RouteCall): Promise<HttpAnswer> =>
  changePolicy(call, (before) => {
    const changed = patched({ ...before, name: before.name ?? before.id }, patch);
    const policy = asWritten(changed, writtenPolicy, FAMILY);
    return isAnswer(policy) ? policy : definitionOf(before.id, policy);
  });

/** `DELETE /policies/custom/{id}` */
export async function deletePolicy(call: RouteCall): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, policyOf, ({ id }) => [
    { kind: 'policies', name: id, value: undefined },
  ]);
  return isAnswer(edited) ? edited : { status: 200, body: {} };
}

async function changePolicy(call: RouteCall, change: (before: DataPolicy) => object | HttpAnswer): Promise<HttpAnswer> {
  const edited = await editFound(call, FAMILY, policyOf, (before) => {
    const changed = change(before);
    return isAnswer(changed) ? changed : [{ kind: 'policies', name: before.id, value: changed }];
  });
  return isAnswer(edited) ? edited : answerWith(call.params.id!, edited.active, call, 200);
}

function policyOf(active: ActiveDefinitions, { params, call }: RouteCall): DataPolicy | HttpAnswer {
  const found = ownPolicies(active).find(({ id }) => id === params.id);
  // A status is text here, so it is no answer.
  return found ? (staleness(call, found, FAMILY) ?? found) : NONE;
}

function answerWith(id: string, active: ActiveDefinitions, call: RouteCall, status: number): HttpAnswer {
  const found = ownPolicies(active).find((one) => one.id === id)!;
  return { status, headers: { etag: tagOf(found) }, body: describePolicy(found, active, call) };
}

/** `GET /enabledCorePolicies` */
export async function showEnabledCorePolicies(call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const policyIds = corePolicies(active)
    .filter(({ status }) => status === 'ENABLED')
    .map(({ id }) => id);
  const { activeSince = 0 } = active;
  return {
    status: 200,
    body: { policyIds, imsOrg: call.call.headers['x-gw-ims-org-id'] ?? '', created: activeSince, updated: activeSince },
  };
}

/** `PUT /enabledCorePolicies`: these are switched on, all others off. */
export async function putEnabledCorePolicies(policyIds: readonly string[], call: RouteCall): Promise<HttpAnswer> {
  const unknown = policyIds.find((id) => !CORE_POLICIES.has(id));
  if (unknown !== undefined) return problem(FAMILY, 400, `There is no core policy "${unknown.slice(0, 100)}"`);
  const edited = await editDefinitions(call, FAMILY, ({ catalog }) => {
    const known = (catalog.policies ?? []).flatMap((one) => ('core' in one ? [one.core] : []));
    return [...new Set([...known, ...policyIds])].map((core) => ({
      kind: 'policies' as const,
      name: core,
      value: policyIds.includes(core) ? { core, status: 'ENABLED' } : undefined,
    }));
  });
  return isAnswer(edited) ? edited : showEnabledCorePolicies(call);
}

/** The marketing actions that are built in, and those that policies and destinations name. */
export function marketingActionsOf(kind: string | undefined, { catalog }: ActiveDefinitions): object[] | undefined {
  if (kind === 'core') return CORE_MARKETING_ACTIONS.map((name) => ({ name, friendlyName: name, description: '' }));
  if (kind !== 'custom') return undefined;
  const named = [
    ...(catalog.policies ?? []).flatMap((one) => ('core' in one ? [] : one.marketingActionRefs)),
    ...(catalog.consentPolicies ?? []).flatMap((one) => one.marketingActionRefs),
    ...catalog.destinations.flatMap(({ marketingActions = [] }) => marketingActions),
  ].map(marketingAction);
  const own = [...new Set(named)].filter((name) => name.startsWith('custom/')).sort();
  return own.map((name) => ({ name: name.slice('custom/'.length), description: '' }));
}

/** `GET /marketingActions/{kind}` */
export async function listMarketingActions(call: RouteCall<PageQuery>): Promise<HttpAnswer> {
  const all = marketingActionsOf(call.params.kind, await call.deps.definitions.active());
  return all ? listOf(all, call) : NO_KIND;
}

/** `GET /marketingActions/{kind}/{name}` */
export async function showMarketingAction(call: RouteCall): Promise<HttpAnswer> {
  const all = marketingActionsOf(call.params.kind, await call.deps.definitions.active());
  const found = all?.find((one) => (one as { readonly name: string }).name === call.params.name);
  return found ? { status: 200, body: found } : problem(FAMILY, 404, 'There is no marketing action of this name');
}
