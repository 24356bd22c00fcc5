import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ByteSource } from './byte-source.ts';

/** Bytes asked for at a time when a file is read from end to end. */
const BLOCK = 4 * 1_048_576;

/** A file in an object store, read by ranges, so that memory does not grow with its size. */
export function objectSource(store: ObjectStore, key: string, size: number): ByteSource {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = await store.get(key, { start, end });
    if (!bytes) throw new Error(`The file of ${size} bytes has disappeared while it was read`);
    return bytes;
  };
  return {
    name: key,
    size,
    read,
    async *stream(start = 0, end = size) {
      for (let at = start; at < end; at += BLOCK) yield await read(at, Math.min(end, at + BLOCK));
    },
  };
}
