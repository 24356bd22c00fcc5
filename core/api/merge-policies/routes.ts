import * as z from 'zod';
import { whole } from '../management/paging.ts';
import { jsonPatch } from '../management/patch.ts';
import { type ApiRoute, route } from '../management/route.ts';
import {
  bulkGetMergePolicies,
  createMergePolicy,
  deleteMergePolicy,
  listMergePolicies,
  patchMergePolicy,
  replaceMergePolicy,
  showMergePolicy,
  writtenMergePolicy,
} from './merge-policies.ts';

const family = 'segmentation';
const path = '/config/mergePolicies';

const answer = z.looseObject({
  id: z.string(),
  name: z.string(),
  identityGraph: z.looseObject({ type: z.string() }),
  attributeMerge: z.looseObject({ type: z.string() }),
  default: z.boolean(),
});

export const MERGE_POLICY_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path,
    scope: 'signed-in',
    summary: 'List merge policies',
    query: z.object({
      limit: whole.pipe(z.int().min(1).max(1_000)).optional().default(20),
      start: whole.optional().default(0),
    }),
    answer: z.looseObject({ _page: z.looseObject({ count: z.int() }), children: z.array(answer) }),
    handle: listMergePolicies,
  }),
  route({
    family,
    method: 'POST',
    path,
    scope: 'govern',
    summary: 'Create a merge policy',
    body: writtenMergePolicy,
    answer,
    handle: (call) => createMergePolicy(call.body, call),
  }),
  route({
    family,
    method: 'POST',
    path: `${path}/bulk-get`,
    scope: 'signed-in',
    summary: 'Show several merge policies',
    body: z.object({ ids: z.array(z.object({ id: z.string() })).max(100) }),
    answer: z.looseObject({ results: z.record(z.string(), answer) }),
    handle: (call) =>
      bulkGetMergePolicies(
        call.body.ids.map(({ id }) => id),
        call,
      ),
  }),
  route({
    family,
    method: 'GET',
    path: `${path}/{id}`,
    scope: 'signed-in',
    summary: 'Show a merge policy',
    answer,
    handle: showMergePolicy,
  }),
  route({
    family,
    method: 'PUT',
    path: `${path}/{id}`,
    scope: 'govern',
    summary: 'Replace a merge policy',
    body: writtenMergePolicy,
    answer,
    handle: (call) => replaceMergePolicy(call.body, call),
  }),
  route({
    family,
    method: 'PATCH',
    path: `${path}/{id}`,
    scope: 'govern',
    summary: 'Change a merge policy',
    body: jsonPatch,
    answer,
    handle: (call) => patchMergePolicy(call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: `${path}/{id}`,
    scope: 'govern',
    summary: 'Delete a merge policy',
    handle: deleteMergePolicy,
  }),
];
