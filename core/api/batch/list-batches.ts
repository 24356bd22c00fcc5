import { INDEX_PREFIX, parseIndexKey } from '#core/ingestion/batch/upload.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, findBatch, type KnownBatch, maySend } from './known-batch.ts';
import { type BatchListing, pickProperties, readListing } from './listing.ts';
import { describeBatch, statusOf } from './report.ts';

/** Batches whose state is looked at for one list, whether it is the one that is asked for or not: an answer has seconds. */
const MAX_LOOKED_AT = 500;
const CONCURRENCY = 20;

/** `GET /batches/{id}`: the batch by its id, as AEP's catalog tells it. */
export const showBatch = ({ query }: HttpCall, known: KnownBatch): HttpAnswer => ({
  status: 200,
  body: Object.fromEntries([described(known, query.properties?.split(','))]),
});

/** `GET /batches/{id},{id},…`: those of them that there are. */
export async function showBatches(
  ids: readonly string[],
  { query }: HttpCall,
  connection: SourceConnectionDefinition,
  deps: BatchApiDeps,
): Promise<HttpAnswer> {
  const known = await Promise.all(ids.map((id) => findBatch(id, deps)));
  const own = known.filter((one) => one !== undefined).filter(({ upload }) => maySend(connection, upload.datasetId));
  if (own.length === 0) return problem(404, 'inlet', 'There is no batch of these ids');
  return { status: 200, body: Object.fromEntries(own.map((one) => described(one, query.properties?.split(',')))) };
}

const described = ({ upload, marks, batch }: KnownBatch, properties: readonly string[] | undefined) =>
  [upload.id, pickProperties(describeBatch(upload, marks, batch), properties)] as const;

/** `GET /batches?…`: those that were made here, by their ids, the newest first. */
export async function listBatches(
  { query }: HttpCall,
  connection: SourceConnectionDefinition,
  deps: BatchApiDeps,
): Promise<HttpAnswer> {
  const listing = readListing(query);
  if (typeof listing === 'string') return badRequest(listing);
  const ids = await idsOf(listing, connection, deps);
  const found: KnownBatch[] = [];
  const isAsked = ({ marks, batch }: KnownBatch): boolean =>
    listing.status === undefined || listing.status === statusOf(marks, batch);
  const wanted = listing.start + listing.limit;
  for (let at = 0; at < ids.length && found.length < wanted; at += CONCURRENCY) {
    const batches = await Promise.all(ids.slice(at, at + CONCURRENCY).map((id) => findBatch(id, deps)));
    found.push(...batches.filter((known) => known !== undefined).filter(isAsked));
  }
  const asked = found.slice(listing.start, wanted).map((known) => described(known, listing.properties));
  return { status: 200, body: Object.fromEntries(asked) };
}

/** Ids of batches of the time and the dataset that are asked for, in the order that is asked for. */
async function idsOf(
  listing: BatchListing,
  connection: SourceConnectionDefinition,
  { landing }: BatchApiDeps,
): Promise<string[]> {
  const { createdAfter = 0, createdBefore = Number.POSITIVE_INFINITY, dataSet, isOldestFirst } = listing;
  const ids: string[] = [];
  for await (const key of landing.list(INDEX_PREFIX)) {
    const { id, datasetId, createdAt } = parseIndexKey(key);
    if (createdAt <= createdAfter) break;
    const isOfDataset = maySend(connection, datasetId) && (dataSet === undefined || dataSet === datasetId);
    if (isOfDataset && createdAt < createdBefore) ids.push(id);
    if (!isOldestFirst && ids.length >= MAX_LOOKED_AT) break;
  }
  return isOldestFirst ? ids.reverse().slice(0, MAX_LOOKED_AT) : ids;
}
