import { hash } from 'node:crypto';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore, ObjectVersion, StoredObject } from '#core/ports/object-store.ts';

interface Stored extends ObjectVersion, Pick<StoredObject, 'modifiedAt'> {
  readonly body: Uint8Array;
}

/**
 * Objects in memory, with the habits of S3: keys in the order of their bytes, bodies that nobody else can change.
 * @param versioned whether what is replaced or deleted can still be read by its version
 * @param now with it, objects say when they were written, to the second
 */
export function createMemoryObjectStore({
  versioned = false,
  now,
}: {
  versioned?: boolean;
  now?: Clock;
} = {}): ObjectStore {
  const objects = new Map<string, Stored>();
  const all = new Map<string, Stored>();
  const counts = new Map<string, number>();
  const write = (key: string, body: Uint8Array): string => {
    const etag = `"${hash('md5', body)}"`;
    const count = (counts.get(key) ?? 0) + 1;
    const modifiedAt = now && Math.floor(now() / 1_000) * 1_000;
    const object: Stored = {
      body,
      etag,
      ...(versioned && { versionId: `v${count}` }),
      ...(modifiedAt !== undefined && { modifiedAt }),
    };
    counts.set(key, count);
    objects.set(key, object);
    if (object.versionId !== undefined) all.set(`${key} ${object.versionId}`, object);
    return etag;
  };
  const find = (key: string, version?: string | ObjectVersion): Stored | undefined => {
    if (typeof version === 'object' && version.versionId !== undefined) return all.get(`${key} ${version.versionId}`);
    const etag = typeof version === 'object' ? version.etag : version;
    const object = objects.get(key);
    return etag === undefined || object?.etag === etag ? object : undefined;
  };
  const listed = (prefix: string): (StoredObject & ObjectVersion)[] =>
    [...objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { body, ...stored }]) => ({ key, size: body.byteLength, ...stored }))
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
    async get(key, range, version) {
      const object = find(key, version);
      return range ? object?.body.slice(range.start, Math.max(range.start, range.end)) : object?.body.slice();
    },
    async size(key, version) {
      return find(key, version)?.body.byteLength;
    },
    async *list(prefix) {
      for (const { key } of listed(prefix)) yield key;
    },
    async *entries(prefix) {
      for (const { versionId: _, ...entry } of listed(prefix)) yield entry;
    },
    async *versions(prefix) {
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
