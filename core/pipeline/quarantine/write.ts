import { gunzipSync, gzipSync } from 'node:zlib';
import type { IngestionMetadata } from '#core/ingestion/accept.ts';
import type { FileFormat } from '#core/ingestion/format.ts';
import type { CsvDialect } from '#core/ingestion/text/csv-dialect.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { NewBatch } from '#core/record/operations.ts';
import { folderAt } from '#core/record/partition.ts';
import type { Position, Raw, Rejection } from '#core/record/record.ts';

/** A rejected record with everything needed to find, fix and replay it. */
export interface QuarantineRow extends Omit<IngestionMetadata, 'ingestionId'>, Raw, RawFormat {
  readonly datasetId: string;
  readonly position: Position;
  readonly rejections: readonly Rejection[];
}

/** How the raw bytes of a record are to be read; those of a message in its envelope say it themselves. */
export interface RawFormat {
  /** Of the file it came from. */
  readonly format?: FileFormat;
  /** CSV: the names of the columns. */
  readonly header?: readonly string[];
  /** CSV: how it is written, if not as usual. */
  readonly csv?: CsvDialect;
}

/** Writes rejected records, one object a dataset. */
export async function writeToQuarantine(
  quarantine: ObjectStore,
  invocation: string,
  rows: readonly QuarantineRow[],
): Promise<void> {
  const byDataset = Map.groupBy(rows, ({ datasetId }) => datasetId);
  await Promise.all(
    [...byDataset].map(([datasetId, group]) => put(quarantine, datasetId, invocation, group[0]!.receivedAt, group)),
  );
}

/**
 * Writes down that a file, or the rest of it, was rejected: its own place in quarantine, beside its bad records.
 * @param invocation names what was rejected: a batch, or a chunk of it
 */
export function writeFileRejection(
  quarantine: ObjectStore,
  invocation: string,
  { datasetId, file, receivedAt }: Pick<NewBatch, 'datasetId' | 'file' | 'receivedAt'>,
  rejection: Rejection,
): Promise<void> {
  const row = { datasetId, position: { source: file }, receivedAt, tieBreaker: '', rejections: [rejection], raw: '' };
  return writeToQuarantine(quarantine, `file-${invocation}`, [row]);
}

/** What the keys of the objects begin with that hold the rejected records of a batch, and its file where that was rejected. */
export const batchPrefixes = ({
  datasetId,
  id,
  receivedAt,
}: Pick<NewBatch, 'datasetId' | 'id' | 'receivedAt'>): string[] =>
  [`${id}-`, `file-${id}.`, `file-${id}-`].map((name) => `${folderAt(datasetId, receivedAt)}${name}`);

/** The rejected rows of a batch, object by object. @param receivedAt of the batch */
export async function* batchRows(
  quarantine: ObjectStore,
  datasetId: string,
  batchId: string,
  receivedAt: number,
): AsyncIterable<QuarantineRow[]> {
  for await (const key of quarantine.list(`${folderAt(datasetId, receivedAt)}${batchId}-`)) {
    const bytes = await quarantine.get(key);
    if (bytes) yield readArchive<QuarantineRow>(bytes);
  }
}

/**
 * The rows of an object of the quarantine. Lines are rows, or the header of the rows of CSV that come after it: a wide
 * one, repeated in every row, would be a thousand times as large as these.
 */
export function readArchive<T>(bytes: Uint8Array): T[] {
  const rows: T[] = [];
  let header: readonly string[] | undefined;
  for (const line of gunzipSync(bytes).toString('utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as RawFormat & { readonly raw?: string };
    if (row.raw === undefined && row.header) header = row.header;
    else rows.push((row.format === 'csv' && header && !row.header ? { ...row, header } : row) as T);
  }
  return rows;
}

/** Writes all rows of an object of the quarantine. */
export const writeArchive = (store: ObjectStore, key: string, rows: readonly RawFormat[]): Promise<void> =>
  store.put(key, packArchive(rows), GZIP);

/** The same, only where the object still is what it was. @returns undefined where it is not, and nothing was written */
export const writeArchiveIf = (
  store: Pick<ObjectStore, 'putIf'>,
  key: string,
  rows: readonly RawFormat[],
  etag: string,
): Promise<string | undefined> => store.putIf(key, packArchive(rows), etag, GZIP);

const GZIP = { contentType: 'application/gzip' };

function packArchive(rows: readonly RawFormat[]): Uint8Array {
  const lines: string[] = [];
  let latest: RawFormat['header'];
  for (const { header, ...row } of rows) {
    if (header && header !== latest) lines.push(JSON.stringify({ header }));
    latest = header ?? latest;
    lines.push(JSON.stringify(row));
  }
  return gzipSync(`${lines.join('\n')}\n`);
}

const put = (
  store: ObjectStore,
  datasetId: string,
  invocation: string,
  at: number,
  rows: readonly RawFormat[],
): Promise<void> => writeArchive(store, archiveKey(datasetId, invocation, at), rows);

const archiveKey = (datasetId: string, invocation: string, at: number): string =>
  `${folderAt(datasetId, at)}${invocation}.ndjson.gz`;
