import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { startNumber, whole } from '../management/paging.ts';
import { jsonPatch } from '../management/patch.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { bulkRequests, entityList, evaluate, evaluateAll } from './evaluate.ts';
import {
  listLabels,
  putDatasetLabels,
  putLabel,
  showDatasetLabels,
  showLabel,
  writtenDatasetLabels,
  writtenLabel,
} from './labels.ts';
import {
  createPolicy,
  deletePolicy,
  listMarketingActions,
  listPolicies,
  patchPolicy,
  putEnabledCorePolicies,
  replacePolicy,
  showEnabledCorePolicies,
  showMarketingAction,
  showPolicy,
  writtenPolicy,
} from './policies.ts';

const family = 'policies';

const query = z.object({
  limit: whole.pipe(z.int().min(1).max(100)).optional().default(100),
  start: startNumber.optional().default(0),
});
const list = z.looseObject({ _page: z.looseObject({ count: z.int() }), children: z.array(z.looseObject({})) });
const label = z.looseObject({ name: z.string(), category: z.string() });
const policy = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  marketingActionRefs: z.array(z.string()),
});
const evaluation = z.looseObject({ duleLabels: z.array(z.string()), violatedPolicies: z.array(policy) });
const evaluationQuery = z.object({
  duleLabels: z.string().max(2_000).optional(),
  includeDraft: z.stringbool().optional(),
});
const datasetLabels = z.looseObject({
  labels: z.array(z.array(z.string())),
  optionalLabels: z.array(z.looseObject({})),
});

export const GOVERNANCE_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/labels/{kind}',
    scope: 'signed-in',
    summary: 'List labels',
    query,
    answer: list,
    handle: listLabels,
  }),
  route({
    family,
    method: 'GET',
    path: '/labels/{kind}/{name}',
    scope: 'signed-in',
    summary: 'Show a label',
    answer: label,
    handle: showLabel,
  }),
  route({
    family,
    method: 'PUT',
    path: '/labels/custom/{name}',
    scope: 'govern',
    summary: 'Create or replace a label of your own',
    body: writtenLabel,
    answer: label,
    handle: (call) => putLabel(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/policies/{kind}',
    scope: 'signed-in',
    summary: 'List policies',
    query,
    answer: list,
    handle: listPolicies,
  }),
  route({
    family,
    method: 'GET',
    path: '/policies/{kind}/{id}',
    scope: 'signed-in',
    summary: 'Show a policy',
    answer: policy,
    handle: showPolicy,
  }),
  route({
    family,
    method: 'POST',
    path: '/policies/custom',
    scope: 'govern',
    summary: 'Create a policy',
    body: writtenPolicy,
    answer: policy,
    handle: (call) => createPolicy(call.body, call),
  }),
  route({
    family,
    method: 'PUT',
    path: '/policies/custom/{id}',
    scope: 'govern',
    summary: 'Replace a policy',
    body: writtenPolicy,
    answer: policy,
    handle: (call) => replacePolicy(call.body, call),
  }),
  route({
    family,
    method: 'PATCH',
    path: '/policies/custom/{id}',
    scope: 'govern',
    summary: 'Change a policy',
    body: jsonPatch,
    answer: policy,
    handle: (call) => patchPolicy(call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: '/policies/custom/{id}',
    scope: 'govern',
    summary: 'Delete a policy',
    handle: deletePolicy,
  }),
  route({
    family,
    method: 'GET',
    path: '/enabledCorePolicies',
    scope: 'signed-in',
    summary: 'List the core policies that are on',
    answer: z.looseObject({ policyIds: z.array(z.string()) }),
    handle: showEnabledCorePolicies,
  }),
  route({
    family,
    method: 'PUT',
    path: '/enabledCorePolicies',
    scope: 'govern',
    summary: 'Switch core policies on and off',
    body: z.union([z.array(z.string()).max(100), z.object({ policyIds: z.array(z.string()).max(100) })]),
    answer: z.looseObject({ policyIds: z.array(z.string()) }),
    handle: (call) => putEnabledCorePolicies('policyIds' in call.body ? call.body.policyIds : call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/marketingActions/{kind}',
    scope: 'signed-in',
    summary: 'List marketing actions',
    query,
    answer: list,
    handle: listMarketingActions,
  }),
  route({
    family,
    method: 'GET',
    path: '/marketingActions/{kind}/{name}',
    scope: 'signed-in',
    summary: 'Show a marketing action',
    answer: z.looseObject({ name: z.string() }),
    handle: showMarketingAction,
  }),
  route({
    family,
    method: 'GET',
    path: '/marketingActions/{kind}/{name}/constraints',
    scope: 'signed-in',
    summary: 'Evaluate a marketing action with labels',
    query: evaluationQuery,
    answer: evaluation,
    handle: (call) => evaluate(undefined, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/marketingActions/{kind}/{name}/constraints',
    scope: 'signed-in',
    summary: 'Evaluate a marketing action with datasets',
    query: evaluationQuery,
    body: entityList,
    answer: evaluation,
    handle: (call) => evaluate(call.body, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/bulk-eval',
    scope: 'signed-in',
    summary: 'Evaluate several marketing actions',
    body: bulkRequests,
    answer: z.array(z.looseObject({ status: z.int() })),
    handle: (call) => evaluateAll(call.body, call),
  }),
  ...notImplemented(
    family,
    ['/marketingActions/custom/{name}'],
    'A marketing action of your own is there as soon as a policy or a destination names it',
    ['PUT', 'DELETE'],
  ),
  ...notImplemented(family, ['/labels/custom/{name}'], 'Delete a label at /tributary/definitions/labels/{name}', [
    'DELETE',
  ]),
  route({
    family: 'dataset-labels',
    method: 'GET',
    path: '/datasets/{id}/labels',
    scope: 'signed-in',
    summary: 'Show the labels of a dataset',
    answer: datasetLabels,
    handle: showDatasetLabels,
  }),
  ...(['PUT', 'POST'] as const).map((method) =>
    route({
      family: 'dataset-labels',
      method,
      path: '/datasets/{id}/labels',
      scope: 'govern',
      summary: 'Replace the labels of a dataset',
      body: writtenDatasetLabels,
      answer: datasetLabels,
      handle: (call) => putDatasetLabels(call.body, call),
    }),
  ),
  ...notImplemented('dataset-labels', ['/datasets/{id}/labels'], 'Replace the labels by empty ones', [
    'DELETE',
    'PATCH',
  ]),
];
