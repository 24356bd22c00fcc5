import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore, StoredObject } from '#core/ports/object-store.ts';

/**
 * Objects as files of a folder; one is there whole or not at all, also when its writer is killed. Its ETag is when it was
 * written, and its size. Conditions are kept by whoever is alone at an object.
 */
export function fileStore(folder: string): ObjectStore {
  mkdirSync(folder, { recursive: true });
  const pathOf = (key: string): string => join(folder, encodeURIComponent(key));
  let writes = 0;
  const write = async (key: string, body: Parameters<typeof writeFile>[1]): Promise<void> => {
    const unfinished = `${pathOf(key)}.${process.pid}-${writes++}.part`;
    await writeFile(unfinished, body);
    renameSync(unfinished, pathOf(key));
  };
  const look = async (key: string): Promise<StoredObject | undefined> => {
    const found = await stat(pathOf(key), { bigint: true }).catch(() => undefined);
    return found && { key, size: Number(found.size), etag: `${found.mtimeNs}-${found.size}` };
  };
  const keys = (prefix: string): string[] =>
    readdirSync(folder)
      .filter((name) => !name.endsWith('.part'))
      .map(decodeURIComponent)
      .filter((key) => key.startsWith(prefix))
      .sort();
  async function* entries(prefix: string): AsyncIterable<StoredObject> {
    for (const key of keys(prefix)) {
      const object = await look(key);
      if (object) yield object;
    }
  }
  return {
    put: write,
    async putIf(key, body, etag) {
      if ((await look(key))?.etag !== etag) return undefined;
      await write(key, body);
      return (await look(key))!.etag;
    },
    async get(key, range, version) {
      const object = await look(key);
      const etag = typeof version === 'object' ? version.etag : version;
      if (!object || (etag !== undefined && object.etag !== etag)) return undefined;
      if (!range) return readFile(pathOf(key));
      const file = await open(pathOf(key));
      try {
        const bytes = Buffer.allocUnsafe(Math.max(0, range.end - range.start));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, range.start);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    size: async (key) => (await look(key))?.size,
    async *list(prefix) {
      yield* keys(prefix);
    },
    entries,
    versions: entries,
    async delete(keys) {
      for (const key of keys) await rm(pathOf(key), { force: true });
    },
    async deleteIf(key, etag) {
      if ((await look(key))?.etag !== etag) return false;
      await rm(pathOf(key));
      return true;
    },
  };
}
