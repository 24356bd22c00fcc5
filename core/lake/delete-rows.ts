import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { PARQUET } from '#core/record/partition.ts';
import type { LakeRow } from './lake-row.ts';
import { type LakeFile, ObjectChangedError, openLakeFile } from './read-rows.ts';
import type { ValueFilter } from './value-filter.ts';
import { streamLakeRows } from './write-rows.ts';

/** What was taken out of objects. */
export interface DeletedRows {
  readonly objects: number;
  /** Rows that went, or were changed. */
  readonly rows: number;
}

/** What becomes of a row: it stays as it is (the row itself), changes, or goes (undefined). Done again, it stays. */
export type Rewrite = (row: LakeRow, object: StoredObject) => LakeRow | undefined;

export interface RewriteOptions {
  /** Whether an object may have rows that change, by its value filter. @default it may */
  mayChange?(values: ValueFilter, object: StoredObject): boolean;
  /** Objects of which that is known already. @default none */
  skips?(object: StoredObject): boolean;
  /** Called before an object is written over or deleted, or a reservation taken away. */
  changing?(): Promise<void>;
}

/** Takes rows out of the objects of folders of the lake, see {@link rewriteFolder}. */
export async function deleteRowsFromLake(
  lake: ObjectStore,
  folders: Iterable<string>,
  isTheirs: (row: LakeRow) => boolean,
): Promise<DeletedRows> {
  const deletedRows = { objects: 0, rows: 0 };
  for (const folder of folders) {
    const done = await rewriteFolder(lake, folder, (row) => (isTheirs(row) ? undefined : row));
    deletedRows.objects += done.objects;
    deletedRows.rows += done.rows;
  }
  return deletedRows;
}

/**
 * Changes rows of the objects of a folder of the lake, or takes them out. An object of which nothing is left goes as a
 * whole. Doing it again changes nothing.
 *
 * It looks again until it has met no row that changes, and nothing that others have changed. A compaction that has read an
 * object before it was rewritten has reserved a place by then. When that is met, it is either still an empty object, which
 * is taken away, and the compaction gives up; or what was written there, which is rewritten as well. It can't be missed: the
 * place lies behind all that it was made of (`keyOfMerge`). One that reserves later reads what is rewritten already.
 */
export async function rewriteFolder(
  lake: ObjectStore,
  folder: string,
  rewrite: Rewrite,
  options: RewriteOptions = {},
): Promise<DeletedRows> {
  const sum = { objects: 0, rows: 0 };
  const clean = new Map<string, string>();
  for (let isNew = true; isNew; ) {
    isNew = false;
    for await (const object of lake.entries(folder)) {
      if (clean.get(object.key) === object.etag || options.skips?.(object)) continue;
      const done = await rewriteObject(lake, object, rewrite, options);
      // New ones go on coming today; they are none of those that change, and no reason to look again.
      isNew ||= done?.rows !== 0;
      if (done?.etag !== undefined) clean.set(object.key, done.etag);
      add(sum, done?.rows ?? 0);
    }
  }
  return sum;
}

function add(sum: { objects: number; rows: number }, rows: number): void {
  if (rows === 0) return;
  sum.objects += 1;
  sum.rows += rows;
}

/**
 * @returns how many rows were changed or taken out, and what the object is now (nothing where it is gone); undefined where
 * somebody else has changed it meanwhile
 */
async function rewriteObject(
  lake: ObjectStore,
  object: StoredObject,
  rewrite: Rewrite,
  { mayChange, changing }: RewriteOptions,
): Promise<{ readonly rows: number; readonly etag: string | undefined } | undefined> {
  const { key, etag } = object;
  try {
    const file = await openLakeFile(lake, object);
    const values = mayChange && (await file.values());
    // An empty one is a reservation, and is taken away.
    if (values && file.rows > 0 && !mayChange(values, object)) return { rows: 0, etag };
    const { gone, changed } = await countRows(file, (row) => rewrite(row, object));
    if (gone === 0 && changed === 0 && file.rows > 0) return { rows: 0, etag };
    const rows = gone + changed;
    if (rows > 0) await changing?.();
    if (gone === file.rows) return (await lake.deleteIf(key, etag)) ? { rows, etag: undefined } : undefined;
    const rest = streamLakeRows(
      rewritten(file, (row) => rewrite(row, object)),
      file.merged,
    );
    const after = await lake.putIf(key, rest, etag, { contentType: PARQUET });
    return after === undefined ? undefined : { rows, etag: after };
  } catch (error) {
    if (error instanceof ObjectChangedError) return undefined;
    throw error;
  }
}

type RewriteRow = (row: LakeRow) => LakeRow | undefined;

async function countRows(file: LakeFile, rewrite: RewriteRow): Promise<{ gone: number; changed: number }> {
  const counts = { gone: 0, changed: 0 };
  for await (const rows of file.groups()) {
    for (const row of rows) {
      const after = rewrite(row);
      if (after === undefined) counts.gone += 1;
      else if (after !== row) counts.changed += 1;
    }
  }
  return counts;
}

async function* rewritten(file: LakeFile, rewrite: RewriteRow): AsyncIterable<LakeRow[]> {
  for await (const rows of file.groups()) {
    yield rows.flatMap((row) => rewrite(row) ?? []);
  }
}
