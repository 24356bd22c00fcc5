import { allPartsPrefix, type BatchFile, fileNameOf, fileOfPart, PARTS_SUFFIX } from '#core/ingestion/batch/upload.ts';
import type { ListedPart } from '#core/ingestion/source/open-object.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** The parts that lie below a prefix, each as it is now. */
export async function partsBelow(prefix: string, landing: ObjectStore): Promise<ListedPart[]> {
  const objects = await Array.fromAsync(landing.versions(prefix));
  return objects.map(({ key, etag, versionId }) => ({ key, version: { etag, versionId } }));
}

/** A list of parts, as it is kept in place of the file. */
export const packParts = (parts: readonly ListedPart[]): string => JSON.stringify(parts);

/** The parts that a file was made of. */
export async function listedParts({ key, version }: BatchFile, landing: ObjectStore): Promise<readonly ListedPart[]> {
  const bytes = await landing.get(key, undefined, version);
  return bytes ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as ListedPart[]) : [];
}

/**
 * What of a batch has come in parts and would be left behind if it were completed now: a file that nobody has completed, or
 * a part that came after that.
 * @returns what to do about it; undefined where nothing would be
 */
export async function unfinishedParts(
  batchId: string,
  files: readonly BatchFile[],
  landing: ObjectStore,
): Promise<string | undefined> {
  const keys = new Map(files.map(({ key, version }) => [key, version]));
  const all = Map.groupBy(await partsBelow(allPartsPrefix(batchId), landing), ({ key }) => fileOfPart(key));
  for (const [file, parts] of all) {
    const list = `${file}${PARTS_SUFFIX}`;
    if (!keys.has(list)) {
      if (keys.has(file)) continue;
      return `The parts of file "${fileNameOf(file)}" were never completed: POST …/files/{name}?action=COMPLETE, or abort the batch`;
    }
    const listed = await listedParts({ key: list, version: keys.get(list) }, landing);
    if (packParts(listed) === packParts(parts)) continue;
    return `Parts of file "${fileNameOf(file)}" arrived after it was completed; complete it again: POST …/files/{name}?action=COMPLETE`;
  }
  return undefined;
}
