import type { ObjectStore } from '#core/ports/object-store.ts';
import { isPartList, PARTS_SUFFIX, rangeOfPart } from '../batch/upload.ts';
import type { ByteSource } from './byte-source.ts';
import { objectSource } from './object-source.ts';

/** A file of an object store, in one object or in parts; undefined when there is none. */
export async function openObject(store: ObjectStore, key: string): Promise<ByteSource | undefined> {
  if (isPartList(key)) {
    const list = await store.get(key);
    return list && joinedSource(store, nameOfObject(key), JSON.parse(Buffer.from(list).toString('utf8')));
  }
  const size = await store.size(key);
  return size === undefined ? undefined : objectSource(store, key, size);
}

/** How what was read from an object is called in positions: as its file. */
export const nameOfObject = (key: string): string => (isPartList(key) ? key.slice(0, -PARTS_SUFFIX.length) : key);

/** Parts that follow one another, as one file. */
function joinedSource(store: ObjectStore, name: string, keys: readonly string[]): ByteSource {
  const parts = keys.map((key) => ({ key, ...rangeOfPart(key) }));
  const size = parts.at(-1)?.end ?? 0;
  async function* stream(start = 0, end = size): AsyncIterable<Uint8Array> {
    for (const part of parts) {
      if (part.end <= start || part.start >= end) continue;
      // Piece by piece: a part may be larger than the memory of whoever reads it.
      const source = objectSource(store, part.key, part.end - part.start);
      yield* source.stream(Math.max(part.start, start) - part.start, Math.min(part.end, end) - part.start);
    }
  }
  return { name, size, stream, read: async (start, end) => Buffer.concat(await Array.fromAsync(stream(start, end))) };
}
