import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ExportFile } from './export-file.ts';
import { forgetOld, isExported, noteExported, withoutRouted } from './exported.ts';
import { manifestKey, membersKey, pendingPrefix } from './keys.ts';
import { forgetMembers, latestMembers, membersAfter, readMembers, writeMembers } from './members.ts';
import { type FileRow, LatestRows, readPendingPart } from './pending.ts';

/** How rows become files: the difference between destinations. */
export type MakeFiles = (
  rows: readonly FileRow[],
  slot: number,
) => { readonly files: readonly ExportFile[]; readonly invalid: readonly string[] };

export interface LaneExport {
  /** Epoch ms of the slot that the files are named after. */
  readonly slot: number;
  readonly files: readonly { readonly key: string; readonly rows: number }[];
  readonly parts: number;
  /** Rows that an earlier export had told already. */
  readonly routedBefore: number;
  /** Why identities are in no file, one entry each. */
  readonly invalid: readonly string[];
}

export interface LaneExports {
  /** None, one, or two where an export that was broken off had to be finished first. */
  readonly exports: readonly LaneExport[];
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

const READS_CONCURRENCY = 16;
const manifest = z.strictObject({
  slot: z.number(),
  parts: z.array(z.string()),
  /** For full files: the key of the members before. */
  members: z.string().optional(),
  full: z.boolean().optional(),
});
type Plan = z.output<typeof manifest>;

/**
 * Writes the files of a delivery lane from its pending parts and deletes exactly the parts it read (docs/architecture.md,
 * "Promises" 6). May be broken off anywhere: the manifest says which parts went into which slot, so that the same files
 * are written again, under the same names; once the export is noted, only the deletion is repeated.
 * @param slot epoch ms. Where it has been exported already nothing new is, unless `moveOn` gives a later second.
 */
export async function exportLane(
  store: ObjectStore,
  laneId: string,
  slot: number,
  makeFiles: MakeFiles,
  { moveOn, now, full = false }: ExportOptions,
): Promise<LaneExports> {
  const exports: LaneExport[] = [];
  const begun = await readManifest(store, laneId);
  if (begun) exports.push(...(await takeUp(store, laneId, begun, makeFiles)));

  const free = await freeSlot(store, laneId, slot, moveOn);
  if (free === undefined) return { exports, unreadable: [] };
  const keys = await Array.fromAsync(store.list(pendingPrefix(laneId)));
  const { rows, read, unreadable } = await collect(store, keys);
  const members = full ? await latestMembers(store, laneId) : undefined;
  if (read.length === 0 && members === undefined) return { exports, unreadable };
  const plan: Plan = { slot: free, parts: read, ...(full && { full }), ...(members !== undefined && { members }) };
  await store.put(manifestKey(laneId), JSON.stringify(plan), { contentType: 'application/json' });
  exports.push(await writeFiles(store, laneId, plan, rows, makeFiles));
  await cleanUp(store, laneId, plan);
  await forgetOld(store, laneId, now);
  return { exports, unreadable };
}

async function readManifest(store: ObjectStore, laneId: string): Promise<Plan | undefined> {
  const bytes = await store.get(manifestKey(laneId));
  return bytes && manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** The slot itself, or the next second that is free; undefined where the slot is taken and may not be moved on. */
async function freeSlot(
  store: ObjectStore,
  laneId: string,
  slot: number,
  moveOn: boolean,
): Promise<number | undefined> {
  for (let candidate = slot; ; candidate += 1000) {
    if (!(await isExported(store, laneId, candidate))) return candidate;
    if (!moveOn) return undefined;
  }
}

/** Finishes an export that was broken off. */
async function takeUp(store: ObjectStore, laneId: string, plan: Plan, makeFiles: MakeFiles): Promise<LaneExport[]> {
  const finished: LaneExport[] = [];
  if (!(await isExported(store, laneId, plan.slot))) {
    const { rows, read } = await collect(store, plan.parts);
    if (read.length < plan.parts.length) {
      throw new Error(
        `Delivery lane "${laneId}": parts of a running export are gone; another export seems to be running`,
      );
    }
    finished.push(await writeFiles(store, laneId, plan, rows, makeFiles));
  }
  await cleanUp(store, laneId, plan);
  return finished;
}

async function cleanUp(store: ObjectStore, laneId: string, { parts, slot, full }: Plan): Promise<void> {
  if (parts.length > 0) await store.delete(parts);
  await forgetMembers(store, laneId, full ? membersKey(laneId, slot) : undefined);
  await store.delete([manifestKey(laneId)]);
}

async function writeFiles(
  store: ObjectStore,
  laneId: string,
  { slot, parts, members, full }: Plan,
  all: readonly FileRow[],
  makeFiles: MakeFiles,
): Promise<LaneExport> {
  const rows = await withoutRouted(store, laneId, all);
  const lastRouted = full ? membersAfter(await readMembers(store, members), rows) : rows;
  const { files, invalid } = makeFiles(lastRouted, slot);
  if (full) await writeMembers(store, laneId, slot, lastRouted);
  for (const { key, body, bytes, contentType } of files) await store.put(key, bytes ?? body, { contentType });
  await noteExported(store, laneId, slot, rows);
  return {
    slot,
    files: files.map(({ key, rows: count }) => ({ key, rows: count })),
    parts: parts.length,
    routedBefore: all.length - rows.length,
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
  for (let start = 0; start < keys.length; start += READS_CONCURRENCY) {
    const some = keys.slice(start, start + READS_CONCURRENCY);
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
