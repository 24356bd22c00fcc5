import { hash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';

/** Objects in memory, with the habits of S3: keys in the order of their bytes, bodies that nobody else can change. */
export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, { readonly body: Uint8Array; readonly etag: string }>();
  const write = (key: string, body: Uint8Array): string => {
    const etag = `"${hash('md5', body)}"`;
    objects.set(key, { body, etag });
    return etag;
  };
  const listed = (prefix: string): StoredObject[] =>
    [...objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { body, etag }]) => ({ key, size: body.byteLength, etag }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return {
    async put(key, body) {
      write(key, typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body));
    },
    async putIf(key, body, etag) {
      const blocks = body instanceof Uint8Array ? [body] : await Array.fromAsync(body);
      if (objects.get(key)?.etag !== etag) return undefined;
      return write(key, new Uint8Array(Buffer.concat(blocks)));
    },
    async get(key, range, etag) {
      const object = objects.get(key);
      if (etag !== undefined && object?.etag !== etag) return undefined;
      return range ? object?.body.slice(range.start, Math.max(range.start, range.end)) : object?.body.slice();
    },
    async size(key) {
      return objects.get(key)?.body.byteLength;
    },
    async *list(prefix) {
      for (const { key } of listed(prefix)) yield key;
    },
    async *entries(prefix) {
      yield* listed(prefix);
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
    async deleteIf(key, etag) {
      return objects.get(key)?.etag === etag && objects.delete(key);
    },
  };
}
