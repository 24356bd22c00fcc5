import { gunzipSync, gzipSync } from 'node:zlib';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** What was taken out of objects. */
export interface Scrubbed {
  readonly objects: number;
  readonly rows: number;
}

const GZIP = [0x1f, 0x8b];

/**
 * Takes lines out of objects, gzipped or not. An object of which nothing is left goes as a whole. Doing it again changes
 * nothing.
 * @param isTheirs whether a line tells of the person; the key of the object is given as well
 */
export async function scrubLines(
  store: ObjectStore,
  keys: Iterable<string> | AsyncIterable<string>,
  isTheirs: (line: string, key: string) => boolean,
): Promise<Scrubbed> {
  let objects = 0;
  let rows = 0;
  for await (const key of keys) {
    const bytes = await store.get(key);
    if (!bytes) continue;
    const isGzip = GZIP.every((byte, at) => bytes[at] === byte);
    const lines = (isGzip ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8').split('\n');
    const kept = lines.filter((line) => line === '' || !isTheirs(line, key));
    if (kept.length === lines.length) continue;
    objects += 1;
    rows += lines.length - kept.length;
    if (kept.every((line) => line === '')) await store.delete([key]);
    else {
      const text = kept.join('\n');
      await store.put(key, isGzip ? gzipSync(text) : text);
    }
  }
  return { objects, rows };
}

const DELIMITERS = /[\s,;:|"'=&?#{}[\]()<>\\]+/;

/** Whether one of the values stands in a line of text, as a word of its own. */
export const namesOneOf =
  (values: ReadonlySet<string>) =>
  (line: string): boolean =>
    line.split(DELIMITERS).some((word) => values.has(word.toLowerCase()));
