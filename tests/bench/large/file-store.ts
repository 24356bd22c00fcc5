import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** Objects as files of a folder; one is there whole or not at all, also when its writer is killed. */
export function fileStore(folder: string): ObjectStore {
  mkdirSync(folder, { recursive: true });
  const pathOf = (key: string): string => join(folder, encodeURIComponent(key));
  return {
    async put(key, body) {
      const unfinished = `${pathOf(key)}.${process.pid}.part`;
      await writeFile(unfinished, body);
      renameSync(unfinished, pathOf(key));
    },
    async get(key, range) {
      if ((await stat(pathOf(key)).catch(() => undefined)) === undefined) return undefined;
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
    size: async (key) => (await stat(pathOf(key)).catch(() => undefined))?.size,
    async *list(prefix) {
      const keys = readdirSync(folder).filter((name) => !name.endsWith('.part'));
      yield* keys
        .map(decodeURIComponent)
        .filter((key) => key.startsWith(prefix))
        .sort();
    },
    async delete(keys) {
      for (const key of keys) await rm(pathOf(key), { force: true });
    },
    // Files have no ETag; who takes files in asks for none.
    putIf: noEtags,
    entries: noEtags,
    deleteIf: noEtags,
  };
}

function noEtags(): never {
  throw new Error('A folder has no ETags: it can be written and read, not compacted');
}
