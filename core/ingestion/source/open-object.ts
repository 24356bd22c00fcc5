import type { ObjectStore, ObjectVersion } from '#core/ports/object-store.ts';
import { FileRejectedError } from '#core/record/record.ts';
import { isPartList, PARTS_SUFFIX, rangeOfPart } from '../batch/upload.ts';
import type { ByteSource } from './byte-source.ts';
import { objectSource, whereItWent } from './object-source.ts';

/** A file of an object store, in one object or in parts; undefined when there is none, or not this version of it. */
export async function openObject(
  store: ObjectStore,
  key: string,
  version?: ObjectVersion,
): Promise<ByteSource | undefined> {
  if (isPartList(key)) {
    const list = await store.get(key, undefined, version);
    return list && joinedSource(store, nameOfObject(key), JSON.parse(Buffer.from(list).toString('utf8')));
  }
  const size = await store.size(key, version);
  return size === undefined ? undefined : objectSource(store, key, size, version);
}

/** The same. @throws FileRejectedError saying what has become of it, when it is not to be had any more */
export async function openAnnounced(store: ObjectStore, key: string, version?: ObjectVersion): Promise<ByteSource> {
  const source = await openObject(store, key, version);
  if (!source) throw new FileRejectedError(await whereItWent(store, key));
  return source;
}

/** How what was read from an object is called in positions: as its file. */
export const nameOfObject = (key: string): string => (isPartList(key) ? key.slice(0, -PARTS_SUFFIX.length) : key);

/** A part of a file, as a list of parts names it. */
export interface ListedPart {
  readonly key: string;
  readonly version: ObjectVersion;
}

/** Parts that follow one another, as one file. Lists of before said of each part its key only. */
function joinedSource(store: ObjectStore, name: string, listed: readonly (string | ListedPart)[]): ByteSource {
  const parts = listed.map((part) => {
    const { key, version } = typeof part === 'string' ? { key: part, version: undefined } : part;
    return { key, version, ...rangeOfPart(key) };
  });
  const size = parts.at(-1)?.end ?? 0;
  async function* stream(start = 0, end = size): AsyncIterable<Uint8Array> {
    for (const part of parts) {
      if (part.end <= start || part.start >= end) continue;
      // Piece by piece: a part may be larger than the memory of whoever reads it.
      const source = objectSource(store, part.key, part.end - part.start, part.version);
      yield* source.stream(Math.max(part.start, start) - part.start, Math.min(part.end, end) - part.start);
    }
  }
  return { name, size, stream, read: async (start, end) => Buffer.concat(await Array.fromAsync(stream(start, end))) };
}
