import { hash } from 'node:crypto';
import type { Suppress } from '#core/governance/suppress.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { writeToLake } from '#core/lake/write.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import { addCounts, countByDataset, countOutcomes, NO_COUNTS } from '../counts.ts';
import { type IngestDeps, ingest } from '../ingest.ts';
import { partSuppressed, validate, withoutSuppressed } from '../process.ts';
import { isWholeFile, objectAt, type QuarantineFilter, type QuarantineObject, readQuarantine, rowId } from './read.ts';
import { receiveAgain, receiveCorrected } from './receive-again.ts';
import { type QuarantineRow, writeArchiveIf } from './write.ts';

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
  for await (const object of readQuarantine(deps.quarantine, filter)) {
    const records = object.rows.filter((row) => !isWholeFile(row));
    if (!corrected) result.files += object.rows.length - records.length;
    const chosen = corrected ? records.filter((row) => corrected.has(rowId(row))) : records;
    for (const row of chosen) unknown.delete(rowId(row));
    if (chosen.length > 0) await replayObject(object, chosen, deps, result, corrected);
  }
  return { ...result, unknown: [...unknown] };
}

async function replayObject(
  object: QuarantineObject,
  chosen: readonly QuarantineRow[],
  deps: QuarantineReplayDeps,
  result: QuarantineReplay,
  corrected: Corrected | undefined,
): Promise<void> {
  const replayed = await ingestAgain(object.key, chosen, deps, corrected);
  let latest: Pick<QuarantineObject, 'key' | 'etag' | 'all'> | undefined = object;
  // Others may replay records of the same object: what they have done in the meantime stays done, and is counted once.
  while (latest) {
    const settled = settle(latest.all, replayed, corrected !== undefined);
    if (await writeLeft(latest, settled.left, deps.quarantine)) {
      for (const [datasetId, counts] of corrections(settled, deps.catalog)) {
        await deps.countReplay(datasetId, counts);
      }
      addTo(result, settled, corrected !== undefined);
      return;
    }
    latest = await objectAt(object.key, deps.quarantine);
  }
}

/** What came of records that were ingested once more. */
interface Replayed {
  readonly chosen: readonly QuarantineRow[];
  readonly rejected: readonly QuarantineRow[];
  readonly outcomes: readonly FoldOutcome[];
  /** The id of the rejected record that a record, or one that is rejected again, comes from. */
  originOf(one: AcceptedRecord | QuarantineRow): string;
}

async function ingestAgain(
  key: string,
  chosen: readonly QuarantineRow[],
  { catalog, lake, stitch: deps, suppress }: QuarantineReplayDeps,
  corrected: Corrected | undefined,
): Promise<Replayed> {
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
  const ofRecords = new Map(validated.accepted.map(({ record, received: from }) => [record, origin.get(rowId(from))!]));
  return {
    chosen,
    rejected,
    outcomes: [...suppressed, ...stitched],
    originOf: (one) => ('position' in one ? origin.get(rowId(one))! : ofRecords.get(one)!),
  };
}

/** What a replay leaves of an object, and what of it has become something else by that. */
interface Settled {
  readonly left: readonly QuarantineRow[];
  readonly gone: readonly QuarantineRow[];
  readonly found: readonly QuarantineRow[];
  readonly rejected: readonly { readonly id: string; readonly rejections: readonly Rejection[] }[];
  readonly outcomes: readonly FoldOutcome[];
}

function settle(
  all: readonly QuarantineRow[],
  { chosen, rejected, outcomes, originOf }: Replayed,
  isCorrected: boolean,
): Settled {
  const there = new Set(all.map(rowId));
  const still = chosen.filter((row) => there.has(rowId(row)));
  const ofThem = rejected.filter((row) => there.has(originOf(row)));
  const again = Map.groupBy(ofThem, originOf);
  const replayed = new Set(still.map(rowId));
  const isSame = (row: QuarantineRow): boolean =>
    again.get(rowId(row))?.some((one) => rowId(one) === rowId(row)) ?? false;
  // Where records with errors stay as they came, so does what holds them.
  const stays = (row: QuarantineRow): readonly QuarantineRow[] =>
    again.has(rowId(row)) && isCorrected ? [row] : (again.get(rowId(row)) ?? []);
  const left = all.flatMap((row) => (replayed.has(rowId(row)) ? stays(row) : [row]));
  return {
    left,
    gone: still.filter((row) => !(isCorrected ? again.has(rowId(row)) : isSame(row))),
    found: isCorrected ? [] : ofThem.filter((row) => !replayed.has(rowId(row))),
    rejected: ofThem.map((row) => ({ id: originOf(row), rejections: row.rejections })),
    outcomes: outcomes.filter(({ record }) => there.has(originOf(record))),
  };
}

/** @returns whether it was written: not where the object is another by now */
async function writeLeft(
  { key, etag, all }: Pick<QuarantineObject, 'key' | 'etag' | 'all'>,
  left: readonly QuarantineRow[],
  quarantine: ObjectStore,
): Promise<boolean> {
  if (left.length === 0) return quarantine.deleteIf(key, etag);
  if (left.length === all.length && left.every((row, i) => row === all[i])) return true;
  return (await writeArchiveIf(quarantine, key, left, etag)) !== undefined;
}

function addTo(result: QuarantineReplay, { outcomes, rejected }: Settled, isCorrected: boolean): void {
  const { accepted, duplicate } = countOutcomes({ rejected: [], outcomes });
  result.accepted += accepted;
  result.duplicate += duplicate;
  result.rejected += rejected.length;
  if (isCorrected) (result.left as (typeof rejected)[number][]).push(...rejected);
}

const byIngestion = (x: QuarantineRow, y: QuarantineRow): number =>
  x.receivedAt - y.receivedAt || (x.tieBreaker < y.tieBreaker ? -1 : x.tieBreaker > y.tieBreaker ? 1 : 0);

/** The same records, replayed again after an interruption, lie in the same place of the lake; others beside them. */
function partOf(key: string, records: readonly AcceptedRecord[]): string {
  const which = hash('sha256', records.map(({ ingestionId }) => ingestionId).join('|'), 'hex').slice(0, 12);
  return `replay-${which}-${key.slice(key.lastIndexOf('/') + 1).split('.', 1)[0]}`;
}

/** What the run statistics lack: these were rejected, and are something else now. */
function corrections({ gone, found, outcomes }: Settled, catalog: IngestionSettings): Map<string, OutcomeCounts> {
  const isKnown = (id: string): boolean => catalog.datasets.has(id);
  // A record of a dataset that nobody knew was counted as one of `unknown`.
  const unknown = new Set(
    gone.filter(({ rejections }) => rejections[0]!.code === 'unknown-dataset').map((row) => row.datasetId),
  );
  const was = countByDataset({ rejected: gone, outcomes: [] }, (id) => !unknown.has(id));
  const is = countByDataset({ rejected: found, outcomes }, isKnown);
  for (const [id, counts] of was) is.set(id, addCounts(is.get(id) ?? NO_COUNTS, negative(counts)));
  return is;
}

const negative = ({ rejected, rejections }: OutcomeCounts): OutcomeCounts => ({
  ...NO_COUNTS,
  rejected: -rejected,
  rejections: Object.fromEntries(Object.entries(rejections).map(([code, count]) => [code, -count])),
});
