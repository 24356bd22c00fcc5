import { type CsvDialect, PLAIN_CSV } from '#core/ingestion/text/csv-dialect.ts';
import { rowReader } from '#core/ingestion/text/csv-rows.ts';
import { csvSplitter } from '#core/ingestion/text/splitter-for.ts';
import { correctableLine, textOf } from '#core/pipeline/quarantine/corrected.ts';
import { type FoundRow, pageOfRejected } from '#core/pipeline/quarantine/page.ts';
import { isWholeFile, objectAt, rowId } from '#core/pipeline/quarantine/read.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDo } from '../management/caller.ts';
import { problem } from '../management/problem.ts';
import type { RejectedCall, RejectedRecordsDeps } from './deps.ts';
import { describeRejected, filterOf, type ListQuery, NO_BATCH, NO_PLACE } from './list.ts';
import { placeOf, tokenOf } from './reference.ts';

const FAMILY = 'data';
export const NOT_THERE = problem(
  FAMILY,
  404,
  'This record is not in quarantine any more: it was ingested in the meantime, or its time is over',
);
const NEEDS_ALL = problem(
  FAMILY,
  403,
  'Contents of rejected records have no labels yet: they need the scope "profile:read" without a label',
);

/** The record that a reference stands for. */
export async function findRejected(
  reference: string,
  { quarantine }: Pick<RejectedRecordsDeps, 'quarantine'>,
): Promise<FoundRow | undefined> {
  const place = placeOf(reference);
  const object = place?.id === undefined ? undefined : await objectAt(place.object, quarantine);
  const row = object?.all.find((one) => rowId(one) === place!.id);
  return row && { object: place!.object, row };
}

/** `GET /rejected/{reference}`: the record itself, as it came. It may name people, so it is written down who saw it. */
export async function showRejected(call: RejectedCall): Promise<HttpAnswer> {
  if (!mayDo(call.caller, 'profile:read')) return NEEDS_ALL;
  const found = await findRejected(call.params.reference!, call.deps);
  if (!found) return NOT_THERE;
  await writeDown([found], call);
  return { status: 200, body: { ...describeRejected(found), ...contentsOf(found.row) } };
}

/** What a record contains: all of it as text, and of a row of CSV its cells, where it can be read so far. */
export function contentsOf(row: QuarantineRow): object {
  const cells = cellsOf(row);
  return {
    raw: textOf(row),
    isText: row.rawEncoding === undefined,
    ...(row.header && { header: row.header }),
    ...(cells && { cells }),
    ...(row.csv && { delimiter: row.csv.delimiter }),
  };
}

function cellsOf(row: QuarantineRow): readonly string[] | undefined {
  if (row.format !== 'csv' || !row.header || row.rawEncoding) return undefined;
  // What was a text has been kept as one.
  const dialect: CsvDialect = { ...(row.csv ?? PLAIN_CSV), encoding: 'utf-8' };
  const splitter = csvSplitter(1, dialect);
  const [one, ...others] = [...splitter.push(Buffer.from(row.raw)), ...splitter.end()];
  const decoded = one && others.length === 0 ? rowReader(row.header, dialect)(one, row.position) : undefined;
  return decoded && !decoded.rejection ? (decoded.value as readonly string[]) : undefined;
}

/** Text of one answer: a function answers with 6 MB at most. */
const MAX_BYTES = 3 * 1_048_576;
const EXPORTED_ROWS = 1_000;

/** `GET /rejected/export`: the records to be fixed, a line each, as `tributary quarantine export` writes them. */
export async function exportRejected(call: RejectedCall<ListQuery>): Promise<HttpAnswer> {
  const { query, deps, caller } = call;
  if (!mayDo(caller, 'profile:read')) return NEEDS_ALL;
  const { start, limit: _limit, ...rest } = query;
  const after = start === undefined ? undefined : placeOf(start);
  if (start !== undefined && !after) return NO_PLACE;
  const filter = await filterOf(rest, deps);
  if (!filter) return NO_BATCH;
  const page = await pageOfRejected(deps.quarantine, filter, { limit: EXPORTED_ROWS, after, maxObjects: 20 });
  const records = page.rows.filter(({ row }) => !isWholeFile(row));
  const lines = linesOf(records);
  await writeDown(records.slice(0, lines.length), call);
  const last = records[lines.length - 1];
  const isCut = lines.length < records.length;
  const next = isCut && last ? { object: last.object, id: rowId(last.row) } : page.next;
  return { status: 200, body: { lines: lines.join(''), ...(next && { next: tokenOf(next) }) } };
}

/** The first one always, however large. */
function linesOf(records: readonly FoundRow[]): readonly string[] {
  const lines: string[] = [];
  let bytes = 0;
  for (const { row } of records) {
    const line = correctableLine(row);
    bytes += Buffer.byteLength(line);
    if (lines.length > 0 && bytes > MAX_BYTES) break;
    lines.push(line);
  }
  return lines;
}

/** Before anybody sees it: what cannot be written down is not shown. */
async function writeDown(
  found: readonly FoundRow[],
  { caller, call, deps }: Pick<RejectedCall, 'caller' | 'call' | 'deps'>,
): Promise<void> {
  const { sourceIp } = call;
  const at = deps.now();
  for (let from = 0; from < found.length; from += RECORDS_OF_ONE) {
    const records = found.slice(from, from + RECORDS_OF_ONE).map(({ row }) => rowId(row));
    await deps.readLog.append({
      id: deps.newId(),
      at,
      caller: { id: caller.id, name: caller.name, kind: caller.kind },
      ...(sourceIp !== undefined && { address: sourceIp }),
      what: 'rejected-records',
      identities: [],
      records,
      found: records.length,
    });
  }
}
/** An audit record is an item of some KB. */
const RECORDS_OF_ONE = 500;
