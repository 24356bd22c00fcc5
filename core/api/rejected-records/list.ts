import { fileNameOf } from '#core/ingestion/batch/upload.ts';
import { type FoundRow, pageOfRejected } from '#core/pipeline/quarantine/page.ts';
import { isWholeFile, type QuarantineFilter, rowId } from '#core/pipeline/quarantine/read.ts';
import { groupRejected } from '#core/pipeline/quarantine/reasons.ts';
import { batchPrefixes } from '#core/pipeline/quarantine/write.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RejectedCall, RejectedRecordsDeps } from './deps.ts';
import { placeOf, referenceOf, tokenOf } from './reference.ts';

/** Which rejected records are meant, as an address says it. */
export interface FilterQuery {
  readonly dataset?: string | undefined;
  readonly batch?: string | undefined;
  readonly reason?: string | undefined;
  readonly source?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}
export interface ListQuery extends FilterQuery {
  readonly start?: string | undefined;
  readonly limit: number;
}

export const NO_BATCH = problem('data', 404, 'There is no batch of this id, or nothing of it has been read yet');
export const NO_PLACE = problem('data', 400, 'start: expected "next" of the page before');

/** The records of a batch lie in few objects: without it, all of its dataset would be read. @returns undefined where there is no such batch */
export async function filterOf(
  { batch: batchId, ...filter }: FilterQuery,
  { operations }: Pick<RejectedRecordsDeps, 'operations'>,
): Promise<QuarantineFilter | undefined> {
  if (batchId === undefined) return filter;
  const { batch } = await operations.progress(batchId);
  return batch && { ...filter, prefixes: batchPrefixes(batch) };
}

/** `GET /rejected`: why records were rejected, and where they came from; nothing of what they contain. */
export async function listRejected({ query, deps }: RejectedCall<ListQuery>): Promise<HttpAnswer> {
  const { start, limit, ...rest } = query;
  const after = start === undefined ? undefined : placeOf(start);
  if (start !== undefined && !after) return NO_PLACE;
  const filter = await filterOf(rest, deps);
  if (!filter) return NO_BATCH;
  const { rows, next } = await pageOfRejected(deps.quarantine, filter, { limit, after });
  return { status: 200, body: { rejected: rows.map(describeRejected), ...(next && { next: tokenOf(next) }) } };
}

/** `GET /rejected/reasons`: why, and how many. */
export async function listReasons({ query, deps }: RejectedCall<FilterQuery>): Promise<HttpAnswer> {
  const filter = await filterOf(query, deps);
  return filter ? { status: 200, body: await groupRejected(deps.quarantine, filter) } : NO_BATCH;
}

/** A rejected record without its contents. */
export function describeRejected(found: FoundRow): object {
  const { row } = found;
  const { source, row: number, sequenceNumber, subSequenceNumber } = row.position;
  return {
    reference: referenceOf(found),
    id: rowId(row),
    dataset: row.datasetId,
    receivedAt: new Date(row.receivedAt).toISOString(),
    source: fileNameOf(source),
    ...(number !== undefined && { row: number }),
    ...(sequenceNumber !== undefined && { sequenceNumber }),
    ...(subSequenceNumber !== undefined && { subSequenceNumber }),
    ...(row.format && { format: row.format }),
    isWholeFile: isWholeFile(row),
    rejections: row.rejections,
  };
}
