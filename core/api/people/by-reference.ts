import * as z from 'zod';
import { type ApiRoute, routeOf } from '../management/route.ts';
import { showAttributes } from './attributes.ts';
import { explainInAudience, showAudiences } from './audiences.ts';
import { explainAtDestination, showDeliveries } from './deliveries.ts';
import type { PeopleDeps } from './deps.ts';
import { showGraph } from './identities.ts';
import { membersQuery, sampleMembers } from './members.ts';
import { deletePerson, jobsBody, listJobs, openJobs, showJob, showJobData } from './privacy.ts';
import { searchBody, searchProfile } from './search.ts';
import {
  attributesAnswer,
  audiencesAnswer,
  consentsAnswer,
  deliveriesAnswer,
  deliveryAnswer,
  explanationAnswer,
  graphAnswer,
  jobAnswer,
  jobDataAnswer,
  jobListAnswer,
  membersAnswer,
  openedJobsAnswer,
  searchAnswer,
  summaryAnswer,
  timelineAnswer,
  unlinkAnswer,
} from './shapes.ts';
import { showConsents, showSummary } from './summary.ts';
import { showTimeline, timelineQuery } from './timeline.ts';
import { linkBody, relinkIdentities, unlinkIdentities, unlinkQuery } from './unlinking.ts';

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
  route({
    family: 'profiles',
    method: 'POST',
    path: '/{reference}/unlink',
    scope: 'govern',
    summary: 'Take the link between two identities out, or say what would follow',
    query: unlinkQuery,
    body: linkBody,
    answer: unlinkAnswer,
    handle: unlinkIdentities,
  }),
  route({
    family: 'profiles',
    method: 'POST',
    path: '/{reference}/relink',
    scope: 'govern',
    summary: 'Link two identities again that were unlinked',
    body: linkBody,
    answer: z.object({ isDone: z.boolean() }),
    handle: (call) => relinkIdentities({ ...call, query: {} }),
  }),
  route({
    family: 'profiles',
    method: 'DELETE',
    path: '/{reference}',
    scope: 'privacy',
    summary: 'Delete a person',
    answer: openedJobsAnswer,
    handle: deletePerson,
  }),
];

/** AEP's privacy jobs: for the person themselves, so that values are never masked. */
export const PRIVACY_ROUTES: readonly ApiRoute<z.ZodType, z.ZodType, PeopleDeps>[] = [
  route({
    family: 'privacy',
    method: 'POST',
    path: '/jobs',
    scope: 'privacy',
    summary: 'Ask for what is stored about people, or for its deletion',
    body: jobsBody,
    answer: openedJobsAnswer,
    handle: openJobs,
  }),
  route({
    family: 'privacy',
    method: 'GET',
    path: '/jobs',
    scope: 'privacy',
    summary: 'List deletions that are under way',
    answer: jobListAnswer,
    handle: listJobs,
  }),
  route({
    family: 'privacy',
    method: 'GET',
    path: '/jobs/{id}',
    scope: 'privacy',
    summary: 'Show how far a privacy job has come, and its receipts',
    answer: jobAnswer,
    handle: showJob,
  }),
  route({
    family: 'privacy',
    method: 'GET',
    path: '/jobs/{id}/data',
    scope: 'privacy',
    summary: 'Show what is stored about the person of a job for access',
    answer: jobDataAnswer,
    handle: showJobData,
  }),
];
