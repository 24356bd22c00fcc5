import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ExportFile } from './export-file.ts';
import { forgetOld, isExported, noteExported, withoutTold } from './exported.ts';
import { manifestKey, membersKey, pendingPrefix } from './keys.ts';
import { forgetMembers, keepMembers, latestMembers, membersAfter, readMembers } from './members.ts';
import { type FileRow, LatestRows, readPendingPart } from './pending.ts';

/** How rows become files: the difference between destinations. */
export type MakeFiles = (
  rows: readonly FileRow[],
  slot: number,
) => { readonly files: readonly ExportFile[]; readonly invalid: readonly string[] };

export interface OutletExport {
  /** Epoch ms of the slot that the files are named after. */
  readonly slot: number;
  readonly files: readonly { readonly key: string; readonly rows: number }[];
  readonly parts: number;
  /** Rows that an earlier export had told already. */
  readonly toldBefore: number;
  /** Why identities are in no file, one entry each. */
  readonly invalid: readonly string[];
}

export interface OutletExports {
  /** None, one, or two where an export that was broken off had to be finished first. */
  readonly exports: readonly OutletExport[];
  /** Keys of parts that cannot be read and stay where they are, with what is wrong with them. */
  readonly unreadable: readonly string[];
}

export interface ExportOptions {
  readonly moveOn: boolean;
  /** Epoch ms. */
  readonly now: number;
  /** Whether files are made of all members, not only of what has changed. */
  readonly full?: boolean;
}

const READS_AT_ONCE = 16;
const manifest = z.strictObject({
  slot: z.number(),
  parts: z.array(z.string()),
  /** For full files: the key of the members before. */
  members: z.string().optional(),
  full: z.boolean().optional(),
});
type Plan = z.output<typeof manifest>;

/**
 * Writes the files of an outlet from its pending parts and deletes exactly the parts it read (docs/architecture.md,
 * "Promises" 6). May be broken off anywhere: the manifest says which parts went into which slot, so that the same files
 * are written again, under the same names; once the export is noted, only the deletion is repeated.
 * @param slot epoch ms. Where it has been exported already nothing new is, unless `moveOn` gives a later second.
 */
export async function exportOutlet(
  store: ObjectStore,
  outletId: string,
  slot: number,
  makeFiles: MakeFiles,
  { moveOn, now, full = false }: ExportOptions,
): Promise<OutletExports> {
  const exports: OutletExport[] = [];
  const begun = await readManifest(store, outletId);
  if (begun) exports.push(...(await takeUp(store, outletId, begun, makeFiles)));

  const free = await freeSlot(store, outletId, slot, moveOn);
  if (free === undefined) return { exports, unreadable: [] };
  const keys = await Array.fromAsync(store.list(pendingPrefix(outletId)));
  const { rows, read, unreadable } = await collect(store, keys);
  const members = full ? await latestMembers(store, outletId) : undefined;
  if (read.length === 0 && members === undefined) return { exports, unreadable };
  const plan: Plan = { slot: free, parts: read, ...(full && { full }), ...(members !== undefined && { members }) };
  await store.put(manifestKey(outletId), JSON.stringify(plan), { contentType: 'application/json' });
  exports.push(await writeFiles(store, outletId, plan, rows, makeFiles));
  await cleanUp(store, outletId, plan);
  await forgetOld(store, outletId, now);
  return { exports, unreadable };
}

async function readManifest(store: ObjectStore, outletId: string): Promise<Plan | undefined> {
  const bytes = await store.get(manifestKey(outletId));
  return bytes && manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** The slot itself, or the next second that is free; undefined where the slot is taken and may not be moved on. */
async function freeSlot(
  store: ObjectStore,
  outletId: string,
  slot: number,
  moveOn: boolean,
): Promise<number | undefined> {
  for (let candidate = slot; ; candidate += 1000) {
    if (!(await isExported(store, outletId, candidate))) return candidate;
    if (!moveOn) return undefined;
  }
}

/** Finishes an export that was broken off. */
async function takeUp(store: ObjectStore, outletId: string, plan: Plan, makeFiles: MakeFiles): Promise<OutletExport[]> {
  const finished: OutletExport[] = [];
  if (!(await isExported(store, outletId, plan.slot))) {
    const { rows, read } = await collect(store, plan.parts);
    if (read.length < plan.parts.length) {
      throw new Error(`Outlet "${outletId}": parts of a running export are gone; another export seems to be running`);
    }
    finished.push(await writeFiles(store, outletId, plan, rows, makeFiles));
  }
  await cleanUp(store, outletId, plan);
  return finished;
}

async function cleanUp(store: ObjectStore, outletId: string, { parts, slot, full }: Plan): Promise<void> {
  if (parts.length > 0) await store.delete(parts);
  await forgetMembers(store, outletId, full ? membersKey(outletId, slot) : undefined);
  await store.delete([manifestKey(outletId)]);
}

async function writeFiles(
  store: ObjectStore,
  outletId: string,
  { slot, parts, members, full }: Plan,
  all: readonly FileRow[],
  makeFiles: MakeFiles,
): Promise<OutletExport> {
  const rows = await withoutTold(store, outletId, all);
  const told = full ? membersAfter(await readMembers(store, members), rows) : rows;
  const { files, invalid } = makeFiles(told, slot);
  if (full) await keepMembers(store, outletId, slot, told);
  for (const { key, body, bytes, contentType } of files) await store.put(key, bytes ?? body, { contentType });
  await noteExported(store, outletId, slot, rows);
  return {
    slot,
    files: files.map(({ key, rows: count }) => ({ key, rows: count })),
    parts: parts.length,
    toldBefore: all.length - rows.length,
    invalid,
  };
}

/** Reads parts in order. One that is damaged holds up nobody else's memberships: it is named and left where it is. */
async function collect(
  store: ObjectStore,
  keys: readonly string[],
): Promise<{ rows: FileRow[]; read: string[]; unreadable: string[] }> {
  const latest = new LatestRows();
  const read: string[] = [];
  const unreadable: string[] = [];
  for (let start = 0; start < keys.length; start += READS_AT_ONCE) {
    const some = keys.slice(start, start + READS_AT_ONCE);
    const bodies = await Promise.all(some.map((key) => store.get(key)));
    for (const [index, key] of some.entries()) {
      const body = bodies[index];
      // Gone since it was listed: somebody else has taken it.
      if (!body) continue;
      try {
        for (const delivery of readPendingPart(Buffer.from(body).toString('utf8'))) latest.add(delivery);
        read.push(key);
      } catch (error) {
        unreadable.push(`${key}: ${(error as Error).message}`);
      }
    }
  }
  return { rows: latest.rows(), read, unreadable };
}
