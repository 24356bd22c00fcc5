import type { CompactDeps } from '#core/lake/compact.ts';
import { compactedIn } from '#core/lake/compacted.ts';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { packLakeRows } from '#core/lake/write-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

export const PARTITION = { dataset: 'web-events', day: '2026-03-01' };
export const FOLDER = 'dataset=web-events/date=2026-03-01/';
export const NEXT_DAY = '2026-03-02';
export const keyOf = (n: number): string => `${FOLDER}part-${n}.parquet`;

/** A record of somebody: `gone` is the person who is deleted in some tests. */
export const rowOf = (n: number, who: string): LakeRow => ({
  id: `id-${n}`,
  receivedAt: 1_000 + n,
  tieBreaker: '',
  ingestionId: `arrival-${n}`,
  operation: 'create',
  json: JSON.stringify({ who, n }),
});
export const isGone = ({ json }: LakeRow): boolean => json.includes('"gone"');

/** The partition with these rows, an object each. */
export async function laidOut(objects: readonly (readonly LakeRow[])[]): Promise<ObjectStore> {
  const lake = createMemoryObjectStore();
  for (const [n, rows] of objects.entries()) await lake.put(keyOf(n), packLakeRows(rows));
  return lake;
}

export async function rowsIn(store: ObjectStore): Promise<LakeRow[]> {
  const rows: LakeRow[] = [];
  for await (const key of store.list('dataset=')) {
    // Others may be at work.
    const bytes = await store.get(key);
    if (bytes) rows.push(...(await unpackLakeRows(bytes)));
  }
  return rows;
}

let ids = 0;
export const compactDeps = (lake: ObjectStore): CompactDeps => ({
  lake,
  settings: { targetBytes: 128 * 1024 ** 2, maxObjects: 3, minObjectsToday: 5 },
  newId: () => `run ${ids++}`,
  compacted: compactedIn(lake),
});
