import * as z from 'zod';
import { whole } from '../management/paging.ts';
import { described } from '../management/route.ts';

const family = 'data';
const counts = z.looseObject({ accepted: z.int(), rejected: z.int(), duplicate: z.int() });

const batch = z.looseObject({
  id: z.string(),
  status: z.string(),
  dataset: z.string(),
  file: z.string().optional(),
  createdAt: z.string(),
  transitions: z.record(z.string(), z.string()),
  chunks: z.object({ all: z.int(), validated: z.int(), completed: z.int() }).optional(),
  counts: counts.optional(),
  validated: counts.optional(),
  partialIngestionPercentage: z.number().optional(),
  decision: z.enum(['ingest', 'reject']).optional(),
  detected: z.record(z.string(), z.string()).optional(),
  ignored: z.string().optional(),
  reason: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});

const listQuery = z.object({
  dataset: z.string().min(1).max(128).optional(),
  status: z.string().max(20).optional(),
  start: whole.optional().default(0),
  limit: whole.pipe(z.int().min(1).max(100)).optional().default(50),
});

/** Batches over HTTP, as the description of the host has them: who describes them can do nothing with them. */
export const BATCHES = {
  list: described({
    family,
    method: 'GET',
    path: '/batches',
    scope: 'operate',
    summary: 'List the batches of the last 30 days, of all ingestion methods, newest first, as far as each has come',
    query: listQuery,
    answer: z.object({ batches: z.array(batch), next: z.int().optional() }),
  }),
  show: described({
    family,
    method: 'GET',
    path: '/batches/{id}',
    scope: 'operate',
    summary: 'Show how far a batch has come: validation pass, decision, counts',
    answer: batch,
  }),
};
