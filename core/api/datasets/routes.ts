import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { whole } from '../management/paging.ts';
import { jsonPatch } from '../management/patch.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { listLastBatches } from './last-batches.ts';
import { listDatasets, showDataset, showView } from './read.ts';
import { createDataset, deleteDataset, patchDataset, replaceDataset, writtenDataset } from './write.ts';

const family = 'catalog';

const listQuery = z.object({
  limit: whole.pipe(z.int().min(1).max(100)).optional().default(20),
  start: whole.optional().default(0),
  name: z.string().optional(),
  properties: z.string().optional(),
  orderBy: z.string().max(100).optional(),
});
const oneQuery = z.object({ properties: z.string().optional() });

const dataset = z.looseObject({
  name: z.string().optional(),
  tags: z.record(z.string(), z.array(z.string())).optional(),
  classification: z.looseObject({ dataBehavior: z.enum(['record', 'time-series']) }).optional(),
  schemaRef: z.looseObject({ id: z.string() }).optional(),
});
const byId = z.record(z.string(), dataset);
const references = z.array(z.string().startsWith('@/dataSets/'));

export const DATASET_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '',
    scope: 'signed-in',
    summary: 'List kinds of resources',
    answer: z.record(z.string(), z.string()),
    handle: () => ({ status: 200, body: { dataSets: '@/dataSets', batches: '@/batches' } }),
  }),
  route({
    family,
    method: 'GET',
    path: '/lastBatches',
    scope: 'operate',
    summary: 'Show the last batch of each dataset',
    query: z.object({ dataSetId: z.string().optional(), limit: z.string().optional() }),
    answer: z.record(
      z.string(),
      z.object({
        lastBatchId: z.string(),
        lastBatchStatus: z.enum(['processing', 'success', 'failed', 'ignored', 'reverting', 'inactive']),
        imsOrg: z.string(),
        sandboxId: z.string(),
        created: z.int(),
        updated: z.int(),
      }),
    ),
    handle: listLastBatches,
  }),
  ...notImplemented(
    family,
    ['/dataSets/{id}/views/{viewId}/files', '/dataSetFiles', '/dataSetFiles/{id}'],
    'The files of datasets are those of the lake: see docs/ingestion.md, "Asking the lake"',
    ['GET'],
  ),
  ...notImplemented(
    family,
    ['/ttl/{id}'],
    'Events expire as their dataset says (eventExpirationDays), datasets do not',
    ['GET'],
  ),
  ...notImplemented(family, ['/tags/{namespace}'], 'Datasets have no tags but those of Profile', ['GET']),
  route({
    family,
    method: 'GET',
    path: '/dataSets',
    scope: 'signed-in',
    summary: 'List datasets',
    query: listQuery,
    answer: byId,
    handle: listDatasets,
  }),
  route({
    family,
    method: 'POST',
    path: '/dataSets',
    scope: 'schema:write',
    summary: 'Create a dataset',
    body: writtenDataset,
    answer: references,
    handle: (call) => createDataset(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/dataSets/{id}',
    scope: 'signed-in',
    summary: 'Show a dataset',
    query: oneQuery,
    answer: byId,
    handle: showDataset,
  }),
  route({
    family,
    method: 'PUT',
    path: '/dataSets/{id}',
    scope: 'schema:write',
    summary: 'Replace a dataset',
    body: writtenDataset,
    answer: references,
    handle: (call) => replaceDataset(call.body, call),
  }),
  ...['/dataSets/{id}', '/v2/dataSets/{id}'].map((path) =>
    route({
      family,
      method: 'PATCH',
      path,
      scope: 'schema:write',
      summary: 'Change a dataset: enable it for Profile, among others',
      body: z.union([jsonPatch, z.looseObject({})]),
      answer: references,
      handle: (call) => patchDataset(call.body, call),
    }),
  ),
  route({
    family,
    method: 'DELETE',
    path: '/dataSets/{id}',
    scope: 'schema:write',
    summary: 'Remove a dataset',
    answer: references,
    handle: deleteDataset,
  }),
  ...['/dataSets/{id}/views', '/dataSets/{id}/views/{viewId}'].map((path) =>
    route({
      family,
      method: 'GET',
      path,
      scope: 'signed-in',
      summary: 'Show the view of a dataset',
      answer: z.record(z.string(), z.looseObject({})),
      handle: showView,
    }),
  ),
];
