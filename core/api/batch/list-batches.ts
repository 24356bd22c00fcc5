import { INDEX_PREFIXES, type IndexedBatch, parseIndexKey } from '#core/ingestion/batch/upload.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { BatchApiDeps } from './deps.ts';
import { badRequest, type FindDeps, findBatch, type KnownBatch, maySend } from './known-batch.ts';
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

const described = ({ upload, transitions, batch }: KnownBatch, properties: readonly string[] | undefined) =>
  [upload.id, pickProperties(describeBatch(upload, transitions, batch), properties)] as const;

/** `GET /batches?…`: by their ids, the newest first. */
export async function listBatches(
  { query }: HttpCall,
  connection: SourceConnectionDefinition,
  deps: BatchApiDeps,
): Promise<HttpAnswer> {
  const listing = readListing(query);
  if (typeof listing === 'string') return badRequest(listing);
  const found = await findBatches(listing, (datasetId) => maySend(connection, datasetId), deps, MAX_LOOKED_AT);
  return { status: 200, body: Object.fromEntries(found.map((known) => described(known, listing.properties))) };
}

/**
 * The batches that are asked for: those that were made by the batch API, and those that are files of the landing bucket.
 * @param isMeant whether a dataset is one of those whose batches may be seen
 * @param most batches whose state is looked at, whether it is the one that is asked for or not
 */
export async function findBatches(
  listing: BatchListing,
  isMeant: (datasetId: string) => boolean,
  deps: FindDeps & { readonly landing: Pick<ObjectStore, 'get' | 'list'> },
  most: number,
): Promise<KnownBatch[]> {
  const ids = await idsOf(listing, isMeant, deps.landing, most);
  const found: KnownBatch[] = [];
  const isAsked = ({ transitions, batch }: KnownBatch): boolean =>
    listing.status === undefined || listing.status === statusOf(transitions, batch);
  const wanted = listing.start + listing.limit;
  for (let at = 0; at < ids.length && found.length < wanted; at += CONCURRENCY) {
    const batches = await Promise.all(ids.slice(at, at + CONCURRENCY).map((id) => findBatch(id, deps)));
    found.push(...batches.filter((known) => known !== undefined).filter(isAsked));
  }
  return found.slice(listing.start, wanted);
}

/** Ids of batches of the time and the dataset that are asked for, in the order that is asked for. */
async function idsOf(
  listing: BatchListing,
  isMeant: (datasetId: string) => boolean,
  landing: Pick<ObjectStore, 'list'>,
  most: number,
): Promise<string[]> {
  const { createdAfter = 0, createdBefore = Number.POSITIVE_INFINITY, dataSet, isOldestFirst } = listing;
  const ids: string[] = [];
  for await (const { id, datasetId, createdAt } of newestFirst(landing)) {
    if (createdAt <= createdAfter) break;
    const isOfDataset = isMeant(datasetId) && (dataSet === undefined || dataSet === datasetId);
    if (isOfDataset && createdAt < createdBefore) ids.push(id);
    if (!isOldestFirst && ids.length >= most) break;
  }
  return isOldestFirst ? ids.reverse().slice(0, most) : ids;
}

/** Both kinds of batches in the order of their time; no more of them are listed than are asked for. */
async function* newestFirst(landing: Pick<ObjectStore, 'list'>): AsyncIterable<IndexedBatch> {
  const lists = Object.values(INDEX_PREFIXES).map((prefix) => landing.list(prefix)[Symbol.asyncIterator]());
  const heads = await Promise.all(lists.map((list) => list.next()));
  for (;;) {
    const open = heads.flatMap(({ done, value }, at) => (done ? [] : [{ at, batch: parseIndexKey(value as string) }]));
    if (open.length === 0) return;
    const { at, batch } = open.reduce((x, y) => (y.batch.createdAt > x.batch.createdAt ? y : x));
    heads[at] = await lists[at]!.next();
    yield batch;
  }
}
