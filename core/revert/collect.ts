import { eachRow } from '#core/lake/read-folder.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { folderOf, type Partition, partitionOf } from '#core/record/partition.ts';
import { keysIn } from './affected-items.ts';
import { type RevertedBatch, rowsOfBatch } from './rows-of-batch.ts';
import type { RevertSettings } from './settings.ts';
import { type FoundRow, readWork, writeWork } from './work-files.ts';

export interface CollectDeps {
  readonly settings: RevertSettings;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
}

/** Rows that are held until they are written down. */
const HELD = 40_000;

/** The folders of the lake whose records are in profiles, or link people. @param from the first day, if not all count */
export async function foldersOf(lake: ObjectStore, settings: RevertSettings, from = ''): Promise<Partition[]> {
  const { isProfileEnabled, isIdentityEnabled } = settings.fold;
  const folders = new Map<string, Partition>();
  for await (const key of lake.list('dataset=')) {
    const partition = partitionOf(key);
    if (!partition || partition.day < from || folders.has(folderOf(partition))) continue;
    const { dataset } = partition;
    if (isProfileEnabled(dataset) || isIdentityEnabled(dataset)) folders.set(folderOf(partition), partition);
  }
  return [...folders.values()];
}

/** Which part each identity of a pass's items belongs to. */
export async function jobPartitionsOfIdentities(
  batchId: string,
  pass: string,
  jobPartitions: number,
  landing: ObjectStore,
): Promise<ReadonlyMap<IdentityKey, number>> {
  const found = new Map<IdentityKey, number>();
  for (let jobPartition = 0; jobPartition < jobPartitions; jobPartition++) {
    for await (const { identities } of readWork(landing, batchId, 'items', jobPartition, pass)) {
      for (const key of identities) found.set(key, jobPartition);
    }
  }
  return found;
}

/**
 * Writes down the rows of a folder that name one of the identities, without those of the batch. Done again, it writes the same
 * again, or rows a second time, which does no harm.
 * @param place names the folder among those of all passes
 */
export async function collectFolder(
  batch: RevertedBatch,
  partition: Partition,
  place: string,
  jobPartitionsOf: ReadonlyMap<IdentityKey, number>,
  { settings, landing, lake }: CollectDeps,
): Promise<number> {
  const dataset = settings.datasets.get(partition.dataset);
  if (!dataset) return 0;
  const isOfBatch = partition.dataset === batch.datasetId ? rowsOfBatch(batch) : () => false;
  let held: { jobPartition: number; row: FoundRow }[] = [];
  let [found, blocks] = [0, 0];
  const write = async (): Promise<void> => {
    const name = `${place}-${blocks++}`;
    for (const [jobPartition, own] of Map.groupBy(held, ({ jobPartition: of }) => of)) {
      const rows = own.map(({ row }) => row);
      await writeWork(landing, batch.id, 'rows', jobPartition, name, rows);
    }
    held = [];
  };
  for await (const row of eachRow(lake, folderOf(partition))) {
    if (isOfBatch(row)) continue;
    const jobPartitions = new Set(
      keysIn(JSON.parse(row.json), dataset).flatMap((key) => jobPartitionsOf.get(key) ?? []),
    );
    for (const jobPartition of jobPartitions) held.push({ jobPartition, row: { ...row, datasetId: dataset.id } });
    found += jobPartitions.size;
    if (held.length >= HELD) await write();
  }
  await write();
  return found;
}
