import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { jsonPatch } from '../management/patch.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { convert } from './convert.ts';
import { createJob, listJobs, listSchedules, showJob, showSampleStatus, showSchedule } from './jobs.ts';
import { createPreview, deletePreview, showEstimate, showPreview } from './previews.ts';
import {
  entitiesFound,
  entitySearch,
  namespaceSearch,
  namespacesFound,
  searchEntities,
  searchNamespaces,
} from './search.ts';
import {
  bulkGet,
  createSegment,
  deleteSegment,
  listAudiences,
  listSegmentDefinitions,
  patchSegment,
  replaceSegment,
  showSegment,
} from './segments.ts';
import { audience, audienceQuery, segment, segmentChange, segmentQuery, writtenSegment } from './shapes.ts';

const family = 'segmentation';
const ids = z.object({ ids: z.array(z.object({ id: z.string() })).max(100) });
const loose = z.looseObject({});
const job = z.looseObject({ id: z.string(), status: z.string() });

const definitions: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/segment/definitions',
    scope: 'signed-in',
    summary: 'List segment definitions',
    query: segmentQuery,
    answer: z.looseObject({
      segments: z.array(segment),
      page: z.looseObject({ totalCount: z.int(), totalPages: z.int() }),
    }),
    handle: listSegmentDefinitions,
  }),
  route({
    family,
    method: 'POST',
    path: '/segment/definitions',
    scope: 'audience:write',
    summary: 'Create a segment definition, in pql/text or pql/json',
    body: writtenSegment,
    answer: segment,
    handle: (call) => createSegment('definition', call.body, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/segment/definitions/bulk-get',
    scope: 'signed-in',
    summary: 'Show several segment definitions',
    body: ids,
    answer: z.looseObject({ results: z.record(z.string(), segment) }),
    handle: (call) =>
      bulkGet(
        'definition',
        call.body.ids.map(({ id }) => id),
        call,
      ),
  }),
  route({
    family,
    method: 'GET',
    path: '/segment/definitions/{id}',
    scope: 'signed-in',
    summary: 'Show a segment definition',
    answer: segment,
    handle: (call) => showSegment('definition', call),
  }),
  route({
    family,
    method: 'PATCH',
    path: '/segment/definitions/{id}',
    scope: 'audience:write',
    summary: 'Change a segment definition; publish a draft',
    body: z.union([jsonPatch, segmentChange]),
    answer: segment,
    handle: (call) => patchSegment('definition', call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: '/segment/definitions/{id}',
    scope: 'audience:write',
    summary: 'Delete a segment definition',
    handle: deleteSegment,
  }),
];

const audiences: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/audiences',
    scope: 'signed-in',
    summary: 'List audiences',
    query: audienceQuery,
    answer: z.looseObject({
      children: z.array(audience),
      _page: z.looseObject({ totalCount: z.int(), pageSize: z.int() }),
    }),
    handle: listAudiences,
  }),
  route({
    family,
    method: 'POST',
    path: '/audiences',
    scope: 'audience:write',
    summary: 'Create an audience of a rule',
    body: writtenSegment,
    answer: audience,
    handle: (call) => createSegment('audience', call.body, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/audiences/bulk-get',
    scope: 'signed-in',
    summary: 'Show several audiences',
    body: ids,
    answer: z.looseObject({ results: z.record(z.string(), audience) }),
    handle: (call) =>
      bulkGet(
        'audience',
        call.body.ids.map(({ id }) => id),
        call,
      ),
  }),
  route({
    family,
    method: 'GET',
    path: '/audiences/{id}',
    scope: 'signed-in',
    summary: 'Show an audience',
    answer: audience,
    handle: (call) => showSegment('audience', call),
  }),
  route({
    family,
    method: 'PUT',
    path: '/audiences/{id}',
    scope: 'audience:write',
    summary: 'Replace an audience',
    body: writtenSegment,
    answer: audience,
    handle: (call) => replaceSegment('audience', call.body, call),
  }),
  route({
    family,
    method: 'PATCH',
    path: '/audiences/{id}',
    scope: 'audience:write',
    summary: 'Change an audience; publish a draft',
    body: z.union([jsonPatch, segmentChange]),
    answer: audience,
    handle: (call) => patchSegment('audience', call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: '/audiences/{id}',
    scope: 'audience:write',
    summary: 'Delete an audience',
    handle: deleteSegment,
  }),
];

const counting: readonly ApiRoute[] = [
  route({
    family,
    method: 'POST',
    path: '/preview',
    scope: 'audience:write',
    summary: 'Count whom a rule would select',
    body: z.object({
      predicateExpression: z.string().min(1).max(100_000),
      predicateType: z.enum(['pql/text', 'pql/json']).default('pql/text'),
      predicateModel: z.string().optional(),
      graphType: z.string().optional(),
      mergeStrategy: z.string().optional(),
    }),
    answer: z.looseObject({ state: z.string(), previewId: z.string() }),
    handle: (call) => createPreview(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/preview/{id}',
    scope: 'signed-in',
    summary: 'Show whether a preview is ready',
    answer: z.looseObject({ state: z.string() }),
    handle: showPreview,
  }),
  route({
    family,
    method: 'DELETE',
    path: '/preview/{id}',
    scope: 'audience:write',
    summary: 'Delete a preview',
    answer: loose,
    handle: deletePreview,
  }),
  route({
    family,
    method: 'GET',
    path: '/estimate/{id}',
    scope: 'signed-in',
    summary: 'Show how many people a rule would select',
    answer: z.looseObject({ state: z.string(), estimatedSize: z.int(), totalRows: z.int() }),
    handle: showEstimate,
  }),
  route({
    family,
    method: 'POST',
    path: '/segment/conversion',
    scope: 'signed-in',
    summary: 'Convert a rule between pql/text and pql/json',
    body: z.looseObject({
      name: z.string(),
      expression: z.object({
        type: z.string(),
        format: z.enum(['pql/text', 'pql/json']),
        value: z.string().max(100_000),
      }),
    }),
    answer: z.looseObject({ expression: z.looseObject({ format: z.string(), value: z.string() }) }),
    handle: (call) => convert(call.body, call),
  }),
];

const jobs: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/previewsamplestatus',
    scope: 'signed-in',
    summary: 'Show how many profile items the last evaluation has looked at',
    answer: z.looseObject({ totalRows: z.int() }),
    handle: showSampleStatus,
  }),
  route({
    family,
    method: 'GET',
    path: '/segment/jobs',
    scope: 'signed-in',
    summary: 'List evaluations of all profiles',
    query: z.object({ status: z.string().optional(), limit: z.string().optional(), start: z.string().optional() }),
    answer: z.looseObject({ children: z.array(job) }),
    handle: listJobs,
  }),
  route({
    family,
    method: 'POST',
    path: '/segment/jobs',
    scope: 'operate',
    summary: 'Evaluate all segments for all profiles',
    body: z
      .array(z.object({ segmentId: z.string() }))
      .min(1)
      .max(500),
    answer: job,
    handle: createJob,
  }),
  route({
    family,
    method: 'GET',
    path: '/segment/jobs/{id}',
    scope: 'signed-in',
    summary: 'Show an evaluation',
    answer: job,
    handle: showJob,
  }),
  route({
    family,
    method: 'GET',
    path: '/config/schedules',
    scope: 'signed-in',
    summary: 'List schedules',
    answer: loose,
    handle: listSchedules,
  }),
  route({
    family,
    method: 'GET',
    path: '/config/schedules/{id}',
    scope: 'signed-in',
    summary: 'Show a schedule',
    answer: loose,
    handle: showSchedule,
  }),
];

const searches: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/search/namespaces',
    scope: 'signed-in',
    summary: 'Count the audiences that have some words',
    query: namespaceSearch,
    answer: namespacesFound,
    handle: searchNamespaces,
  }),
  route({
    family,
    method: 'GET',
    path: '/search/entities',
    scope: 'signed-in',
    summary: 'Find audiences by words',
    query: entitySearch,
    answer: entitiesFound,
    handle: searchEntities,
  }),
];

const ofStage = 'The schedule of evaluations is part of the stage: set it in stages/<name>.yaml and deploy';
const noExports = 'Profiles are exported by destinations that write files: see docs/destinations.md';

export const SEGMENT_ROUTES: readonly ApiRoute[] = [
  ...definitions,
  ...audiences,
  ...counting,
  ...jobs,
  ...searches,
  ...notImplemented(
    family,
    ['/segment/jobs/{id}'],
    'A job that has begun is not stopped; a newer catalog supersedes it',
    ['DELETE'],
  ),
  ...notImplemented(family, ['/config/schedules'], ofStage, ['POST']),
  ...notImplemented(family, ['/config/schedules/{id}'], ofStage, ['PATCH', 'DELETE']),
  ...notImplemented(family, ['/export/jobs', '/export/jobs/{id}'], noExports),
  ...notImplemented(family, ['/search/taxonomy'], 'Audiences are in no folders: search them at /search/entities', [
    'GET',
  ]),
  ...notImplemented(
    family,
    ['/config/destinations', '/config/destinations/{id}', '/config/projections', '/config/projections/{id}'],
    'Projections to an edge follow from the segments and activities of the catalog: see docs/edge.md',
  ),
  ...notImplemented(
    family,
    ['/previewsamplestatus/report/{kind}', '/previewsamplestatus/report/{kind}/overlap'],
    'No sample of profiles is kept: estimates are counted when they are asked for, at /preview',
    ['GET'],
  ),
  ...notImplemented(
    family,
    ['/system/jobs', '/system/jobs/{id}'],
    'People are deleted with "tributary privacy delete", a dataset with "tributary dataset delete"',
  ),
];
