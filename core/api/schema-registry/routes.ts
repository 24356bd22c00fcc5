import * as z from 'zod';
import { whole } from '../management/paging.ts';
import { jsonPatch } from '../management/patch.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { listChanges } from './audit-log.ts';
import {
  createDescriptor,
  deleteDescriptor,
  listDescriptors,
  replaceDescriptor,
  showDescriptor,
} from './descriptors.ts';
import { importResources } from './import.ts';
import { exportResource, listResources, listUnions, showResource, showSample, showStats, showUnion } from './read.ts';
import type { ResourceType } from './resources.ts';
import { createResource, deleteResource, patchResource, replaceResource } from './write.ts';

const family = 'schema-registry';

const listQuery = z.object({
  start: z.string().optional(),
  limit: whole.pipe(z.int().min(1).max(500)).optional().default(300),
  orderby: z.string().max(100).optional(),
});

const summary = z.looseObject({ $id: z.string(), 'meta:altId': z.string(), title: z.string(), version: z.string() });
const list = z.looseObject({
  results: z.array(z.looseObject({})),
  _page: z.looseObject({ orderby: z.string(), next: z.string().nullable(), count: z.int() }),
  _links: z.looseObject({}),
});
const text = z.string().max(1_000);

/** Members that the registry does not know are kept, as annotations of JSON Schema are. */
const newPart = z.looseObject({
  $id: text.optional(),
  title: text.min(1),
  description: z.string().optional(),
  type: z.literal('object').optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  definitions: z.record(z.string(), z.unknown()).optional(),
  allOf: z.array(z.looseObject({ $ref: z.string().optional() })).optional(),
  'meta:intendedToExtend': z.array(z.string()).optional(),
});
const newSchema = newPart.extend({ 'meta:class': z.string().optional() });
const descriptor = z.looseObject({ '@type': z.string(), 'xdm:sourceSchema': z.string() });

/** Each of AEP's names of a type of resource; field groups were called mixins. */
const TYPES: Readonly<Record<string, ResourceType>> = {
  schemas: 'schemas',
  fieldgroups: 'fieldgroups',
  mixins: 'fieldgroups',
  classes: 'classes',
  datatypes: 'datatypes',
};

function routesOf(name: string, type: ResourceType): ApiRoute[] {
  const body = type === 'schemas' ? newSchema : newPart;
  const shared = { family, scope: 'schema:write', answer: summary } as const;
  return [
    route({
      family,
      method: 'GET',
      path: `/{container}/${name}`,
      scope: 'signed-in',
      summary: `List ${name}`,
      query: listQuery,
      answer: list,
      handle: (call) => listResources(type, call),
    }),
    route({
      family,
      method: 'GET',
      path: `/{container}/${name}/{id+}`,
      scope: 'signed-in',
      summary: `Show one of the ${name}`,
      answer: summary,
      handle: (call) => showResource(type, call),
    }),
    route({
      ...shared,
      method: 'POST',
      path: `/tenant/${name}`,
      summary: `Create one of the ${name}`,
      body,
      handle: (call) => createResource(type, call.body, call),
    }),
    route({
      ...shared,
      method: 'PUT',
      path: `/tenant/${name}/{id+}`,
      summary: `Replace one of the ${name}`,
      body,
      handle: (call) => replaceResource(type, call.body, call),
    }),
    route({
      ...shared,
      method: 'PATCH',
      path: `/tenant/${name}/{id+}`,
      summary: `Change one of the ${name}`,
      body: jsonPatch,
      handle: (call) => patchResource(type, call.body, call),
    }),
    route({
      family,
      method: 'DELETE',
      path: `/tenant/${name}/{id+}`,
      scope: 'schema:write',
      summary: `Delete one of the ${name}`,
      handle: (call) => deleteResource(type, call),
    }),
  ];
}

export const SCHEMA_REGISTRY_ROUTES: readonly ApiRoute[] = [
  ...Object.entries(TYPES).flatMap(([name, type]) => routesOf(name, type)),
  route({
    family,
    method: 'GET',
    path: '/stats',
    scope: 'signed-in',
    summary: 'Show the tenant and how many resources it has',
    answer: z.looseObject({ tenantId: z.string(), counts: z.record(z.string(), z.int()) }),
    handle: showStats,
  }),
  route({
    family,
    method: 'GET',
    path: '/global/behaviors',
    scope: 'signed-in',
    summary: 'List behaviors',
    query: listQuery,
    answer: list,
    handle: (call) => listResources('behaviors', call),
  }),
  route({
    family,
    method: 'GET',
    path: '/global/behaviors/{id+}',
    scope: 'signed-in',
    summary: 'Show a behavior',
    answer: summary,
    handle: (call) => showResource('behaviors', call),
  }),
  route({
    family,
    method: 'GET',
    path: '/{container}/descriptors',
    scope: 'signed-in',
    summary: 'List descriptors',
    query: listQuery,
    answer: z.looseObject({}),
    handle: listDescriptors,
  }),
  route({
    family,
    method: 'GET',
    path: '/{container}/descriptors/{id}',
    scope: 'signed-in',
    summary: 'Show a descriptor',
    answer: descriptor,
    handle: showDescriptor,
  }),
  route({
    family,
    method: 'POST',
    path: '/tenant/descriptors',
    scope: 'schema:write',
    summary: 'Create a descriptor',
    body: descriptor,
    answer: descriptor,
    handle: (call) => createDescriptor(call.body, call),
  }),
  route({
    family,
    method: 'PUT',
    path: '/tenant/descriptors/{id}',
    scope: 'schema:write',
    summary: 'Replace a descriptor',
    body: descriptor,
    answer: descriptor,
    handle: (call) => replaceDescriptor(call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: '/tenant/descriptors/{id}',
    scope: 'schema:write',
    summary: 'Delete a descriptor',
    handle: deleteDescriptor,
  }),
  route({
    family,
    method: 'GET',
    path: '/{container}/unions',
    scope: 'signed-in',
    summary: 'List the unions of all schemas of a class',
    query: listQuery,
    answer: list,
    handle: listUnions,
  }),
  route({
    family,
    method: 'GET',
    path: '/{container}/unions/{id+}',
    scope: 'signed-in',
    summary: 'Show the union of all schemas of a class',
    answer: summary,
    handle: showUnion,
  }),
  route({
    family,
    method: 'GET',
    path: '/rpc/sampledata/{id+}',
    scope: 'signed-in',
    summary: 'Show a record that a schema allows',
    answer: z.looseObject({}),
    handle: showSample,
  }),
  route({
    family,
    method: 'GET',
    path: '/rpc/export/{id+}',
    scope: 'signed-in',
    summary: 'Export a resource with those that it refers to',
    answer: z.array(z.looseObject({})),
    handle: exportResource,
  }),
  // A client that is much used sends what it imports to the address of exports.
  ...['/rpc/import', '/rpc/export'].map((path) =>
    route({
      family,
      method: 'POST',
      path,
      scope: 'schema:write',
      summary: 'Import what was exported',
      body: z.array(newSchema).min(1).max(200),
      answer: z.array(z.looseObject({})),
      handle: (call) => importResources(call.body, call),
    }),
  ),
  route({
    family,
    method: 'GET',
    path: '/rpc/auditlog/{id+}',
    scope: 'signed-in',
    summary: 'List who changed a resource',
    answer: z.array(z.looseObject({})),
    handle: listChanges,
  }),
];
