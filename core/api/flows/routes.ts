import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { whole } from '../management/paging.ts';
import { jsonPatch } from '../management/patch.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { connectionSpecs, FLOW_SPECS, PARTS, type Part } from './entities.ts';
import {
  listConnectionSpecs,
  listFlowSpecs,
  listParts,
  listRuns,
  showPart,
  showRun,
  showSpec,
  testConnection,
} from './read.ts';
import { createTarget, nameSource, newConnection, newSource, newTarget } from './set-up.ts';
import { createFlow, newFlow } from './switch-on.ts';
import { actOnFlow, createConnection, deletePart, patchPart } from './write.ts';

const family = 'flows';

const query = z.object({
  limit: whole.pipe(z.int().min(1).max(100)).optional().default(20),
  continuationToken: z.string().optional(),
  count: z.stringbool().optional(),
});
const list = z.looseObject({ items: z.array(z.looseObject({ id: z.string() })).optional() });
const changed = z.looseObject({ id: z.string(), etag: z.string() });

const NAMES: Readonly<Record<Part, string>> = {
  connections: 'base connections',
  sourceConnections: 'source connections',
  targetConnections: 'target connections',
  flows: 'flows',
};

const routesOf = (part: Part): ApiRoute[] => [
  route({
    family,
    method: 'GET',
    path: `/${part}`,
    scope: 'signed-in',
    summary: `List ${NAMES[part]}`,
    query,
    answer: list,
    handle: (call) => listParts(part, call),
  }),
  route({
    family,
    method: 'GET',
    path: `/${part}/{id}`,
    scope: 'signed-in',
    summary: `Show one of the ${NAMES[part]}`,
    answer: list,
    handle: (call) => showPart(part, call),
  }),
  route({
    family,
    method: 'PATCH',
    path: `/${part}/{id}`,
    scope: 'signed-in',
    summary: `Change one of the ${NAMES[part]}`,
    body: jsonPatch,
    answer: changed,
    handle: (call) => patchPart(part, call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: `/${part}/{id}`,
    scope: 'signed-in',
    summary: `Delete one of the ${NAMES[part]}`,
    handle: (call) => deletePart(part, call),
  }),
];

export const FLOW_ROUTES: readonly ApiRoute[] = [
  ...PARTS.flatMap(routesOf),
  route({
    family,
    method: 'POST',
    path: '/connections',
    scope: 'signed-in',
    summary: 'Create a source connection that records stream in by, or begin to set up a destination',
    body: newConnection,
    answer: changed,
    handle: (call) => createConnection(call.body, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/sourceConnections',
    scope: 'destination:write',
    summary: 'Name profiles as what a destination is sent',
    body: newSource,
    answer: changed,
    handle: (call) => nameSource(call.body),
  }),
  route({
    family,
    method: 'POST',
    path: '/targetConnections',
    scope: 'destination:write',
    summary: 'Give a destination that is being set up its settings',
    body: newTarget,
    answer: changed,
    handle: (call) => createTarget(call.body, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/flows',
    scope: 'destination:write',
    summary: 'Switch a destination on, with the audiences that are sent',
    body: newFlow,
    answer: changed,
    handle: (call) => createFlow(call.body, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/connections/{id}/test',
    scope: 'signed-in',
    summary: 'Test a connection',
    answer: z.looseObject({ connectionTest: z.string() }),
    handle: testConnection,
  }),
  route({
    family,
    method: 'POST',
    path: '/flows/{id}/action',
    scope: 'signed-in',
    summary: 'Enable or disable a flow',
    query: z.object({ op: z.enum(['enable', 'disable']) }),
    answer: changed,
    handle: (call) => actOnFlow(call.query.op, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/connectionSpecs',
    scope: 'signed-in',
    summary: 'List what connections can be of',
    query,
    answer: list,
    handle: listConnectionSpecs,
  }),
  route({
    family,
    method: 'GET',
    path: '/connectionSpecs/{id}',
    scope: 'signed-in',
    summary: 'Show what a connection can be of',
    answer: list,
    handle: (call) => showSpec(connectionSpecs(), call),
  }),
  route({
    family,
    method: 'GET',
    path: '/flowSpecs',
    scope: 'signed-in',
    summary: 'List kinds of flows',
    query,
    answer: list,
    handle: listFlowSpecs,
  }),
  route({
    family,
    method: 'GET',
    path: '/flowSpecs/{id}',
    scope: 'signed-in',
    summary: 'Show a kind of flows',
    answer: list,
    handle: (call) => showSpec(FLOW_SPECS, call),
  }),
  route({
    family,
    method: 'GET',
    path: '/runs',
    scope: 'signed-in',
    summary: 'List what flowed to destinations, by hour',
    query,
    answer: list,
    handle: listRuns,
  }),
  route({
    family,
    method: 'GET',
    path: '/runs/{id}',
    scope: 'signed-in',
    summary: 'Show what flowed in an hour',
    answer: list,
    handle: showRun,
  }),
  ...notImplemented(family, ['/runs', '/runs/{id}/action'], 'Nothing is fetched from sources: producers send', [
    'POST',
  ]),
  ...notImplemented(
    family,
    [
      '/connectionSpecs/{id}/explore',
      '/connections/{id}/explore',
      '/connectionSpecs/{id}/configs',
      '/connections/{id}/configs',
    ],
    'Sources are not looked into: producers send',
    ['GET'],
  ),
];
