import { keysOf, matches, objectAt, type QuarantineFilter, type QuarantineReader, rowId } from './read.ts';
import type { QuarantineRow } from './write.ts';

/** A rejected record, and the object of the quarantine that it lies in. */
export interface FoundRow {
  readonly object: string;
  readonly row: QuarantineRow;
}

/** Where a list of rejected records goes on: after a row, or from the beginning of an object. */
export interface PlaceInQuarantine {
  readonly object: string;
  /** Id of the last row that was listed. */
  readonly id?: string | undefined;
}

export interface QuarantinePage {
  readonly rows: readonly FoundRow[];
  /** Undefined where there is nothing more. */
  readonly next?: PlaceInQuarantine;
}

export interface PageOptions {
  readonly limit: number;
  readonly after?: PlaceInQuarantine | undefined;
  /** Objects that are read for one page at most, whether they have what is asked for or not. */
  readonly maxObjects?: number;
}

/** An answer has seconds. */
const MAX_OBJECTS = 200;

/**
 * A page of rejected records, the newest day first. Records that are replayed in the meantime are not on the next page; none
 * is omitted, and one may be listed twice where the last one of a page was replayed.
 */
export async function pageOfRejected(
  quarantine: QuarantineReader,
  filter: QuarantineFilter,
  { limit, after, maxObjects = MAX_OBJECTS }: PageOptions,
): Promise<QuarantinePage> {
  const all = (await Array.fromAsync(keysOf(quarantine, filter))).sort(newestDayFirst);
  const keys = after ? all.filter((key) => newestDayFirst(key, after.object) >= 0) : all;
  const rows: FoundRow[] = [];
  for (const [i, key] of keys.entries()) {
    if (i === maxObjects) return { rows, next: { object: key } };
    const object = await objectAt(key, quarantine);
    const found = rowsAfter(object?.all ?? [], key, after).filter((row) => matches(row, filter));
    for (const row of found) {
      if (rows.length === limit) {
        const last = rows.at(-1)!;
        return { rows, next: last.object === key ? { object: key, id: rowId(last.row) } : { object: key } };
      }
      rows.push({ object: key, row });
    }
  }
  return { rows };
}

function rowsAfter(
  all: readonly QuarantineRow[],
  key: string,
  after: PlaceInQuarantine | undefined,
): readonly QuarantineRow[] {
  if (after?.id === undefined || after.object !== key) return all;
  return all.slice(all.findIndex((row) => rowId(row) === after.id) + 1);
}

const dayIn = (key: string): string => /\/date=(\d{4}-\d\d-\d\d)\//.exec(key)?.[1] ?? '';

function newestDayFirst(x: string, y: string): number {
  const [a, b] = [dayIn(x), dayIn(y)];
  if (a !== b) return a < b ? 1 : -1;
  return x < y ? -1 : x > y ? 1 : 0;
}
