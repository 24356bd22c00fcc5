import type { CompiledDataset } from '#core/ingestion/settings.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { eachRow } from '#core/lake/read-folder.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { identitiesIn, type ProfileItem } from '#core/profile/profile-item.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { folderAt } from '#core/record/partition.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { jobPartitionOf } from './job-partition.ts';
import { type RevertedBatch, rowsOfBatch } from './rows-of-batch.ts';
import type { RevertSettings } from './settings.ts';
import { type AffectedItem, writeWork } from './work-files.ts';

export interface FindAffectedDeps {
  readonly settings: RevertSettings;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
}

/** Identities that are looked up together. */
const KEYS_CONCURRENCY = 500;
const CONCURRENCY = 16;

/**
 * Finds every item that has something of the batch, and takes the batch off the timeline: from then on a record that it had
 * brought as well is no duplicate, whoever sends it.
 * @param jobPartitions into how many the items are divided
 * @returns how many rows the batch has in the lake
 * @throws Error when the catalog has its dataset no more
 */
export async function findAffectedItems(
  batch: RevertedBatch,
  pass: string,
  jobPartitions: number,
  deps: FindAffectedDeps,
): Promise<number> {
  const { settings, landing, lake, profiles, timeline } = deps;
  const dataset = settings.datasets.get(batch.datasetId);
  if (!dataset) throw new Error(`Dataset "${batch.datasetId}" of batch ${batch.id} is not in the catalog any more`);
  const items = new Map<IdentityKey, AffectedItem>();
  let ingestionIds = new Map<IdentityKey, Set<string>>();
  let rows = 0;
  const flush = async (): Promise<void> => {
    for (const item of (await loadItems([...ingestionIds.keys()], profiles)).items)
      items.set(item.canonicalKey, affected(item));
    await mapWithConcurrency(ingestionIds, CONCURRENCY, ([key, own]) => forget(key, own, timeline));
    ingestionIds = new Map();
  };
  const isOfBatch = rowsOfBatch(batch);
  for await (const row of eachRow(lake, folderAt(batch.datasetId, batch.receivedAt))) {
    if (!isOfBatch(row)) continue;
    rows += 1;
    for (const key of keysIn(JSON.parse(row.json), dataset)) {
      const own = ingestionIds.get(key) ?? new Set();
      ingestionIds.set(key, own.add(ingestionKeyOf(row)));
    }
    if (ingestionIds.size >= KEYS_CONCURRENCY) await flush();
  }
  await flush();
  await writeItems(batch.id, pass, [...items.values()], jobPartitions, landing);
  return rows;
}

/** Whatever the rules are now, a row lies under one of the identities that it names. */
async function forget(key: IdentityKey, ingestionIds: ReadonlySet<string>, timeline: Timeline): Promise<void> {
  const gone: string[] = [];
  for await (const entry of timeline.read(key)) if (ingestionIds.has(ingestionKeyOf(entry))) gone.push(entry.id);
  for (const id of gone) await timeline.erase(key, id);
}

/** Names one arrival of one record. */
export const ingestionKeyOf = ({ id, ingestionId }: Pick<LakeRow, 'id' | 'ingestionId'>): string =>
  `${id} ${ingestionId}`;

/**
 * Every identity that a record names. What is written otherwise than it is compared, or is no identity any more, is named as
 * it was sent, too: it may have been stored before its namespace had this form.
 */
export function keysIn(entity: unknown, { identitiesOf }: CompiledDataset): IdentityKey[] {
  const { identities, rewritten, omitted } = identitiesOf(entity);
  const asSent = [...rewritten, ...omitted].map(({ namespace, asSent: value }) => identityKey({ namespace, value }));
  return [...new Set([...identities.map(identityKey), ...asSent])];
}

/** With the identities that it lost, since these may come back. */
export const affected = (item: ProfileItem): AffectedItem => ({
  canonicalKey: item.canonicalKey,
  revision: item.revision,
  identities: [...identitiesIn(item).union(new Set((item.linkHistory.removed ?? []).flatMap(({ a, b }) => [a, b])))],
});

/** The items of a pass, each in the part of its root. */
export async function writeItems(
  batchId: string,
  pass: string,
  items: readonly AffectedItem[],
  jobPartitions: number,
  landing: ObjectStore,
): Promise<void> {
  for (const [jobPartition, own] of Map.groupBy(items, ({ canonicalKey }) =>
    jobPartitionOf(canonicalKey, jobPartitions),
  )) {
    await writeWork(landing, batchId, 'items', jobPartition, pass, own);
  }
}
