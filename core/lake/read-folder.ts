import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { isMade } from './choose-merge.ts';
import type { LakeRow } from './lake-row.ts';
import { ObjectChangedError, openLakeFile } from './read-rows.ts';

/**
 * Every row that lay in a folder when it began to be read, at least once: an object that goes meanwhile has been merged into
 * one that is there, so the folder is listed again until nothing has been merged. What goes on coming is not waited for.
 */
export async function* eachRow(lake: ObjectStore, folder: string): AsyncIterable<LakeRow> {
  const read = new Map<string, string>();
  for (let isNew = true; isNew; ) {
    isNew = false;
    for await (const object of lake.entries(folder)) {
      if (read.get(object.key) === object.etag) continue;
      isNew ||= isMade(object.key);
      // What takes its place is found when the folder is listed again.
      if (yield* rowsOf(lake, object)) read.set(object.key, object.etag);
      else isNew = true;
    }
  }
}

/** @returns whether the object was there as it was listed */
async function* rowsOf(lake: ObjectStore, object: StoredObject): AsyncGenerator<LakeRow, boolean> {
  try {
    const file = await openLakeFile(lake, object);
    for await (const rows of file.groups()) yield* rows;
    return true;
  } catch (error) {
    if (error instanceof ObjectChangedError) return false;
    throw error;
  }
}
