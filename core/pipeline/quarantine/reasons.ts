import type { Rejection } from '#core/record/record.ts';
import { keysOf, matches, objectAt, type QuarantineFilter, type QuarantineReader } from './read.ts';

/** Records that were rejected for the same reason, in the same place. */
export interface RejectionGroup extends Pick<Rejection, 'code' | 'column' | 'pointer' | 'expected' | 'found'> {
  readonly records: number;
}

export interface RejectionGroups {
  /** The most frequent first. */
  readonly groups: readonly RejectionGroup[];
  readonly records: number;
  /** Whether all records were looked at. */
  readonly isWhole: boolean;
}

/** An answer has seconds. */
const MAX_OBJECTS = 200;
/** Beyond these, what is rarer is counted in `records` only. */
const MAX_GROUPS = 200;

/** Why records are in quarantine, each with how many; a record with several mistakes counts in each of them. */
export async function groupRejected(quarantine: QuarantineReader, filter: QuarantineFilter): Promise<RejectionGroups> {
  const groups = new Map<string, RejectionGroup>();
  let [records, objects] = [0, 0];
  for await (const key of keysOf(quarantine, filter)) {
    if (objects++ === MAX_OBJECTS) return { groups: sorted(groups), records, isWhole: false };
    const object = await objectAt(key, quarantine);
    for (const row of object?.all.filter((one) => matches(one, filter)) ?? []) {
      records += 1;
      for (const rejection of row.rejections) count(rejection, groups);
    }
  }
  return { groups: sorted(groups), records, isWhole: true };
}

function count({ code, column, pointer, expected, found }: Rejection, groups: Map<string, RejectionGroup>): void {
  // Of lists, which of their items it is makes no other reason.
  const place = pointer?.replaceAll(/\/\d+(?=\/|$)/g, '/*');
  const key = JSON.stringify([code, column, place, expected, found]);
  const known = groups.get(key);
  if (known) groups.set(key, { ...known, records: known.records + 1 });
  else if (groups.size < MAX_DIFFERENT) {
    const more = { ...(column !== undefined && { column }), ...(place !== undefined && { pointer: place }) };
    const what = { ...(expected !== undefined && { expected }), ...(found !== undefined && { found }) };
    groups.set(key, { code, ...more, ...what, records: 1 });
  }
}
/** A file that has another mistake in every record does not fill the memory. */
const MAX_DIFFERENT = 5_000;

const sorted = (groups: ReadonlyMap<string, RejectionGroup>): readonly RejectionGroup[] =>
  [...groups.values()].sort((a, b) => b.records - a.records).slice(0, MAX_GROUPS);
