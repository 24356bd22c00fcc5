import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { folderOf, PARQUET, type Partition } from '#core/record/partition.ts';
import { type Candidate, type CompactionSettings, chooseMerge, isMade, keyOfMerge } from './choose-merge.ts';
import { type CompactedStates, stateOf } from './compacted.ts';
import type { LakeRow } from './lake-row.ts';
import { readMerged, writeMerged } from './merged.ts';
import { openAhead } from './open-ahead.ts';
import { ObjectChangedError, openLakeFile } from './read-rows.ts';
import { packLakeRows, streamLakeRows } from './write-rows.ts';

/**
 * Makes few large objects of many small ones. The place of the new object is reserved by an empty one before anything
 * is read, every read, write and delete names the object that was listed, and the new one takes the place only where the
 * reservation is still there. So
 * - a run that ends anywhere leaves every row in at least one object, and the next run finds which to remove;
 * - of two runs at once one gives up, or each makes an object and the next run makes one of both;
 * - a person who is deleted meanwhile stays deleted: the deletion takes the reservation away, after it has rewritten what
 *   the run may have read (`scrub-lake.ts`).
 */
export interface CompactDeps {
  readonly lake: ObjectStore;
  readonly settings: CompactionSettings;
  /** Differs with every call. */
  newId(): string;
  /** Spares a look into the objects of partitions in which nothing has changed; without it, all are looked at. */
  readonly compacted?: CompactedStates;
}

export interface Compacted {
  /** Objects that were merged or removed. */
  readonly objectsBefore: number;
  readonly bytesBefore: number;
  /** Objects that were made of them: one or none. */
  readonly objectsAfter: number;
  readonly bytesAfter: number;
  /** Rows of the new object, and those left out because they lay twice. */
  readonly rows: number;
  readonly repeated: number;
}

export const NOTHING_COMPACTED: Compacted = {
  objectsBefore: 0,
  bytesBefore: 0,
  objectsAfter: 0,
  bytesAfter: 0,
  rows: 0,
  repeated: 0,
};

/** `done`: nothing is left to do. `more`: call again. `overtaken`: somebody else is at the same objects. */
export type StepResult = Compacted & { readonly state: 'done' | 'more' | 'overtaken' };

/** One step: removes what is superfluous, and makes at most one object. @param today by UTC */
export async function compactStep(partition: Partition, today: string, deps: CompactDeps): Promise<StepResult> {
  const { lake, settings, compacted } = deps;
  const isOver = partition.day < today;
  try {
    const listed = await Array.fromAsync(lake.entries(folderOf(partition)));
    const objects = listed.filter(({ key }) => key.endsWith('.parquet'));
    const state = stateOf(objects, isOver, settings);
    if (compacted && (await compacted.get(partition)) === state) return { ...NOTHING_COMPACTED, state: 'done' };
    const { remove, merge } = chooseMerge(await candidatesOf(objects, lake), isOver, settings);
    if (remove.length === 0 && merge.length === 0) await compacted?.put(partition, state);
    for (const { key, etag } of remove) await lake.deleteIf(key, etag);
    const removed = { ...NOTHING_COMPACTED, objectsBefore: remove.length, bytesBefore: bytesOf(remove) };
    if (merge.length === 0) return { ...removed, state: 'done' };
    const made = await mergeInto(keyOfMerge(merge), merge, deps);
    if (!made) return { ...removed, state: 'overtaken' };
    for (const { key, etag } of merge) await lake.deleteIf(key, etag);
    return {
      objectsBefore: remove.length + merge.length,
      bytesBefore: bytesOf(remove) + bytesOf(merge),
      objectsAfter: 1,
      ...made,
      state: 'more',
    };
  } catch (error) {
    if (error instanceof ObjectChangedError) return { ...NOTHING_COMPACTED, state: 'overtaken' };
    throw error;
  }
}

const bytesOf = (objects: readonly StoredObject[]): number => objects.reduce((sum, { size }) => sum + size, 0);

async function candidatesOf(objects: readonly StoredObject[], lake: ObjectStore): Promise<Candidate[]> {
  const made = new Map<StoredObject, NonNullable<Candidate['made']>>();
  const toOpen = objects.filter(({ key }) => isMade(key));
  for await (const { object, file } of openAhead(toOpen, lake)) {
    made.set(object, { rows: file.rows, merged: readMerged(file.merged ?? '') });
  }
  return objects.map((object) => {
    const its = made.get(object);
    return its ? { ...object, made: its } : object;
  });
}

type Made = Pick<Compacted, 'bytesAfter' | 'rows' | 'repeated'>;

/** @returns undefined when the place is, or was, somebody else's */
async function mergeInto(
  target: string,
  objects: readonly StoredObject[],
  deps: CompactDeps,
): Promise<Made | undefined> {
  const { lake } = deps;
  const reserved = await reserve(target, deps);
  if (reserved === undefined) return undefined;
  const counts = { rows: 0, repeated: 0, bytesAfter: 0 };
  async function* body(): AsyncIterable<Uint8Array> {
    for await (const bytes of streamLakeRows(rowsOnce(objects, lake, counts), writeMerged(objects))) {
      counts.bytesAfter += bytes.length;
      yield bytes;
    }
  }
  try {
    const etag = await lake.putIf(target, body(), reserved, { contentType: PARQUET });
    return etag === undefined ? undefined : counts;
  } catch (error) {
    if (error instanceof ObjectChangedError) await lake.deleteIf(target, reserved);
    throw error;
  }
}

/**
 * An empty object in the place of the new one. It is no other's: its bytes, and so its ETag, are those of this run alone.
 * @returns its ETag, or undefined where the new object is there already
 */
async function reserve(target: string, { lake, newId }: CompactDeps): Promise<string | undefined> {
  const empty = packLakeRows([], newId());
  const etag = await lake.putIf(target, empty, undefined, { contentType: PARQUET });
  if (etag !== undefined) return etag;
  // Left there by a run that ended, or by one that now has to give up.
  const [other] = await Array.fromAsync(lake.entries(target));
  if (!other || (await openLakeFile(lake, other)).rows > 0) return undefined;
  return lake.putIf(target, empty, other.etag, { contentType: PARQUET });
}

/** Rows that are looked back on for one that was there already. */
const REMEMBERED_ROWS = 2_000_000;

/** The rows of all objects, those of the same arrival of the same record once. */
async function* rowsOnce(
  objects: readonly StoredObject[],
  lake: ObjectStore,
  counts: { rows: number; repeated: number },
): AsyncIterable<LakeRow[]> {
  const seen = new Set<string>();
  for await (const { file } of openAhead(objects, lake)) {
    for await (const rows of file.groups()) {
      const fresh = rows.filter(({ id, ingestionId }) => {
        const name = `${id} ${ingestionId}`;
        if (seen.has(name)) return false;
        seen.add(name);
        if (seen.size > REMEMBERED_ROWS) seen.delete(seen.values().next().value!);
        return true;
      });
      counts.rows += fresh.length;
      counts.repeated += rows.length - fresh.length;
      yield fresh;
    }
  }
}
