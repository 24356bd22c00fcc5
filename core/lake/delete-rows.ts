import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { PARQUET } from '#core/record/partition.ts';
import type { LakeRow } from './lake-row.ts';
import { type LakeFile, ObjectChangedError, openLakeFile } from './read-rows.ts';
import { streamLakeRows } from './write-rows.ts';

/** What was taken out of objects. */
export interface DeletedRows {
  readonly objects: number;
  readonly rows: number;
}

type IsTheirs = (row: LakeRow, key: string) => boolean;

/**
 * Takes rows out of the objects of folders of the lake. An object of which nothing is left goes as a whole. Doing it again
 * changes nothing.
 *
 * It looks again until it has met no row of theirs, and nothing that others have changed. A compaction that has read an
 * object before it was rewritten has reserved a place by then. When that is met, it is either still an empty object, which
 * is taken away, and the compaction gives up; or what was written there, which is rewritten as well. It can't be missed: the
 * place lies behind all that it was made of (`keyOfMerge`). One that reserves later reads what is rewritten already.
 */
export async function deleteRowsFromLake(
  lake: ObjectStore,
  folders: Iterable<string>,
  isTheirs: IsTheirs,
): Promise<DeletedRows> {
  const deletedRows = { objects: 0, rows: 0 };
  for (const folder of folders) {
    const clean = new Map<string, string>();
    for (let isNew = true; isNew; ) {
      isNew = false;
      for await (const object of lake.entries(folder)) {
        if (clean.get(object.key) === object.etag) continue;
        const done = await rewriteObject(lake, object, isTheirs);
        // New ones go on coming today; they are none of this person's, and no reason to look again.
        isNew ||= !done || done.rows > 0;
        if (done?.etag !== undefined) clean.set(object.key, done.etag);
        if (!done || done.rows === 0) continue;
        deletedRows.objects += 1;
        deletedRows.rows += done.rows;
      }
    }
  }
  return deletedRows;
}

/**
 * @returns how many rows were taken out, and what the object is now (nothing where it is gone); undefined where somebody
 * else has changed it meanwhile
 */
async function rewriteObject(
  lake: ObjectStore,
  object: StoredObject,
  isTheirs: IsTheirs,
): Promise<{ readonly rows: number; readonly etag: string | undefined } | undefined> {
  const { key, etag } = object;
  try {
    const file = await openLakeFile(lake, object);
    const rows = await countRows(file, (row) => isTheirs(row, key));
    if (rows === file.rows) return (await lake.deleteIf(key, etag)) ? { rows, etag: undefined } : undefined;
    if (rows === 0) return { rows, etag };
    const rest = streamLakeRows(
      rowsWithout(file, (row) => isTheirs(row, key)),
      file.merged,
    );
    const after = await lake.putIf(key, rest, etag, { contentType: PARQUET });
    return after === undefined ? undefined : { rows, etag: after };
  } catch (error) {
    if (error instanceof ObjectChangedError) return undefined;
    throw error;
  }
}

async function countRows(file: LakeFile, isTheirs: (row: LakeRow) => boolean): Promise<number> {
  let count = 0;
  for await (const rows of file.groups()) for (const row of rows) if (isTheirs(row)) count += 1;
  return count;
}

async function* rowsWithout(file: LakeFile, isTheirs: (row: LakeRow) => boolean): AsyncIterable<LakeRow[]> {
  for await (const rows of file.groups()) yield rows.filter((row) => !isTheirs(row));
}
