import type { CompiledCatalog, CompiledDataset } from '#core/catalog/compile.ts';
import { type IdentityKey, identityKey } from '#core/identity/identity.ts';
import { folderAt } from '#core/lake/partition.ts';
import { eachRow } from '#core/lake/read-folder.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import { loadItems } from '#core/profile/load.ts';
import { identitiesIn, type ProfileItem } from '#core/profile/profile-item.ts';
import { partOf } from './part-of.ts';
import { type RevertedBatch, rowsOfBatch } from './rows-of-batch.ts';
import { type AffectedItem, inRound, writeWork } from './work-files.ts';

export interface PlanDeps {
  readonly catalog: CompiledCatalog;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly profiles: ProfileStore;
}

/** Identities that are looked up together. */
const KEYS_AT_ONCE = 500;

/** Finds every item that has something of the batch. @returns how many rows the batch has in the lake */
export async function planRevert(batch: RevertedBatch, parts: number, deps: PlanDeps): Promise<number> {
  const { catalog, landing, lake, profiles } = deps;
  const dataset = catalog.datasets.get(batch.datasetId);
  if (!dataset) throw new Error(`Dataset "${batch.datasetId}" of batch ${batch.id} is not in the catalog any more`);
  const items = new Map<IdentityKey, AffectedItem>();
  let keys = new Set<IdentityKey>();
  let rows = 0;
  const look = async (): Promise<void> => {
    for (const item of (await loadItems([...keys], profiles)).items) items.set(item.root, affected(item));
    keys = new Set();
  };
  const isOfBatch = rowsOfBatch(batch);
  for await (const row of eachRow(lake, folderAt(batch.datasetId, batch.receivedAt))) {
    if (!isOfBatch(row)) continue;
    rows += 1;
    for (const key of keysIn(JSON.parse(row.json), dataset)) keys.add(key);
    if (keys.size >= KEYS_AT_ONCE) await look();
  }
  await look();
  await writeItems(batch.id, 1, [...items.values()], parts, landing);
  return rows;
}

/** Every identity that a record names. */
export const keysIn = (entity: unknown, { identitiesOf }: CompiledDataset): IdentityKey[] =>
  identitiesOf(entity).identities.map(identityKey);

/** With the identities that it lost, since these may come back. */
export const affected = (item: ProfileItem): AffectedItem => ({
  root: item.root,
  revision: item.revision,
  identities: [...identitiesIn(item).union(new Set((item.evidence.removed ?? []).flatMap(({ a, b }) => [a, b])))],
});

/** The items of a round, each in the part of its root. */
export async function writeItems(
  batchId: string,
  round: number,
  items: readonly AffectedItem[],
  parts: number,
  landing: ObjectStore,
): Promise<void> {
  for (const [part, own] of Map.groupBy(items, ({ root }) => partOf(root, parts))) {
    await writeWork(landing, batchId, 'items', part, inRound(round), own);
  }
}
