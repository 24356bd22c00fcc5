import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { whole } from '../management/paging.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { listFunctions, listOperators, validateExpression } from './expressions.ts';
import { listMappingSets, listMappings, showMapping, showMappingSet } from './mappings.ts';

const family = 'mappings';
const set = z.looseObject({ id: z.string(), mappings: z.array(z.looseObject({ id: z.string() })) });
const list = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });
const ofDataset = 'A mapping is part of its dataset: write it at /tributary/definitions/datasets';

export const MAPPING_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/mappingSets',
    scope: 'signed-in',
    summary: 'List mappings of datasets',
    query: z.object({
      name: z.string().optional(),
      limit: whole.pipe(z.int().min(1).max(1_000)).optional().default(100),
      start: whole.optional().default(0),
    }),
    answer: list,
    handle: listMappingSets,
  }),
  route({
    family,
    method: 'GET',
    path: '/mappingSets/{id}',
    scope: 'signed-in',
    summary: 'Show the mapping of a dataset',
    answer: set,
    handle: showMappingSet,
  }),
  route({
    family,
    method: 'GET',
    path: '/mappingSets/{id}/mappings',
    scope: 'signed-in',
    summary: 'List the rules of a mapping',
    answer: list,
    handle: listMappings,
  }),
  route({
    family,
    method: 'GET',
    path: '/mappingSets/{id}/mappings/{mappingId}',
    scope: 'signed-in',
    summary: 'Show a rule of a mapping',
    answer: z.looseObject({ id: z.string() }),
    handle: showMapping,
  }),
  route({
    family,
    method: 'GET',
    path: '/languages/el/functions',
    scope: 'signed-in',
    summary: 'List functions of expressions',
    answer: z.array(z.looseObject({ function: z.string() })),
    handle: listFunctions,
  }),
  route({
    family,
    method: 'GET',
    path: '/languages/el/operators',
    scope: 'signed-in',
    summary: 'List operators of expressions',
    answer: z.array(z.looseObject({ operatorSymbol: z.string() })),
    handle: listOperators,
  }),
  route({
    family,
    method: 'POST',
    path: '/languages/el/validate',
    scope: 'signed-in',
    summary: 'Check whether an expression can be read',
    body: z.looseObject({ expression: z.string().max(10_000) }),
    answer: z.boolean(),
    handle: ({ body }) => validateExpression(body.expression),
  }),
  ...notImplemented(family, ['/mappingSets'], ofDataset, ['POST']),
  ...notImplemented(family, ['/mappingSets/{id}'], ofDataset, ['PUT', 'DELETE', 'PATCH']),
  ...notImplemented(family, ['/mappingSets/{id}/mappings'], ofDataset, ['POST']),
  ...notImplemented(family, ['/mappingSets/{id}/mappings/{mappingId}'], ofDataset, ['PUT', 'DELETE']),
  ...notImplemented(family, ['/mappingSets/suggestion'], 'Mappings are guessed of files by "tributary init"', ['GET']),
  ...notImplemented(
    family,
    ['/mappingSets/preview', '/mappingSets/validate'],
    'Mappings are tried with "tributary mapping test"',
    ['POST'],
  ),
  ...notImplemented(
    family,
    [
      '/xdmBatchConversions',
      '/xdmBatchConversions/{id}',
      '/xdmBatchConversions/{id}/activities',
      '/xdmBatchConversions/{id}/activities/{activityId}',
    ],
    'Files are converted when they are ingested: see the batches at /data/foundation/catalog/batches',
    ['GET', 'POST'],
  ),
];
