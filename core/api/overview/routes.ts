import * as z from 'zod';
import { instant, stageCounts } from '../counts/shapes.ts';
import { type ApiRoute, route } from '../management/route.ts';
import { showOverview } from './overview.ts';

const flowed = z.object({
  received: z.int(),
  activated: z.int(),
  failed: z.int(),
  retried: z.int(),
  excluded: z.record(z.string(), z.int()),
});

const destination = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  segments: z.array(z.string()),
  pausedSince: instant.optional(),
  lastDay: flowed,
});

const evaluation = z.object({
  id: z.string(),
  status: z.enum(['queued', 'running', 'finished', 'failed', 'superseded']),
  startedAt: instant,
  endedAt: instant.optional(),
  counts: z.record(z.string(), z.int()),
});

export const OVERVIEW_ROUTES: readonly ApiRoute[] = [
  route({
    family: 'overview',
    method: 'GET',
    path: '',
    scope: 'operate',
    summary: 'Show what is active, the evaluation of all profiles, what flows to destinations, and what is counted',
    answer: z.object({
      stage: z.string(),
      asOf: instant,
      version: z.string(),
      activeSince: instant.optional(),
      definitions: z.record(z.string(), z.int()),
      evaluation: evaluation.optional(),
      lastFinishedEvaluation: evaluation.optional(),
      destinations: z.array(destination),
      counts: stageCounts,
    }),
    handle: showOverview,
  }),
];
