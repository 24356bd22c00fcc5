import { z } from 'zod';
import { batchManifest, isManifest } from '#core/ingestion/batch/upload.ts';
import { nameOfObject } from '#core/ingestion/source/open-object.ts';
import type { ObjectStore, ObjectVersion } from '#core/ports/object-store.ts';
import type { Batch } from '#core/record/operations.ts';
import type { RevertedBatch } from './rows-of-batch.ts';

/** What travels to whoever takes batches back. */
export const revertMessage = z.strictObject({ batchId: z.string() });
export type RevertMessage = z.output<typeof revertMessage>;

/** How a batch's rows are told from others; undefined where its files are not known any more. */
export async function batchToRevert(
  { id, datasetId, receivedAt, file, version }: Batch,
  landing: ObjectStore,
): Promise<RevertedBatch | undefined> {
  if (!isManifest(file)) return { id, datasetId, receivedAt, files: [file] };
  const files = (await manifestAt(file, version, landing))?.files.map(({ key }) => nameOfObject(key));
  return files && { id, datasetId, receivedAt, files };
}

/** The batches that this one replaces. */
export const replacedBy = async ({ file, version }: Batch, landing: ObjectStore): Promise<readonly string[]> =>
  isManifest(file) ? ((await manifestAt(file, version, landing))?.replaces ?? []) : [];

async function manifestAt(key: string, version: ObjectVersion | undefined, landing: ObjectStore) {
  const bytes = await landing.get(key, undefined, version);
  return bytes && batchManifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
