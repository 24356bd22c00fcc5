import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';
import { type LakeFile, openLakeFile } from './read-rows.ts';

/** Objects that are opened side by side. */
const OPENED_CONCURRENCY = 16;

/**
 * The files in the order of the objects. The next ones are opened before it is their turn: of a small one that is all of
 * it, of a large one the footer.
 * @throws ObjectChangedError when it is the turn of one that is not what was listed any more
 */
export async function* openAhead(
  objects: readonly StoredObject[],
  lake: ObjectStore,
): AsyncIterable<{ readonly object: StoredObject; readonly file: LakeFile }> {
  const opened: Promise<LakeFile>[] = [];
  let next = 0;
  try {
    for (const object of objects) {
      while (next < objects.length && opened.length < OPENED_CONCURRENCY) {
        const file = openLakeFile(lake, objects[next++]!);
        // Thrown when it is its turn.
        file.catch(() => {});
        opened.push(file);
      }
      yield { object, file: await opened.shift()! };
    }
  } finally {
    await Promise.allSettled(opened);
  }
}
