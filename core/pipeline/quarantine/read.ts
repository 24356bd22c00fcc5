import { ingestionIdOf } from '#core/ingestion/ids.ts';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { datasetFolder } from '#core/record/partition.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { type QuarantineRow, readArchive } from './write.ts';

/** Which rejected records are meant; what is not said does not matter. */
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
  /** Keys of the only objects that are read; all where it is omitted. */
  readonly objects?: readonly string[] | undefined;
  /** Beginnings of the keys of the only objects that are read. */
  readonly prefixes?: readonly string[] | undefined;
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

/** An object of the quarantine: which of its rows are meant, and all of them. */
export interface QuarantineObject {
  readonly key: string;
  /** What it was when it was read. */
  readonly etag: string;
  readonly rows: readonly QuarantineRow[];
  readonly all: readonly QuarantineRow[];
}

/** Rejected records with the key of the object they are in, in the order of their objects. */
export async function* readQuarantine(
  quarantine: QuarantineReader,
  filter: QuarantineFilter,
): AsyncIterable<QuarantineObject> {
  for await (const key of keysOf(quarantine, filter)) {
    const object = await objectAt(key, quarantine);
    const rows = object?.all.filter((row) => matches(row, filter)) ?? [];
    if (object && rows.length > 0) yield { ...object, rows };
  }
}

export type QuarantineReader = Pick<ObjectStore, 'get' | 'list' | 'entries'>;

/** The objects that may have records of a filter, by their names. */
export async function* keysOf(quarantine: Pick<ObjectStore, 'list'>, filter: QuarantineFilter): AsyncIterable<string> {
  const { objects, dataset, prefixes = [dataset === undefined ? 'dataset=' : datasetFolder(dataset)] } = filter;
  if (objects) yield* objects;
  else
    for (const prefix of prefixes) for await (const key of quarantine.list(prefix)) if (mayHold(key, filter)) yield key;
}

/** Somebody else replays records of the same object so often, one after the other. */
const MAX_LOOKS = 5;

/** An object as it is now; undefined where there is none. @throws Error where it changes whenever it is read */
export async function objectAt(
  key: string,
  quarantine: QuarantineReader,
): Promise<Pick<QuarantineObject, 'key' | 'etag' | 'all'> | undefined> {
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const entry = await entryOf(key, quarantine);
    if (!entry) return undefined;
    const bytes = await quarantine.get(key, undefined, entry.etag);
    if (bytes) return { key, etag: entry.etag, all: readArchive<QuarantineRow>(bytes) };
  }
  throw new Error('An object of the quarantine changes whenever it is read: try again');
}

async function entryOf(key: string, quarantine: Pick<ObjectStore, 'entries'>): Promise<StoredObject | undefined> {
  for await (const entry of quarantine.entries(key)) return entry.key === key ? entry : undefined;
  return undefined;
}

/** Whole days are passed over by the names of objects. */
function mayHold(key: string, { since, until }: QuarantineFilter): boolean {
  const day = Date.parse(/\/date=(\d{4}-\d\d-\d\d)\//.exec(key)?.[1] ?? '');
  if (Number.isNaN(day)) return true;
  return (since === undefined || day + DAY_MS > since) && (until === undefined || day < until);
}
