import type * as z from 'zod';
import { type ApiRoute, routeOf } from '../management/route.ts';
import { showAttributes } from './attributes.ts';
import { explainInAudience, showAudiences } from './audiences.ts';
import { explainAtDestination, showDeliveries } from './deliveries.ts';
import type { PeopleDeps } from './deps.ts';
import { showGraph } from './identities.ts';
import { membersQuery, sampleMembers } from './members.ts';
import { searchBody, searchProfile } from './search.ts';
import {
  attributesAnswer,
  audiencesAnswer,
  consentsAnswer,
  deliveriesAnswer,
  deliveryAnswer,
  explanationAnswer,
  graphAnswer,
  membersAnswer,
  searchAnswer,
  summaryAnswer,
  timelineAnswer,
} from './shapes.ts';
import { showConsents, showSummary } from './summary.ts';
import { showTimeline, timelineQuery } from './timeline.ts';

const route = routeOf<PeopleDeps>();
/** Whoever may read profiles; with `profile:read:masked`, without their values. */
const read = { family: 'profiles', scope: 'profile:read' } as const;

/** People by an opaque reference: no address of these names anybody. Each row leaves an audit record. */
export const REFERENCE_ROUTES: readonly ApiRoute<z.ZodType, z.ZodType, PeopleDeps>[] = [
  route({
    ...read,
    method: 'GET',
    path: '',
    summary: 'Show some members of an audience',
    query: membersQuery,
    answer: membersAnswer,
    handle: sampleMembers,
  }),
  route({
    ...read,
    method: 'POST',
    path: '/search',
    summary: 'Find a person by an identity',
    body: searchBody,
    answer: searchAnswer,
    handle: searchProfile,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}',
    summary: 'Show by what a person is known, and how fresh that is',
    answer: summaryAnswer,
    handle: showSummary,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/attributes',
    summary: 'Show the attributes of a person, and which record each comes from',
    answer: attributesAnswer,
    handle: showAttributes,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/consents',
    summary: 'Show what a person agrees to',
    answer: consentsAnswer,
    handle: showConsents,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/events',
    summary: 'Show the events of a person, by type, dataset and time',
    query: timelineQuery,
    answer: timelineAnswer,
    handle: showTimeline,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/audiences',
    summary: 'Show in which audiences a person is, since when and until when',
    answer: audiencesAnswer,
    handle: showAudiences,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/audiences/{id}/explanation',
    summary: 'Explain why a person is in an audience, or is not',
    answer: explanationAnswer,
    handle: explainInAudience,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/graph',
    summary: 'Show all identities and links of a person, and the links that were removed',
    answer: graphAnswer,
    handle: showGraph,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/destinations',
    summary: 'Show what each destination holds of a person',
    answer: deliveriesAnswer,
    handle: showDeliveries,
  }),
  route({
    ...read,
    method: 'GET',
    path: '/{reference}/destinations/{id}/explanation',
    summary: 'Explain why a person was delivered to a destination, or was not',
    answer: deliveryAnswer,
    handle: explainAtDestination,
  }),
];
