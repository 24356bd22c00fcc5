import { gunzipSync, gzipSync } from 'node:zlib';
import type { Arrival } from '#core/ingestion/accept.ts';
import type { FileFormat } from '#core/ingestion/format.ts';
import type { Position, Raw, Refusal } from '#core/ingestion/record.ts';
import { folderAt } from '#core/lake/partition.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** Objects that hold records that were refused. */

/** A refused record with everything needed to find, mend and replay it. */
export interface QuarantineRow extends Omit<Arrival, 'arrival'>, Raw, RawFormat {
  readonly datasetId: string;
  readonly position: Position;
  readonly refusals: readonly Refusal[];
}

/** How the raw bytes of a record are to be read; those of a message in its envelope say it themselves. */
export interface RawFormat {
  /** Of the file it came from. */
  readonly format?: FileFormat;
  /** CSV: the names of the columns. */
  readonly header?: readonly string[];
}

/** Writes refused records, one object a dataset. */
export async function keepInQuarantine(
  quarantine: ObjectStore,
  part: string,
  rows: readonly QuarantineRow[],
): Promise<void> {
  const byDataset = Map.groupBy(rows, ({ datasetId }) => datasetId);
  await Promise.all(
    [...byDataset].map(([datasetId, group]) => put(quarantine, datasetId, part, group[0]!.receivedAt, group)),
  );
}

/** The refused rows of a batch, object by object. @param receivedAt of the batch */
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

/** The rows of an object of the quarantine. */
export function readArchive<T>(bytes: Uint8Array): T[] {
  return gunzipSync(bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** Writes all rows of an object of the quarantine. */
export function writeArchive(store: ObjectStore, key: string, rows: readonly object[]): Promise<void> {
  const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return store.put(key, gzipSync(body), { contentType: 'application/gzip' });
}

const put = (store: ObjectStore, datasetId: string, part: string, at: number, rows: readonly object[]): Promise<void> =>
  writeArchive(store, archiveKey(datasetId, part, at), rows);

const archiveKey = (datasetId: string, part: string, at: number): string =>
  `${folderAt(datasetId, at)}${part}.ndjson.gz`;
