import { Buffer } from 'node:buffer';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { membersKey, membersPrefix } from './keys.ts';
import { type FileRow, isLater, rowKey } from './pending.ts';

/** Everybody who is a member as far as has been told: what a full file is made of. It is kept from file to file. */

/** The key under which the members were kept last, if they were. */
export async function latestMembers(store: ObjectStore, laneId: string): Promise<string | undefined> {
  return (await Array.fromAsync(store.list(membersPrefix(laneId)))).at(-1);
}

/** The members that were written at a key; none where there is no key. @returns undefined where they are gone */
export async function readMembers(store: ObjectStore, key: string | undefined): Promise<FileRow[] | undefined> {
  if (key === undefined) return [];
  const bytes = await store.get(key);
  if (!bytes) return undefined;
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as FileRow);
}

/** Writes who is a member after the export of a slot (epoch ms). */
export async function writeMembers(
  store: ObjectStore,
  laneId: string,
  slot: number,
  members: readonly FileRow[],
): Promise<void> {
  const lines = members.map((row) => `${JSON.stringify(row)}\n`).join('');
  await store.put(membersKey(laneId, slot), lines, { contentType: 'application/x-ndjson' });
}

/** The members after some news, by identity and segment, so that the same news always make the same file. */
export function membersAfter(members: readonly FileRow[], news: readonly FileRow[]): FileRow[] {
  const latest = new Map(members.map((row) => [rowKey(row), row]));
  for (const row of news) {
    const known = latest.get(rowKey(row));
    if (!known || isLater(row, known)) latest.set(rowKey(row), row);
  }
  return [...latest]
    .filter(([, { status }]) => status === 'realized')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
}

/** Forgets what was kept before, or all where nothing is. */
export async function forgetMembers(store: ObjectStore, laneId: string, last?: string): Promise<void> {
  const keys = await Array.fromAsync(store.list(membersPrefix(laneId)));
  const old = keys.filter((key) => last === undefined || key < last);
  if (old.length > 0) await store.delete(old);
}
