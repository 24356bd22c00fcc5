import { hash } from 'node:crypto';
import type { Suppress } from '#core/governance/suppress.ts';
import { ingestionIdOf } from '#core/ingestion/ids.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { writeToLake } from '#core/lake/write.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { addCounts, countByDataset, countOutcomes, NO_COUNTS } from '../counts.ts';
import { type IngestDeps, ingest } from '../ingest.ts';
import { partSuppressed, validate, withoutSuppressed } from '../process.ts';
import { receiveAgain, receiveCorrected } from './receive-again.ts';
import { type QuarantineRow, readArchive, writeArchive } from './write.ts';

/** Which rejected records are meant; what is left out does not matter. */
export interface QuarantineFilter {
  readonly dataset?: string | undefined;
  /** Code of a rejection. */
  readonly reason?: string | undefined;
  /** A part of the source: of the key of a file, or of `kinesis:<shard>`. */
  readonly source?: string | undefined;
  /** Epoch ms of arrival. */
  readonly since?: number | undefined;
  /** Not included. */
  readonly until?: number | undefined;
  /** Beginnings of ids of rows. */
  readonly ids?: readonly string[] | undefined;
}

/** What people call a rejected record: the same as long as it is there. */
export const rowId = ({ position, receivedAt }: Pick<QuarantineRow, 'position' | 'receivedAt'>): string =>
  ingestionIdOf(position, receivedAt);

/** A file that was rejected as a whole: its records are not here, they are in the file. */
export const isWholeFile = ({ position: { row, sequenceNumber } }: QuarantineRow): boolean =>
  row === undefined && sequenceNumber === undefined;

/** Whether all that a filter names is so of a rejected record. */
export function matches(row: QuarantineRow, { dataset, reason, source, since, until, ids }: QuarantineFilter): boolean {
  return (
    (dataset === undefined || row.datasetId === dataset) &&
    (reason === undefined || row.rejections.some(({ code }) => code === reason)) &&
    (source === undefined || row.position.source.includes(source)) &&
    (since === undefined || row.receivedAt >= since) &&
    (until === undefined || row.receivedAt < until) &&
    (ids === undefined || ids.some((id) => rowId(row).startsWith(id)))
  );
}

/** Rejected records with the key of the object they are in, in the order of their objects. */
export async function* readQuarantine(
  quarantine: ObjectStore,
  filter: QuarantineFilter,
): AsyncIterable<{
  readonly key: string;
  readonly rows: readonly QuarantineRow[];
  readonly all: readonly QuarantineRow[];
}> {
  for await (const key of quarantine.list('dataset=')) {
    if (!mayHold(key, filter)) continue;
    const bytes = await quarantine.get(key);
    if (!bytes) continue;
    const all = readArchive<QuarantineRow>(bytes);
    const rows = all.filter((row) => matches(row, filter));
    if (rows.length > 0) yield { key, rows, all };
  }
}

/** Whole days are left out by the names of objects. */
function mayHold(key: string, { since, until }: QuarantineFilter): boolean {
  const day = Date.parse(/\/date=(\d{4}-\d\d-\d\d)\//.exec(key)?.[1] ?? '');
  if (Number.isNaN(day)) return true;
  return (since === undefined || day + DAY_MS > since) && (until === undefined || day < until);
}

export interface QuarantineReplayDeps {
  readonly catalog: IngestionSettings;
  readonly quarantine: ObjectStore;
  readonly lake: ObjectStore;
  /** Counts what a replay has changed in the records of a dataset. */
  countReplay(datasetId: string, counts: OutcomeCounts): Promise<void>;
  readonly stitch: IngestDeps;
  readonly suppress: Suppress;
}

export interface QuarantineReplay {
  /** Ingested now. */
  accepted: number;
  /** Ingested meanwhile by another way. */
  duplicate: number;
  /** Rejected again, with what is active now; they stay. */
  rejected: number;
  /** Rejected as a whole: to be uploaded again. */
  files: number;
  /** Corrected records that are rejected still, and why. */
  readonly left: { readonly id: string; readonly rejections: readonly Rejection[] }[];
  /** Ids of corrected records that the quarantine does not have. */
  readonly unknown: readonly string[];
}

/** Id of a rejected record → all of it as people have corrected it. */
export type Corrected = ReadonlyMap<string, string>;

/**
 * Takes rejected records in once more, after the catalog was corrected. Each keeps the time, the order and the arrival it
 * had, so profiles are what they would be had it never been rejected. What is ingested leaves the quarantine, after it
 * is in the lake and in its profile: a replay that was interrupted can be started again.
 * @param corrected when given, only these records are taken, with these contents
 */
export async function replayQuarantine(
  filter: QuarantineFilter,
  deps: QuarantineReplayDeps,
  corrected?: Corrected,
): Promise<QuarantineReplay> {
  const unknown = new Set(corrected?.keys());
  const result = { accepted: 0, duplicate: 0, rejected: 0, files: 0, left: [], unknown: [] };
  for await (const { key, rows, all } of readQuarantine(deps.quarantine, filter)) {
    const records = rows.filter((row) => !isWholeFile(row));
    if (!corrected) result.files += rows.length - records.length;
    const chosen = corrected ? records.filter((row) => corrected.has(rowId(row))) : records;
    for (const row of chosen) unknown.delete(rowId(row));
    if (chosen.length > 0) await replayObject(key, chosen, all, deps, result, corrected);
  }
  return { ...result, unknown: [...unknown] };
}

async function replayObject(
  key: string,
  chosen: readonly QuarantineRow[],
  all: readonly QuarantineRow[],
  { catalog, quarantine, lake, stitch: deps, suppress, countReplay }: QuarantineReplayDeps,
  result: QuarantineReplay,
  corrected: Corrected | undefined,
): Promise<void> {
  // A Kinesis record that was rejected as a whole may be found to hold several.
  const origin = new Map<string, string>();
  const received = [...chosen].sort(byIngestion).flatMap((row) => {
    const raw = corrected?.get(rowId(row));
    const held = raw === undefined ? receiveAgain(row, catalog) : receiveCorrected(row, raw, catalog);
    for (const one of held) origin.set(rowId(one), rowId(row));
    return held;
  });
  const validated = validate(received, catalog);
  const rejected = await withoutSuppressed(validated.rejected, { suppress, catalog });
  const { accepted, suppressed } = await partSuppressed(validated.accepted, { suppress });
  const records = accepted.map(({ record }) => record);
  await writeToLake(lake, partOf(key, records), accepted);
  const { outcomes: stitched, failed } = await ingest(records, deps);
  if (failed[0]) throw failed[0].error;
  const outcomes = [...suppressed, ...stitched];

  const again = Map.groupBy(rejected, (row) => origin.get(rowId(row))!);
  const replayed = new Set(chosen.map(rowId));
  const isSame = (row: QuarantineRow): boolean =>
    again.get(rowId(row))?.some((one) => rowId(one) === rowId(row)) ?? false;
  // Where records with errors stay as they came, so does what holds them.
  const stays = (row: QuarantineRow): readonly QuarantineRow[] =>
    again.has(rowId(row)) && corrected ? [row] : (again.get(rowId(row)) ?? []);
  const gone = chosen.filter((row) => !(corrected ? again.has(rowId(row)) : isSame(row)));
  const found = corrected ? [] : rejected.filter((row) => !replayed.has(rowId(row)));
  for (const [datasetId, counts] of corrections(gone, { rejected: found, outcomes }, catalog)) {
    await countReplay(datasetId, counts);
  }
  const left = all.flatMap((row) => (replayed.has(rowId(row)) ? stays(row) : [row]));
  if (left.length === 0) await quarantine.delete([key]);
  else if (left.length !== all.length || !corrected) await writeArchive(quarantine, key, left);
  const { accepted: taken, duplicate } = countOutcomes({ rejected: [], outcomes });
  result.accepted += taken;
  result.duplicate += duplicate;
  result.rejected += rejected.length;
  if (corrected)
    result.left.push(...rejected.map((row) => ({ id: origin.get(rowId(row))!, rejections: row.rejections })));
}

const byIngestion = (x: QuarantineRow, y: QuarantineRow): number =>
  x.receivedAt - y.receivedAt || (x.tieBreaker < y.tieBreaker ? -1 : x.tieBreaker > y.tieBreaker ? 1 : 0);

/** The same records, replayed again after an interruption, lie in the same place of the lake; others beside them. */
function partOf(key: string, records: readonly AcceptedRecord[]): string {
  const which = hash('sha256', records.map(({ ingestionId }) => ingestionId).join('|'), 'hex').slice(0, 12);
  return `replay-${which}-${key.slice(key.lastIndexOf('/') + 1).split('.', 1)[0]}`;
}

/** What the run statistics lack: these were rejected, and are something else now. */
function corrections(
  gone: readonly QuarantineRow[],
  now: { readonly rejected: readonly QuarantineRow[]; readonly outcomes: readonly FoldOutcome[] },
  catalog: IngestionSettings,
): Map<string, OutcomeCounts> {
  const isKnown = (id: string): boolean => catalog.datasets.has(id);
  // A record of a dataset that nobody knew was counted as one of `unknown`.
  const unknown = new Set(
    gone.filter(({ rejections }) => rejections[0]!.code === 'unknown-dataset').map((row) => row.datasetId),
  );
  const was = countByDataset({ rejected: gone, outcomes: [] }, (id) => !unknown.has(id));
  const is = countByDataset(now, isKnown);
  for (const [id, counts] of was) is.set(id, addCounts(is.get(id) ?? NO_COUNTS, negative(counts)));
  return is;
}

const negative = ({ rejected, rejections }: OutcomeCounts): OutcomeCounts => ({
  ...NO_COUNTS,
  rejected: -rejected,
  rejections: Object.fromEntries(Object.entries(rejections).map(([code, count]) => [code, -count])),
});
