import * as z from 'zod';
import { type ApiRoute, route } from '../management/route.ts';
import { showAudienceHistories, showAudienceHistory, showHistory } from './history.ts';
import { showCounts } from './now.ts';
import { audienceHistories, audienceHistory, every, stageCounts, stageHistory } from './shapes.ts';

const family = 'counts';
const given = z.iso.datetime({ offset: true }).optional();
const period = z.object({ every: every.default('day'), from: given, to: given });

export const COUNT_ROUTES: readonly ApiRoute[] = [
  route({
    family,
    method: 'GET',
    path: '',
    scope: 'operate',
    summary: 'Show what the stage contains: profiles, audiences, records, destinations',
    answer: stageCounts,
    handle: showCounts,
  }),
  route({
    family,
    method: 'GET',
    path: '/history',
    scope: 'operate',
    summary: 'Show how many profiles and records there were, hour by hour or day by day',
    query: period.extend({ dataset: z.string().max(200).optional() }),
    answer: stageHistory,
    handle: showHistory,
  }),
  route({
    family,
    method: 'GET',
    path: '/audiences',
    scope: 'signed-in',
    summary: 'Show how large all audiences are and were',
    query: period,
    answer: audienceHistories,
    handle: showAudienceHistories,
  }),
  route({
    family,
    method: 'GET',
    path: '/audiences/{id}',
    scope: 'signed-in',
    summary: 'Show how large an audience is and was',
    query: period,
    answer: audienceHistory,
    handle: showAudienceHistory,
  }),
];
