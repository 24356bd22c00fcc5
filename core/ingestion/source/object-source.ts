import type { ObjectStore, ObjectVersion } from '#core/ports/object-store.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import type { ByteSource } from './byte-source.ts';

/** Bytes asked for at a time when a file is read from end to end. */
const BLOCK = 4 * 1_048_576;

/**
 * A file in an object store, read by ranges, so that memory does not grow with its size.
 * @param version which object it is, whatever takes its place under the key
 * @throws FileRejectedError when it is read and not to be had any more
 */
export function objectSource(store: ObjectStore, key: string, size: number, version?: ObjectVersion): ByteSource {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = await store.get(key, { start, end }, version);
    if (!bytes) throw new FileRejectedError(await whereItWent(store, key));
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

/** Why an object that was there cannot be read. */
export const whereItWent = async (store: Pick<ObjectStore, 'size'>, key: string): Promise<Rejection> =>
  (await store.size(key)) === undefined ? REMOVED : OVERWRITTEN;

const OVERWRITTEN: Rejection = {
  code: 'overwritten-before-read',
  message:
    'The file was overwritten before it was read: another file has its key now, as a batch of its own. Upload it again, under another key',
};
const REMOVED: Rejection = {
  code: 'removed-before-read',
  message: 'The file was removed before it was read; upload it again',
};
