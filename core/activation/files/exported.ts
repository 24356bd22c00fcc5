import { Buffer } from 'node:buffer';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import { exportedKey, exportedPrefix, slotOfExportedKey } from './keys.ts';
import { type FileRow, isLater, rowKey } from './pending.ts';

/** Nothing comes back later than this: messages and dead letters live 14 days. */
const KEPT_MS = 15 * DAY_MS;
/** An export belongs to a slot that began up to an hour before; clocks differ as well. */
const MARGIN_MS = 2 * HOUR_MS;

type LastRouted = Pick<FileRow, 'revision' | 'decidedAt'>;

/** Notes what an export wrote. This is what makes the export done. @param slot epoch ms */
export async function noteExported(
  store: ObjectStore,
  laneId: string,
  slot: number,
  rows: readonly FileRow[],
): Promise<void> {
  const lines = rows.map((row) => `${rowKey(row)}\t${row.revision}\t${row.decidedAt}\n`);
  await store.put(exportedKey(laneId, slot), lines.join(''), { contentType: 'text/tab-separated-values' });
}

/** Whether the export of a slot (epoch ms of its beginning) is done: it has noted what it wrote. */
export async function isExported(store: ObjectStore, laneId: string, slot: number): Promise<boolean> {
  return (await store.size(exportedKey(laneId, slot))) !== undefined;
}

/** The last slot that was exported, as far as that is remembered. */
export async function lastExported(store: ObjectStore, laneId: string): Promise<number | undefined> {
  const key = (await Array.fromAsync(store.list(exportedPrefix(laneId)))).at(-1);
  return key === undefined ? undefined : slotOfExportedKey(key);
}

/**
 * Leaves out rows that an earlier export has told already, or has told something later about: parts that come back
 * after they were exported. Reads only those exports that can know about these rows.
 * @param slot the export that is made: what it has told itself, before it was broken off, it tells again
 */
export async function withoutRouted(
  store: ObjectStore,
  laneId: string,
  rows: readonly FileRow[],
  slot: number,
): Promise<FileRow[]> {
  const oldest = rows.reduce((least, { decidedAt }) => Math.min(least, decidedAt), Number.POSITIVE_INFINITY);
  const lastRouted = new Map<string, LastRouted>();
  for await (const key of store.list(exportedPrefix(laneId))) {
    if (slotOfExportedKey(key) < oldest - MARGIN_MS || slotOfExportedKey(key) === slot) continue;
    for (const [row, found] of linesOf(await store.get(key))) {
      const known = lastRouted.get(row);
      if (!known || isLater(found, known)) lastRouted.set(row, found);
    }
  }
  return rows.filter((row) => {
    const known = lastRouted.get(rowKey(row));
    return !known || isLater(row, known);
  });
}

function* linesOf(bytes: Uint8Array | undefined): Generator<readonly [row: string, lastRouted: LastRouted]> {
  for (const line of bytes ? Buffer.from(bytes).toString('utf8').split('\n') : []) {
    const [row, revision, decidedAt] = line.split('\t');
    if (row) yield [row, { revision: Number(revision), decidedAt: Number(decidedAt) }];
  }
}

/** Forgets exports that nothing can come back from any more. @param now epoch ms */
export async function forgetOld(store: ObjectStore, laneId: string, now: number): Promise<void> {
  const old: string[] = [];
  for await (const key of store.list(exportedPrefix(laneId))) {
    if (slotOfExportedKey(key) < now - KEPT_MS) old.push(key);
  }
  if (old.length > 0) await store.delete(old);
}
