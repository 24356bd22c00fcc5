import * as z from 'zod';
import { KINDS } from '#core/catalog/read-definitions.ts';
import { whole } from '../management/paging.ts';
import { type ApiRoute, route } from '../management/route.ts';
import {
  changeDefinitions,
  deleteDefinition,
  listDefinitions,
  listHistory,
  putDefinition,
  showDefinition,
} from './definitions.ts';

const family = 'definitions';

const kind = z.enum(KINDS as [string, ...string[]]);
const definition = z.looseObject({});
const changed = z.looseObject({ version: z.string(), warnings: z.array(z.looseObject({})) });

export const DEFINITION_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '',
    scope: 'signed-in',
    summary: 'List all definitions of the catalog that is active',
    query: z.object({ kind: kind.optional() }),
    answer: z.object({ version: z.string(), definitions: z.record(z.string(), definition) }),
    handle: listDefinitions,
  }),
  route({
    family,
    method: 'POST',
    path: '',
    scope: 'signed-in',
    summary: 'Change several definitions at once, all or none of them',
    query: z.object({ dryRun: z.enum(['true', 'false']).optional() }),
    body: z.object({
      /** The version that has to be active; any where it is omitted. */
      instead: z.string().optional(),
      comment: z.string().max(500).optional(),
      changes: z
        .array(z.object({ kind, name: z.string().min(1).max(500), value: definition.nullable() }))
        .min(1)
        .max(1_000),
    }),
    answer: changed,
    handle: (call) => changeDefinitions(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/history',
    scope: 'signed-in',
    summary: 'List the versions that were active, with author and comment, newest first',
    query: z.object({ limit: whole.pipe(z.int().min(1).max(100)).optional().default(20) }),
    answer: z.object({ versions: z.array(z.looseObject({ version: z.string(), at: z.string() })) }),
    handle: listHistory,
  }),
  route({
    family,
    method: 'GET',
    path: '/{kind}/{name+}',
    scope: 'signed-in',
    summary: 'Show a definition as it is written in a catalog',
    answer: definition,
    handle: showDefinition,
  }),
  route({
    family,
    method: 'PUT',
    path: '/{kind}/{name+}',
    scope: 'signed-in',
    summary: 'Create or replace a definition',
    body: definition,
    answer: changed,
    handle: (call) => putDefinition(call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: '/{kind}/{name+}',
    scope: 'signed-in',
    summary: 'Delete a definition',
    answer: changed,
    handle: deleteDefinition,
  }),
];
