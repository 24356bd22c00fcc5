import type * as z from 'zod';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import { type ApiRoute, type RouteCall, routeOf } from '../management/route.ts';
import { reportBatch } from './batch-report.ts';
import type { BatchApiDeps } from './deps.ts';
import { BATCHES } from './description.ts';
import { findBatch } from './known-batch.ts';
import { findBatches } from './list-batches.ts';

const route = routeOf<BatchApiDeps>();
type BatchCall<Query = unknown> = RouteCall<Query, unknown, BatchApiDeps>;

/** Batches whose state is looked at for one list: an answer has seconds. */
const MAX_LOOKED_AT = 500;

interface ListQuery {
  readonly dataset?: string | undefined;
  readonly status?: string | undefined;
  readonly start: number;
  readonly limit: number;
}

async function listBatches({ query, deps }: BatchCall<ListQuery>): Promise<HttpAnswer> {
  const { dataset, status, start, limit } = query;
  // One more than is answered, to know whether there are more.
  const listing = { dataSet: dataset, status, start, limit: limit + 1, isOldestFirst: false };
  const found = await findBatches(listing, () => true, deps, MAX_LOOKED_AT);
  const batches = found.slice(0, limit).map((known) => reportBatch(known));
  return { status: 200, body: { batches, ...(found.length > limit && { next: start + limit }) } };
}

async function showBatch({ params, deps }: BatchCall): Promise<HttpAnswer> {
  const known = await findBatch(params.id!, deps);
  return known ? { status: 200, body: reportBatch(known) } : NONE;
}

const NONE = problem('data', 404, 'There is no batch of this id');

/** How far batches have come, as `tributary batch` tells it: for people, where the batch API is for programs of AEP. */
export const BATCH_ROUTES: readonly ApiRoute<z.ZodType, z.ZodType, BatchApiDeps>[] = [
  route({ ...BATCHES.list, handle: listBatches }),
  route({ ...BATCHES.show, handle: showBatch }),
];
