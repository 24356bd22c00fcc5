import * as z from 'zod';
import { whole } from '../management/paging.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { showReach } from './reach.ts';
import { listErrors, listRuns, showRun } from './runs.ts';
import { listDestinations, showDestination } from './status.ts';
import { backfill, release, switchDelivery } from './steer.ts';
import { listTypes, showType } from './types.ts';

const family = 'destinations';
const tally = z.record(z.string(), z.int());
const balance = z.object({
  received: z.int(),
  activated: z.int(),
  failed: z.int(),
  retried: z.int(),
  excluded: tally,
  waiting: z.int(),
  fromBefore: z.int(),
  activationRate: z.number().optional(),
});

const type = z.looseObject({
  type: z.string(),
  title: z.string(),
  category: z.string(),
  summary: z.string(),
  delivery: z.enum(['requests', 'files']),
  identities: z.array(z.string()),
  consents: z.array(z.string()),
  limits: z.array(z.string()),
  credentials: z.record(z.string(), z.string()),
});

const destination = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  title: z.string(),
  category: z.string(),
  enabled: z.boolean(),
  segments: z.array(z.string()),
  state: z.string(),
  pausedSince: z.string().optional(),
  held: z.object({ since: z.string(), segmentId: z.string(), size: z.int(), left: z.int(), most: z.int() }).optional(),
  openUntil: z.string().optional(),
  lanes: z.array(z.string()),
  inQueue: z.int().optional(),
  deadLetters: z.int().optional(),
  lastDay: balance,
});

const run = balance.extend({ hour: z.string(), startedAt: z.string(), state: z.enum(['processing', 'completed']) });
const deliveryError = z.object({
  profile: z.string(),
  identities: z.array(z.string()),
  reason: z.string(),
  errorClass: z.string(),
  detail: z.string().optional(),
  first: z.string(),
  last: z.string(),
  times: z.int(),
});

const hours = (most: number) => whole.pipe(z.int().min(1).max(most)).optional().default(24);
const started = z.object({ destination: z.string(), jobId: z.string() });
const switched = z.object({
  destination: z.string(),
  lanes: z.array(z.string()),
  switched: z.int(),
  pausedSince: z.string().optional(),
});

/** The types of destinations, what destinations are doing, and what steers them. */
export const DESTINATION_ROUTES: readonly ApiRoute[] = [
  route({
    family: 'destination-types',
    method: 'GET',
    path: '',
    scope: 'signed-in',
    summary: 'List types of destinations, or search them',
    query: z.object({ search: z.string().max(200).optional() }),
    answer: z.object({ types: z.array(type) }),
    handle: listTypes,
  }),
  route({
    family: 'destination-types',
    method: 'GET',
    path: '/{type}',
    scope: 'signed-in',
    summary: 'Show a type of destinations: settings as a JSON Schema, credentials, and how it is set up',
    answer: type.extend({
      setUp: z.array(z.string()),
      example: z.record(z.string(), z.unknown()),
      schema: z.record(z.string(), z.unknown()),
    }),
    handle: showType,
  }),
  route({
    family,
    method: 'GET',
    path: '',
    scope: 'operate',
    summary: 'List destinations with what flowed to them in a day, and what keeps them from it',
    answer: z.object({ asOf: z.string(), destinations: z.array(destination) }),
    handle: listDestinations,
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}',
    scope: 'operate',
    summary: 'Show how a destination is doing',
    answer: destination.extend({
      asOf: z.string(),
      audiences: z.array(z.object({ segmentId: z.string(), size: z.int() })),
      definition: z.record(z.string(), z.unknown()),
    }),
    handle: showDestination,
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}/runs',
    scope: 'operate',
    summary: 'List what flowed to a destination, hour by hour',
    query: z.object({ hours: hours(720) }),
    answer: z.object({ destination: z.string(), asOf: z.string(), runs: z.array(run) }),
    handle: listRuns,
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}/runs/{hour}',
    scope: 'operate',
    summary: 'Show what flowed in an hour, and what the vendor said in it',
    answer: run.extend({ destination: z.string(), errors: z.array(deliveryError) }),
    handle: showRun,
  }),
  route({
    family,
    method: 'GET',
    path: '/{id}/errors',
    scope: 'operate',
    summary: "List why single people were not taken, in the vendor's words, masked",
    query: z.object({
      hours: hours(336),
      reason: z.string().max(64).optional(),
      start: whole.optional().default(0),
      limit: whole.pipe(z.int().min(1).max(500)).optional().default(100),
    }),
    answer: z.object({
      destination: z.string(),
      since: z.string(),
      errors: z.array(deliveryError),
      total: z.int(),
      next: z.int().optional(),
    }),
    handle: listErrors,
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/reach',
    scope: 'destination:write',
    summary: 'Count who would be sent, and who would be excluded and why, before anything is activated',
    body: z.strictObject({ definition: z.record(z.string(), z.unknown()).optional() }).optional(),
    answer: z.looseObject({
      profiles: z.int(),
      isExact: z.boolean(),
      members: z.int(),
      reached: z.int(),
      excluded: tally,
    }),
    handle: showReach,
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/pause',
    scope: 'activate',
    summary: 'Stop delivering; deliveries wait in their queue',
    answer: switched,
    handle: (call) => switchDelivery(false, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/resume',
    scope: 'activate',
    summary: 'Go on delivering',
    answer: switched,
    handle: (call) => switchDelivery(true, call),
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/release',
    scope: 'activate',
    summary: 'Let the changes pass that its guard holds back',
    answer: started,
    handle: release,
  }),
  route({
    family,
    method: 'POST',
    path: '/{id}/backfill',
    scope: 'activate',
    summary: 'Send all members that it does not have yet',
    answer: started,
    handle: backfill,
  }),
];
