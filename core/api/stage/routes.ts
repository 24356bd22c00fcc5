import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { whole } from '../management/paging.ts';
import { type ApiRoute, route } from '../management/route.ts';
import {
  effectivePolicies,
  listAccessPolicies,
  listCategories,
  listPermissionSets,
  listProducts,
  listRoles,
  listSubjects,
  showReference,
  showRole,
} from './access-control.ts';
import { listAuditEvents } from './audit.ts';
import { metricsRequest, showMetrics } from './observability.ts';
import { listSandboxes, listSandboxTypes, showSandbox } from './sandboxes.ts';

const sandbox = z.looseObject({ name: z.string(), state: z.string(), type: z.string() });
const role = z.looseObject({ id: z.string(), name: z.string(), permissionSets: z.array(z.string()) });
const loose = z.looseObject({});
const items = z.looseObject({ items: z.array(loose) });

const sandboxes: readonly ApiRoute[] = [
  route({
    family: 'sandboxes',
    method: 'GET',
    path: '/sandboxes',
    scope: 'signed-in',
    summary: 'List sandboxes',
    answer: z.looseObject({ sandboxes: z.array(sandbox) }),
    handle: listSandboxes,
  }),
  route({
    family: 'sandboxes',
    method: 'GET',
    path: '',
    scope: 'signed-in',
    summary: 'List sandboxes that the caller may use',
    answer: z.looseObject({ sandboxes: z.array(sandbox) }),
    handle: listSandboxes,
  }),
  route({
    family: 'sandboxes',
    method: 'GET',
    path: '/sandboxes/{name}',
    scope: 'signed-in',
    summary: 'Show a sandbox',
    answer: sandbox,
    handle: showSandbox,
  }),
  route({
    family: 'sandboxes',
    method: 'GET',
    path: '/sandboxTypes',
    scope: 'signed-in',
    summary: 'List types of sandboxes',
    answer: z.looseObject({ sandboxTypes: z.array(z.string()) }),
    handle: listSandboxTypes,
  }),
  ...notImplemented('sandboxes', ['/sandboxes'], 'A sandbox is a stage: write stages/<name>.yaml and deploy it', [
    'POST',
  ]),
  ...notImplemented(
    'sandboxes',
    ['/sandboxes/{name}'],
    'A sandbox is a stage: it is changed and removed by deployments',
    ['PUT', 'PATCH', 'DELETE'],
  ),
  ...notImplemented(
    'packages',
    ['/{path+}'],
    'Definitions go from one stage to another by "tributary catalog pull" and "catalog apply"',
  ),
];

const family = 'access-control';
const byClients =
  'Who may do what is said when a client is made ("tributary client create"), and by the groups of your company';

const accessControl: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '/acl/reference',
    scope: 'signed-in',
    summary: 'List permissions',
    answer: z.looseObject({ permissions: loose }),
    handle: showReference,
  }),
  route({
    family,
    method: 'POST',
    path: '/acl/effective-policies',
    scope: 'signed-in',
    summary: 'Show what the caller may do',
    body: z.array(z.string().max(200)).min(1).max(100),
    answer: z.looseObject({ policies: z.record(z.string(), z.array(z.string())) }),
    handle: (call) => effectivePolicies(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/roles',
    scope: 'signed-in',
    summary: 'List roles',
    answer: z.looseObject({ items: z.array(role) }),
    handle: listRoles,
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/roles/{id}',
    scope: 'signed-in',
    summary: 'Show a role',
    answer: role,
    handle: showRole,
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/roles/{id}/subjects',
    scope: 'signed-in',
    summary: 'List who has a role',
    answer: items,
    handle: listSubjects,
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/policies',
    scope: 'signed-in',
    summary: 'List access policies',
    answer: items,
    handle: listAccessPolicies,
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/products',
    scope: 'signed-in',
    summary: 'List products',
    answer: loose,
    handle: listProducts,
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/products/{id}/categories',
    scope: 'signed-in',
    summary: 'List categories of permissions',
    answer: loose,
    handle: listCategories,
  }),
  route({
    family,
    method: 'GET',
    path: '/administration/products/{id}/permission-sets',
    scope: 'signed-in',
    summary: 'List sets of permissions',
    answer: loose,
    handle: listPermissionSets,
  }),
  ...notImplemented(family, ['/administration/roles'], byClients, ['POST']),
  ...notImplemented(family, ['/administration/roles/{id}'], byClients, ['PUT', 'PATCH', 'DELETE']),
  ...notImplemented(family, ['/administration/roles/{id}/subjects'], byClients, ['PATCH']),
  ...notImplemented(family, ['/administration/policies'], byClients, ['POST']),
  ...notImplemented(family, ['/administration/policies/{id}'], byClients),
];

const observed: readonly ApiRoute[] = [
  route({
    family: 'audit',
    method: 'GET',
    path: '/events',
    scope: 'admin',
    summary: 'List who changed definitions',
    query: z.object({
      limit: whole.pipe(z.int().min(1).max(100)).optional().default(50),
      start: whole.optional().default(0),
      queryId: z.string().optional(),
    }),
    answer: z.looseObject({ _embedded: z.looseObject({ events: z.array(loose) }) }),
    handle: listAuditEvents,
  }),
  ...notImplemented('audit', ['/export'], 'Events are listed at /data/foundation/audit/events', ['POST', 'GET']),
  route({
    family: 'observability',
    method: 'POST',
    path: '/metrics',
    scope: 'operate',
    summary: 'Count records and batches by hour or day',
    body: metricsRequest,
    answer: z.object({
      metricResponses: z.array(
        z.object({
          metric: z.string(),
          filters: z.array(loose),
          granularity: z.enum(['HOUR', 'DAY']),
          datapoints: z.array(
            z.object({
              groupBy: z.object({ dataSetId: z.string().optional() }),
              dps: z.record(z.iso.datetime(), z.int()),
            }),
          ),
        }),
      ),
    }),
    handle: (call) => showMetrics(call.body, call),
  }),
];

/** Families of which nothing is here. */
const others: readonly ApiRoute[] = [
  ...notImplemented(
    'segmentation',
    ['/config/computedAttributes', '/config/computedAttributes/{id}'],
    'There are no computed attributes: write what they would count into the rules of segments',
  ),
  ...notImplemented(
    'import',
    ['/collection/{id}', '/collection/batch/{id}'],
    'Records are streamed to /collection/<connection> of the edge host: see docs/ingestion.md',
    ['POST'],
  ),
  ...notImplemented(
    'observability',
    ['/metrics'],
    'Metrics are asked for by POST, as AEP wants it since the second version of this API',
    ['GET'],
  ),
  ...notImplemented('catalog', ['/dataSets/{id}/credentials'], 'Files are put by the batch API, or read with Athena', [
    'GET',
  ]),
  ...notImplemented('catalog', [''], 'Several objects at once are changed by POST /tributary/definitions', ['POST']),
  ...notImplemented(
    'computed-attributes',
    ['/{path+}'],
    'There are no computed attributes: write what they would count into the rules of segments',
  ),
  ...notImplemented(
    'export',
    ['/files/{id}', '/datasets/{id}/preview'],
    'The files of datasets are those of the lake: see docs/ingestion.md, "Asking the lake"',
    ['GET'],
  ),
  ...notImplemented('queries', ['/{path+}'], 'The lake is asked with Athena: see docs/ingestion.md, "Asking the lake"'),
  ...notImplemented(
    'connectors',
    ['/{path+}'],
    'Files are put into the landing bucket of the stage, or sent by the batch API',
  ),
  ...notImplemented(
    'activation',
    ['/{path+}'],
    'Destination types are folders of core/activation/destinations: see docs/destinations.md, "Add one"',
  ),
  ...notImplemented('tags', ['/{path+}'], 'There are no tags'),
  ...notImplemented('folders', ['/{path+}'], 'There are no folders'),
  ...notImplemented(
    'hygiene',
    ['/ttl', '/ttl/{id}', '/workorder', '/workorder/{id}', '/quota'],
    'Events expire as their dataset says (eventExpirationDays); people are deleted with "tributary privacy delete"',
  ),
];

export const STAGE_ROUTES: readonly ApiRoute[] = [...sandboxes, ...accessControl, ...observed, ...others];
