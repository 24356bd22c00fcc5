import { hash } from 'node:crypto';
import type { Counters } from './counters.ts';
import type { CountOnce } from './ports/count-store.ts';

/** What comes in a row, may come again, and is counted once. Whatever counts nothing by itself is omitted. */
export interface Row {
  /** Names the stream or table. */
  readonly source: string;
  /** One for each, in order; the same whenever it comes again. */
  readonly ids: readonly string[];
  /** What those from `from` to before `to` count together. */
  changeOf(from: number, to: number): Counters;
}

/** As many writes as one transaction holds, with room for the note. */
const MAX_SERIES = 90;

/**
 * Counts each of a row once, however often and in whichever pieces it comes again: what is counted and the note of it are one
 * write. Lambda gives a batch of a stream again from its first record, from the record that was reported, or in halves, the first
 * half first. So whatever comes next begins with the first of a note, or with what follows what came just before: the note has all
 * marks in order, and whoever meets a part of it notes the rest under the mark that comes next. It costs one write for each
 * batch, and no reading as long as nothing comes again (docs/operations.md, "Counts").
 */
export async function countOnce({ source, ids, changeOf }: Row, store: CountOnce): Promise<void> {
  const marks = ids.map((id) => markOf(source, id));
  let from = 0;
  while (from < marks.length) {
    const { to, change } = largestChange(from, marks.length, changeOf);
    const known = await store.commit({ marks: [marks[from]!, ...marks.slice(from + 1, to)] }, change);
    if (!known) {
      from = to;
      continue;
    }
    let length = 1;
    while (length < known.length && known[length] === marks[from + length]) length += 1;
    from += length;
    const [next, ...others] = known.slice(length);
    if (from === marks.length && next !== undefined) await store.note({ marks: [next, ...others] });
  }
}

/** The change of as many as are written at once. */
function largestChange(
  from: number,
  end: number,
  changeOf: Row['changeOf'],
): { readonly to: number; readonly change: Counters } {
  let to = end;
  let change = changeOf(from, to);
  while (to - from > 1 && Object.keys(change).length > MAX_SERIES) {
    to = from + Math.ceil((to - from) / 2);
    change = changeOf(from, to);
  }
  return { to, change };
}

/** Eight bytes: two records of one week are never the same by chance, and nobody is named. */
const markOf = (source: string, id: string): string => hash('sha256', `${source}\n${id}`, 'base64url').slice(0, 11);
