import * as z from 'zod';
import { notImplemented } from '../management/not-implemented.ts';
import { type ApiRoute, routeOf } from '../management/route.ts';
import { access } from '../profile/entities.ts';
import { PRIVACY_ROUTES, REFERENCE_ROUTES } from './by-reference.ts';
import type { PeopleDeps } from './deps.ts';
import { clusterMembers, compositeXid, graphBody, linkedIdentities, MAX_IDENTITIES } from './graph.ts';
import { openJobs } from './privacy.ts';
import { openedJobsAnswer } from './shapes.ts';

const family = 'people';
const route = routeOf<PeopleDeps>();

const clusters = z.looseObject({ clusters: z.array(z.looseObject({ members: z.array(z.looseObject({})) })) });
const graphs = z.looseObject({ graphs: z.array(z.looseObject({})) });

const XIDS =
  'Identities are named by their namespace and value: ask for {"ns": …, "id": …} at /data/core/identity/v2/graph';

/** Who may see people: each row needs the scope for it, and leaves an audit record. */
export const PEOPLE_ROUTES: readonly ApiRoute<z.ZodType, z.ZodType, PeopleDeps>[] = [
  ...(['GET', 'POST'] as const).map((method) =>
    route({
      family,
      method,
      path: '/ups/access/entities',
      scope: 'profile:read',
      summary: method === 'GET' ? 'Show a profile or its events' : 'Show several profiles or their events',
      answer: z.looseObject({}),
      handle: ({ call, caller, deps }) => access(call, caller, deps),
    }),
  ),
  route({
    family,
    method: 'GET',
    path: '/identity/cluster/members',
    scope: 'profile:read',
    summary: 'Show the identities of a person',
    query: compositeXid,
    answer: clusters,
    handle: (call) => clusterMembers([call.query], call),
  }),
  route({
    family,
    method: 'POST',
    path: '/identity/clusters/members',
    scope: 'profile:read',
    summary: 'Show the identities of several people',
    body: z.object({
      compositeXids: z.array(compositeXid).min(1).max(MAX_IDENTITIES),
      'graph-type': z.string().optional(),
      version: z.number().optional(),
    }),
    answer: clusters,
    handle: (call) => clusterMembers(call.body.compositeXids, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/identity/v2/graph',
    scope: 'profile:read',
    summary: 'Show identity graphs, as identities or with links, their ages and sources',
    body: graphBody,
    answer: graphs,
    handle: (call) => linkedIdentities(call.body, call),
  }),
  route({
    family,
    method: 'DELETE',
    path: '/ups/access/entities',
    scope: 'privacy',
    summary: 'Delete a person by an identity',
    query: z.object({ entityId: z.string().min(1).max(1_024), entityIdNS: z.string().min(1).max(256) }),
    answer: openedJobsAnswer,
    handle: (call) => {
      const { entityId: value, entityIdNS: namespace } = call.query;
      return openJobs({
        ...call,
        body: { users: [{ key: 'entity', action: ['delete'], userIDs: [{ namespace, value }] }] },
      });
    },
  }),
  ...REFERENCE_ROUTES,
  ...PRIVACY_ROUTES,
  ...notImplemented(family, ['/identity/identity'], XIDS, ['GET']),
  ...notImplemented(family, ['/identity/mapping'], XIDS, ['GET', 'POST']),
];
