import type { ObjectStore } from '#core/ports/object-store.ts';

/** Objects in memory, with the habits of S3: keys in the order of their bytes, bodies that nobody else can change. */
export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(key, body) {
      objects.set(key, typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body));
    },
    async get(key, range) {
      const body = objects.get(key);
      return range ? body?.slice(range.start, Math.max(range.start, range.end)) : body?.slice();
    },
    async size(key) {
      return objects.get(key)?.byteLength;
    },
    async *list(prefix) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      yield* keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}
