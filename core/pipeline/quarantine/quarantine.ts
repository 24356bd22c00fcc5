import { hash } from 'node:crypto';
import { arrivalId } from '#core/ingestion/ids.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { keepInLake } from '#core/lake/keep.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { Operations, OutcomeCounts } from '#core/record/operations.ts';
import type { Refusal } from '#core/record/record.ts';
import { addCounts, countByDataset, countOutcomes, NO_COUNTS } from '../counts.ts';
import { validate } from '../process.ts';
import { type TakeInDeps, takeIn } from '../take-in.ts';
import { type QuarantineRow, readArchive, writeArchive } from './keep.ts';
import { receiveAgain, receiveMended } from './receive-again.ts';

/** Which refused records are meant; what is left out does not matter. */
export interface QuarantineFilter {
  readonly dataset?: string | undefined;
  /** Code of a refusal. */
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

/** What people call a refused record: the same as long as it is there. */
export const rowId = ({ position, receivedAt }: QuarantineRow): string => arrivalId(position, receivedAt);

/** A file that was refused as a whole: its records are not here, they are in the file. */
export const isWholeFile = ({ position: { row, sequenceNumber } }: QuarantineRow): boolean =>
  row === undefined && sequenceNumber === undefined;

export function matches(row: QuarantineRow, { dataset, reason, source, since, until, ids }: QuarantineFilter): boolean {
  return (
    (dataset === undefined || row.datasetId === dataset) &&
    (reason === undefined || row.refusals.some(({ code }) => code === reason)) &&
    (source === undefined || row.position.source.includes(source)) &&
    (since === undefined || row.receivedAt >= since) &&
    (until === undefined || row.receivedAt < until) &&
    (ids === undefined || ids.some((id) => rowId(row).startsWith(id)))
  );
}

/** Refused records with the key of the object they are in, in the order of their objects. */
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
  return (since === undefined || day + 86_400_000 > since) && (until === undefined || day < until);
}

export interface QuarantineReplayDeps {
  readonly catalog: IngestionSettings;
  readonly quarantine: ObjectStore;
  readonly lake: ObjectStore;
  readonly operations: Pick<Operations, 'countStream'>;
  readonly stitch: TakeInDeps;
}

export interface QuarantineReplay {
  /** Taken in now. */
  accepted: number;
  /** Taken in meanwhile by another way. */
  duplicate: number;
  /** Refused again, with what is in force now; they stay. */
  refused: number;
  /** Refused as a whole: to be uploaded again. */
  files: number;
  /** Mended records that are refused still, and why. */
  readonly left: { readonly id: string; readonly refusals: readonly Refusal[] }[];
  /** Ids of mended records that the quarantine does not have. */
  readonly unknown: readonly string[];
}

/** Id of a refused record → all of it as people have mended it. */
export type Mended = ReadonlyMap<string, string>;

/**
 * Takes refused records in once more, after the catalog was mended. Each keeps the time, the order and the arrival it
 * had, so profiles are what they would be had it never been refused. What is taken in leaves the quarantine, after it
 * is in the lake and in its profile: a replay that was interrupted can be started again.
 * @param mended when given, only these records are taken, with these contents
 */
export async function replayQuarantine(
  filter: QuarantineFilter,
  deps: QuarantineReplayDeps,
  mended?: Mended,
): Promise<QuarantineReplay> {
  const unknown = new Set(mended?.keys());
  const result = { accepted: 0, duplicate: 0, refused: 0, files: 0, left: [], unknown: [] };
  for await (const { key, rows, all } of readQuarantine(deps.quarantine, filter)) {
    const records = rows.filter((row) => !isWholeFile(row));
    if (!mended) result.files += rows.length - records.length;
    const chosen = mended ? records.filter((row) => mended.has(rowId(row))) : records;
    for (const row of chosen) unknown.delete(rowId(row));
    if (chosen.length > 0) await replayObject(key, chosen, all, deps, result, mended);
  }
  return { ...result, unknown: [...unknown] };
}

async function replayObject(
  key: string,
  chosen: readonly QuarantineRow[],
  all: readonly QuarantineRow[],
  { catalog, quarantine, lake, stitch: deps, operations }: QuarantineReplayDeps,
  result: QuarantineReplay,
  mended: Mended | undefined,
): Promise<void> {
  const received = [...chosen].sort(byArrival).map((row) => {
    const raw = mended?.get(rowId(row));
    return raw === undefined ? receiveAgain(row, catalog) : receiveMended(row, raw, catalog);
  });
  const { accepted, refused } = validate(received, catalog);
  const records = accepted.map(({ record }) => record);
  await keepInLake(lake, partOf(key, records), accepted);
  const { outcomes, failed } = await takeIn(records, deps);
  if (failed[0]) throw failed[0].error;

  const again = new Map(refused.map((row) => [rowId(row), row]));
  const replayed = new Set(chosen.map(rowId));
  const gone = chosen.filter((row) => !again.has(rowId(row)));
  for (const [datasetId, counts] of corrections(gone, outcomes, catalog)) {
    await operations.countStream(datasetId, counts);
  }
  // What people made of a record did not help: it stays as it came.
  const stays = (row: QuarantineRow): QuarantineRow[] => {
    const refusedAgain = again.get(rowId(row));
    return refusedAgain === undefined ? [] : [mended ? row : refusedAgain];
  };
  const left = all.flatMap((row) => (replayed.has(rowId(row)) ? stays(row) : [row]));
  if (left.length === 0) await quarantine.delete([key]);
  else if (left.length < all.length || !mended) await writeArchive(quarantine, key, left);
  const { accepted: taken, duplicate } = countOutcomes({ refused: [], outcomes });
  result.accepted += taken;
  result.duplicate += duplicate;
  result.refused += refused.length;
  if (mended) result.left.push(...refused.map((row) => ({ id: rowId(row), refusals: row.refusals })));
}

const byArrival = (x: QuarantineRow, y: QuarantineRow): number =>
  x.receivedAt - y.receivedAt || (x.tie < y.tie ? -1 : x.tie > y.tie ? 1 : 0);

/** The same records, replayed again after an interruption, lie in the same place of the lake; others beside them. */
function partOf(key: string, records: readonly AcceptedRecord[]): string {
  const which = hash('sha256', records.map(({ arrival }) => arrival).join('|'), 'hex').slice(0, 12);
  return `replay-${which}-${key.slice(key.lastIndexOf('/') + 1).replace(/\..*$/, '')}`;
}

/** What the books have to be told: these were refused, and are something else now. */
function corrections(
  gone: readonly QuarantineRow[],
  outcomes: readonly FoldOutcome[],
  catalog: IngestionSettings,
): Map<string, OutcomeCounts> {
  const isKnown = (id: string): boolean => catalog.datasets.has(id);
  // A record of a dataset that nobody knew was counted as one of `unknown`.
  const unknown = new Set(
    gone.filter(({ refusals }) => refusals[0]!.code === 'unknown-dataset').map((row) => row.datasetId),
  );
  const was = countByDataset({ refused: gone, outcomes: [] }, (id) => !unknown.has(id));
  const is = countByDataset({ refused: [], outcomes }, isKnown);
  for (const [id, counts] of was) is.set(id, addCounts(is.get(id) ?? NO_COUNTS, negative(counts)));
  return is;
}

const negative = ({ refused, refusals }: OutcomeCounts): OutcomeCounts => ({
  ...NO_COUNTS,
  refused: -refused,
  refusals: Object.fromEntries(Object.entries(refusals).map(([code, count]) => [code, -count])),
});
