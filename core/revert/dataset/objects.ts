import { INDEX_PREFIXES, type IndexedBatch, parseIndexKey, uploadPrefix } from '#core/ingestion/batch/upload.ts';
import { blocksPrefix, chunkListKey, LANDING_PREFIX } from '#core/ingestion/landing.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/record/operations.ts';
import { datasetFolder } from '#core/record/partition.ts';
import { workPrefix } from '../work-files.ts';

export interface DeleteObjectsDeps {
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Pick<Operations, 'transition'>;
  readonly now: Clock;
}

/** Keys that are deleted by one request. */
const KEYS_CONCURRENCY = 1_000;

/**
 * Deletes the records of a dataset where they are kept as objects: accepted ones, rejected ones, and the files that they
 * came in. Its batches are inactive from then on. Goes on where it was when it is done again.
 */
export async function deleteObjects(datasetId: string, deps: DeleteObjectsDeps): Promise<void> {
  const { landing, lake, quarantine, operations, now } = deps;
  for (const batch of await batchesOf(datasetId, landing)) {
    // One that is being stitched is past it, and finds no dataset of this id in the catalog.
    await operations.transition(batch.id, 'reverted', now(), []);
    for (const prefix of [
      uploadPrefix(batch.id),
      chunkListKey(batch.id),
      blocksPrefix(batch.id),
      workPrefix(batch.id),
    ]) {
      await deleteBelow(landing, prefix);
    }
  }
  await deleteBelow(landing, `${LANDING_PREFIX}${datasetId}/`);
  await deleteBelow(quarantine, datasetFolder(datasetId));
  await deleteBelow(lake, datasetFolder(datasetId));
  await deleteBelow(lake, `compaction/${datasetFolder(datasetId)}`);
}

/** Batches of the last 30 days, by which their files are found. */
async function batchesOf(datasetId: string, landing: ObjectStore): Promise<IndexedBatch[]> {
  const found: IndexedBatch[] = [];
  for (const prefix of Object.values(INDEX_PREFIXES)) {
    for await (const key of landing.list(prefix)) {
      const batch = parseIndexKey(key);
      if (batch.datasetId === datasetId) found.push(batch);
    }
  }
  return found;
}

async function deleteBelow(store: ObjectStore, prefix: string): Promise<void> {
  let keys: string[] = [];
  for await (const key of store.list(prefix)) {
    keys.push(key);
    if (keys.length < KEYS_CONCURRENCY) continue;
    await store.delete(keys);
    keys = [];
  }
  if (keys.length > 0) await store.delete(keys);
}
