import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import type { ByteSource } from '#core/ingestion/source/byte-source.ts';

/** A file on disk, read by ranges. @throws UserError when there is none */
export async function fileSource(path: string): Promise<ByteSource> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory()) throw new UserError(`${path} is a folder. Give one file.`);
  if (!status?.isFile()) throw new UserError(`There is no file ${path}`);
  const { size } = status;
  return {
    name: basename(path),
    size,
    async read(start, end) {
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async *stream(start = 0, end = size) {
      if (end > start) yield* createReadStream(path, { start, end: end - 1 }) as AsyncIterable<Uint8Array>;
    },
  };
}
