import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { withLease } from './delivery-lease.ts';
import { bytesOf, type ExportFile } from './export-file.ts';
import { forgetOld, isExported, lastExported, noteExported, withoutRouted } from './exported.ts';
import { manifestKey, membersKey, pendingPrefix } from './keys.ts';
import { forgetMembers, latestMembers, membersAfter, readMembers, writeMembers } from './members.ts';
import { type FileRow, LatestRows, readPendingPart } from './pending.ts';

/**
 * How rows become files: the difference between destinations.
 * @param left segments that had members in the files before, where all members are in each, and have none
 */
export type MakeFiles = (
  rows: readonly FileRow[],
  slot: number,
  left: readonly string[],
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
  /** Whether somebody else delivers files of the lane just now, so that nothing was done. */
  readonly isUnderWay?: true;
}

export interface ExportOptions {
  readonly moveOn: boolean;
  /** Epoch ms. */
  readonly now: number;
  /** Another for every call. */
  readonly id: string;
  /** Whether files are made of all members, not only of what has changed. */
  readonly full?: boolean;
  /**
   * Puts a file where it belongs, whole or not at all; may be called again with the same. The export counts as done when
   * all are there. @default into the store
   */
  readonly deliver?: (file: ExportFile) => Promise<void>;
}

const READS_CONCURRENCY = 16;
const plan = z.strictObject({
  slot: z.number(),
  parts: z.array(z.string()),
  /** The slot that was asked for, where it is another. */
  insteadOf: z.number().optional(),
  /** For full files: the key of the members before. */
  members: z.string().optional(),
  full: z.boolean().optional(),
});
type Plan = z.output<typeof plan>;
/** Somebody is about to make a plan: who finds it makes one instead, and only one of them is written. */
const manifest = z.union([plan, z.strictObject({ planning: z.string() })]);
type Manifest = z.output<typeof manifest>;

/**
 * Writes the files of a delivery lane from its pending parts and deletes exactly the parts it read (docs/architecture.md,
 * "Promises" 6). May be broken off anywhere: the manifest says which parts went into which slot, so that the same files
 * are written again, under the same names; once the export is noted, only the deletion is repeated. There is one manifest
 * at a time, which is made before anything is looked at: who comes while another is at work does the same work, and
 * begins nothing. Where files are delivered elsewhere, who comes meanwhile does nothing.
 * @param slot epoch ms. Where it has been exported already nothing new is, unless `moveOn` gives a later second.
 */
export async function exportLane(
  store: ObjectStore,
  laneId: string,
  slot: number,
  makeFiles: MakeFiles,
  options: ExportOptions,
): Promise<LaneExports> {
  const work = (): Promise<LaneExports> => exportNow(store, laneId, slot, makeFiles, options);
  if (!options.deliver) return work();
  return (await withLease(store, laneId, options.now, work)) ?? { exports: [], unreadable: [], isUnderWay: true };
}

async function exportNow(
  store: ObjectStore,
  laneId: string,
  slot: number,
  makeFiles: MakeFiles,
  options: ExportOptions,
): Promise<LaneExports> {
  const exports: LaneExport[] = [];
  const begun = await readManifest(store, laneId);
  if (begun && 'slot' in begun.plan) exports.push(...(await takeUp(store, laneId, begun as Begun, makeFiles, options)));
  const isPlanned = begun !== undefined && 'planning' in begun.plan;
  const planning = isPlanned ? begun.etag : await write(store, laneId, { planning: options.id }, undefined);
  if (planning === undefined) return { exports, unreadable: [] };

  const { plan, rows, unreadable } = await makePlan(store, laneId, slot, options);
  const etag = plan && (await write(store, laneId, plan, planning));
  if (!plan) await store.deleteIf(manifestKey(laneId), planning);
  if (!plan || etag === undefined) return { exports, unreadable };
  const written = await writeFiles(store, laneId, plan, rows, makeFiles, options);
  if (written) exports.push(written);
  await end(store, laneId, { plan, etag });
  await forgetOld(store, laneId, options.now);
  return { exports, unreadable };
}

/** What an export is made of; no plan where there is nothing to do. */
async function makePlan(
  store: ObjectStore,
  laneId: string,
  slot: number,
  { moveOn, full = false }: ExportOptions,
): Promise<{ plan?: Plan; rows: readonly FileRow[]; unreadable: readonly string[] }> {
  const free = await freeSlot(store, laneId, slot, moveOn);
  if (free === undefined) return { rows: [], unreadable: [] };
  const keys = await Array.fromAsync(store.list(pendingPrefix(laneId)));
  const { rows, read, unreadable } = await collect(store, keys);
  const members = full ? await latestMembers(store, laneId) : undefined;
  if (read.length === 0 && members === undefined) return { rows, unreadable };
  const plan: Plan = {
    slot: free,
    parts: read,
    ...(free !== slot && !moveOn && { insteadOf: slot }),
    ...(full && { full }),
    ...(members !== undefined && { members }),
  };
  return { plan, rows, unreadable };
}

/** An export that somebody has begun. */
interface Begun {
  readonly plan: Plan;
  /** Of its manifest. */
  readonly etag: string;
}

/** Writes the manifest where it is as it was read. @returns undefined where somebody else has written it since */
const write = (
  store: ObjectStore,
  laneId: string,
  content: Manifest,
  etag: string | undefined,
): Promise<string | undefined> =>
  store.putIf(manifestKey(laneId), Buffer.from(JSON.stringify(content)), etag, { contentType: 'application/json' });

async function readManifest(store: ObjectStore, laneId: string): Promise<{ plan: Manifest; etag: string } | undefined> {
  for await (const { key, etag } of store.entries(manifestKey(laneId))) {
    const bytes = await store.get(key, undefined, etag);
    if (bytes) return { etag, plan: manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) };
  }
  return undefined;
}

/**
 * The slot itself, or the second after the last that was exported: files follow each other in their names as in what they
 * say. Undefined where the slot is taken and may not be moved on.
 */
async function freeSlot(
  store: ObjectStore,
  laneId: string,
  slot: number,
  moveOn: boolean,
): Promise<number | undefined> {
  if (!moveOn && (await isExported(store, laneId, slot))) return undefined;
  const last = await lastExported(store, laneId);
  return last !== undefined && last >= slot ? last + 1000 : slot;
}

/**
 * Finishes an export that was broken off, or that somebody else is at. What it is made of goes when it is noted: where
 * some of it is missing and nothing is noted, another export took it before this one had begun, and nothing is left of it.
 */
async function takeUp(
  store: ObjectStore,
  laneId: string,
  begun: Begun,
  makeFiles: MakeFiles,
  options: Pick<ExportOptions, 'deliver'>,
): Promise<LaneExport[]> {
  const { slot, parts } = begun.plan;
  const { rows, read } = await collect(store, parts);
  const isWhole = read.length === parts.length && !(await isExported(store, laneId, slot));
  const finished = isWhole ? await writeFiles(store, laneId, begun.plan, rows, makeFiles, options) : undefined;
  await end(store, laneId, begun);
  return finished ? [finished] : [];
}

/** Takes away what an export was made of, if it is noted, and its manifest. */
async function end(store: ObjectStore, laneId: string, { plan, etag }: Begun): Promise<void> {
  const { parts, slot, full } = plan;
  if (await isExported(store, laneId, slot)) {
    if (parts.length > 0) await store.delete(parts);
    await forgetMembers(store, laneId, full ? membersKey(laneId, slot) : undefined);
  }
  await store.deleteIf(manifestKey(laneId), etag);
}

/** @returns undefined where somebody else has done it, or has taken what it is made of */
async function writeFiles(
  store: ObjectStore,
  laneId: string,
  { slot, parts, insteadOf, members, full }: Plan,
  all: readonly FileRow[],
  makeFiles: MakeFiles,
  { deliver }: Pick<ExportOptions, 'deliver'>,
): Promise<LaneExport | undefined> {
  const rows = await withoutRouted(store, laneId, all, slot);
  const before = full ? await readMembers(store, members) : [];
  if (before === undefined) return undefined;
  const lastRouted = full ? membersAfter(before, rows) : rows;
  const { files, invalid } = makeFiles(lastRouted, slot, left(before, lastRouted));
  if (full) await writeMembers(store, laneId, slot, lastRouted);
  for (const file of files) {
    if (!(await writeFile(store, laneId, slot, file, deliver))) return undefined;
  }
  await noteExported(store, laneId, slot, rows);
  if (insteadOf !== undefined) await noteExported(store, laneId, insteadOf, []);
  return {
    slot,
    files: files.map(({ key, rows: count }) => ({ key, rows: count })),
    parts: parts.length,
    routedBefore: all.length - rows.length,
    invalid,
  };
}

/** Segments of which nobody is left. */
function left(before: readonly FileRow[], after: readonly FileRow[]): string[] {
  const segments = new Set(before.map(({ segmentId }) => segmentId));
  return [...segments.difference(new Set(after.map(({ segmentId }) => segmentId)))].sort();
}

/** Somebody who writes the same file, or takes a deleted person out of the one before, is done by then. */
const MAX_TRIES = 8;

/** @returns whether it is there; it is not written where the slot has been exported: what is there may be a later one */
async function writeFile(
  store: ObjectStore,
  laneId: string,
  slot: number,
  file: ExportFile,
  deliver: ExportOptions['deliver'],
): Promise<boolean> {
  if (deliver) {
    if (await isExported(store, laneId, slot)) return false;
    await deliver(file);
    return true;
  }
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const known = await etagOf(store, file.key);
    if (await isExported(store, laneId, slot)) return false;
    if ((await putFile(store, file, known)) !== undefined) return true;
  }
  throw new Error(`Delivery lane "${laneId}": "${file.key}" was written by somebody else ${MAX_TRIES} times`);
}

async function etagOf(store: ObjectStore, key: string): Promise<string | undefined> {
  for await (const entry of store.entries(key)) if (entry.key === key) return entry.etag;
  return undefined;
}

const putFile = async (store: ObjectStore, file: ExportFile, etag: string | undefined): Promise<string | undefined> =>
  store.putIf(file.key, await bytesOf(file), etag, { contentType: file.contentType });

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
