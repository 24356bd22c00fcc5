import type { Suppress } from '#core/governance/suppress.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { loadItem } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { keysIn } from './affected-items.ts';
import { rebuildItem } from './rebuild-item.ts';
import type { RevertedBatch } from './rows-of-batch.ts';
import type { RevertSettings } from './settings.ts';
import { type AffectedItem, type FoundRow, type LeftItem, readWork, writeWork } from './work-files.ts';

export interface RebuildJobPartitionDeps {
  readonly settings: RevertSettings;
  readonly landing: ObjectStore;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly suppress: Suppress;
  readonly now: () => number;
}

const ITEMS_CONCURRENCY = 16;

export interface RebuiltJobPartition {
  readonly rebuilt: number;
  /** Items that may have more rows than were found; they come next round. */
  readonly left: number;
}

/**
 * Writes the items of one part as if the batch had never come. An item that somebody else has written since its rows began to
 * be looked for may have more of them now: it is left for the next round, as it is.
 */
export async function rebuildJobPartition(
  batch: RevertedBatch,
  pass: string,
  jobPartition: number,
  deps: RebuildJobPartitionDeps,
): Promise<RebuiltJobPartition> {
  const { landing, profiles } = deps;
  const items = await Array.fromAsync(readWork(landing, batch.id, 'items', jobPartition, pass));
  if (items.length === 0) return { rebuilt: 0, left: 0 };
  const rows = await rowsOf(batch.id, jobPartition, items, deps);
  const left: LeftItem[] = [];
  await mapWithConcurrency(items, ITEMS_CONCURRENCY, async (affected) => {
    const { canonicalKey, revision, identities, missing = [] } = affected;
    const item = await loadItem(canonicalKey, profiles);
    if (item?.revision !== revision) {
      left.push({ canonicalKey, missing });
      return;
    }
    const own = new Set(identities.flatMap((key) => rows.get(key) ?? []));
    const rebuilt = await rebuildItem(item, [...own], affected, deps);
    if ('missing' in rebuilt) {
      left.push({ canonicalKey, ...rebuilt });
      return;
    }
    try {
      await profiles.write({ item: rebuilt.item, pointers: [], mergedIn: [] });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      left.push({ canonicalKey, missing });
    }
  });
  await writeWork(landing, batch.id, 'left', jobPartition, pass, left);
  return { rebuilt: items.length - left.length, left: left.length };
}

/** The rows of a part, under each identity of its items that they name; each row once. */
async function rowsOf(
  batchId: string,
  jobPartition: number,
  items: readonly AffectedItem[],
  { settings, landing }: RebuildJobPartitionDeps,
): Promise<ReadonlyMap<IdentityKey, readonly FoundRow[]>> {
  const wanted = new Set(items.flatMap(({ identities }) => identities));
  const found = new Map<IdentityKey, FoundRow[]>();
  const seen = new Set<string>();
  for await (const row of readWork(landing, batchId, 'rows', jobPartition)) {
    const name = `${row.datasetId} ${row.id} ${row.ingestionId}`;
    const dataset = settings.datasets.get(row.datasetId);
    if (!dataset || seen.has(name)) continue;
    seen.add(name);
    for (const key of new Set(keysIn(JSON.parse(row.json), dataset))) {
      if (!wanted.has(key)) continue;
      const rows = found.get(key);
      if (rows) rows.push(row);
      else found.set(key, [row]);
    }
  }
  return found;
}
