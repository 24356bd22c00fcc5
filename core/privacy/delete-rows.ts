import { gunzipSync, gzipSync } from 'node:zlib';
import type { DeletedRows } from '#core/lake/delete-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** How the rows of an object are read, and those that stay written. */
interface Rows<T> {
  readonly rows: readonly T[];
  /** @returns undefined where nothing is worth keeping */
  pack(kept: readonly T[]): Uint8Array | string | undefined;
}

/**
 * Takes rows out of objects. An object of which nothing is left goes as a whole. Doing it again changes nothing.
 * @param isTheirs whether a row tells of the person; the key of the object is given as well
 */
async function deleteRows<T>(
  store: ObjectStore,
  keys: Iterable<string> | AsyncIterable<string>,
  open: (bytes: Uint8Array) => Rows<T> | Promise<Rows<T>>,
  isTheirs: (row: T, key: string) => boolean,
): Promise<DeletedRows> {
  const deletedRows = { objects: 0, rows: 0 };
  for await (const key of keys) {
    const bytes = await store.get(key);
    if (!bytes) continue;
    const { rows, pack } = await open(bytes);
    const kept = rows.filter((row) => !isTheirs(row, key));
    if (kept.length === rows.length) continue;
    deletedRows.objects += 1;
    deletedRows.rows += rows.length - kept.length;
    const rest = pack(kept);
    if (rest === undefined) await store.delete([key]);
    else await store.put(key, rest);
  }
  return deletedRows;
}

/** Takes lines out of text, gzipped or not. See {@link scrub}. */
export const deleteLines = (
  store: ObjectStore,
  keys: Iterable<string> | AsyncIterable<string>,
  isTheirs: (line: string, key: string) => boolean,
): Promise<DeletedRows> => deleteRows(store, keys, linesOf, (line, key) => line !== '' && isTheirs(line, key));

const GZIP = [0x1f, 0x8b];

function linesOf(bytes: Uint8Array): Rows<string> {
  const isGzip = GZIP.every((byte, at) => bytes[at] === byte);
  return {
    rows: (isGzip ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8').split('\n'),
    pack(kept) {
      if (kept.every((line) => line === '')) return undefined;
      const text = kept.join('\n');
      return isGzip ? gzipSync(text) : text;
    },
  };
}

const DELIMITERS = /[\s,;:|"'=&?#{}[\]()<>\\]+/;

/** Whether one of the values stands in a line of text, as a word of its own. */
export const namesOneOf =
  (values: ReadonlySet<string>) =>
  (line: string): boolean =>
    line.split(DELIMITERS).some((word) => values.has(word.toLowerCase()));
