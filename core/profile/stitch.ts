import { limitLinksInBatch } from '#core/identity/batch-links.ts';
import { NOTHING_TO_LINK } from '#core/identity/eligibility.ts';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { assignToProfile } from './assign.ts';
import { clearingOf, type FoldOutcome, foldRecords, linkableOf, mayAmend, type StitchableRecord } from './fold.ts';
import type { FoldSettings } from './fold-settings.ts';
import { loadItems } from './load.ts';
import type { ProfileStore } from './ports/profile-store.ts';
import type { Timeline } from './ports/timeline.ts';
import { emptyItem, identitiesIn, MAX_IDENTITIES_IN_ITEM, mergeIn, type ProfileItem } from './profile-item.ts';
import { remember } from './remember.ts';

/**
 * Stitching: from records to profile items. Records that share an identity, among themselves or through what is already
 * stored, are folded together and written once. It is the same for both endpoints.
 */

export interface StitchDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly settings: FoldSettings;
  /** Whether the records have just come in; not where they are rebuilt or replayed. @default false */
  readonly isNew?: boolean;
}

export interface StitchResult {
  readonly outcomes: readonly FoldOutcome[];
  /** Records whose profile could not be written: nothing of them was applied, they are to be given again. */
  readonly failed: readonly { readonly record: AcceptedRecord; readonly error: Error }[];
  /** Links that arrived later than the link history reaches. */
  readonly late: number;
}

/** One write may name at most 100 items. */
const MAX_IDENTITIES = 90;
const GROUPS_CONCURRENCY = 16;
const ENTRIES_CONCURRENCY = 32;

/**
 * Stitches a batch of records: they are put on the timeline, which knows the duplicates, and then folded into the items
 * they belong to. Every record ends either in `outcomes` or in `failed`.
 */
export async function stitch(records: readonly AcceptedRecord[], deps: StitchDeps): Promise<StitchResult> {
  const { settings, timeline } = deps;
  const assigned = records.map((record) => assignToProfile(record, settings));
  const { fresh, duplicates, failed: forgotten } = await remember(assigned, timeline, settings);
  const outcomes: FoldOutcome[] = duplicates.map((record) => ({ record, duplicate: true }));
  const failed = [...forgotten];
  let late = 0;
  const asserted = limitLinksInBatch(fresh.map(({ record }) => linkableOf(record, settings)));
  const stitchable = fresh.map((assigned, i) => ({
    ...assigned,
    asserted: asserted[i]!,
    ...clearingOf(assigned.record, settings),
  }));
  outcomes.push(...stitchable.filter(belongsToNobody).map(outcomeOfNobodys));
  const groups = groupsOf(stitchable.filter((record) => !belongsToNobody(record)));
  await mapWithConcurrency(groups, GROUPS_CONCURRENCY, async (group) => {
    try {
      const result = await writeGroup(group, deps);
      outcomes.push(...result.outcomes);
      late += result.late;
    } catch (error) {
      failed.push(...group.map(({ record }) => ({ record, error: error as Error })));
    }
  });
  return { outcomes, failed, late };
}

/** Nothing to be linked, and in no profile: no item is touched. */
const belongsToNobody = ({ keyedBy, asserted, clearing }: StitchableRecord): boolean =>
  !keyedBy && asserted.identities.length === 0 && !clearing;

const outcomeOfNobodys = ({ record, withoutProfile, asserted: { rejection } }: StitchableRecord): FoldOutcome => ({
  record,
  duplicate: false,
  ...(withoutProfile && { withoutProfile }),
  ...(rejection && { graphRejection: rejection }),
});

/** The identities by which the item of a record is found: those it links, and the one it is kept under, or clears of. */
function identitiesOf({ keyedBy, asserted: { identities }, clearing }: StitchableRecord): readonly IdentityKey[] {
  const own = keyedBy ?? clearing?.identities[0];
  return own === undefined || identities.includes(own) ? identities : [own, ...identities];
}

/** Records that share an identity go together, as long as one write can hold them. */
function groupsOf(records: readonly StitchableRecord[]): StitchableRecord[][] {
  const groupOf = new Map<IdentityKey, StitchableRecord[]>();
  const groups = new Set<StitchableRecord[]>();
  for (const record of records) {
    const identities = identitiesOf(record);
    const touched = [...new Set(identities.map((key) => groupOf.get(key)).filter((group) => group !== undefined))];
    const joined = [...touched.flat(), record];
    for (const group of touched) groups.delete(group);
    groups.add(joined);
    for (const each of touched.length > 0 ? joined : [record]) {
      for (const key of identitiesOf(each)) groupOf.set(key, joined);
    }
  }
  return [...groups].flatMap(splitLargeGroup);
}

function splitLargeGroup(group: StitchableRecord[]): StitchableRecord[][] {
  const subgroups: StitchableRecord[][] = [];
  let subgroup: StitchableRecord[] = [];
  let keys = new Set<IdentityKey>();
  for (const record of group) {
    const identities = identitiesOf(record);
    const joined = new Set([...keys, ...identities]);
    if (joined.size > MAX_IDENTITIES && subgroup.length > 0) {
      subgroups.push(subgroup);
      subgroup = [];
      keys = new Set(identities);
    } else {
      keys = joined;
    }
    subgroup.push(record);
  }
  subgroups.push(subgroup);
  return subgroups;
}

interface WrittenGroup {
  readonly outcomes: readonly FoldOutcome[];
  readonly late: number;
}

async function writeGroup(group: readonly StitchableRecord[], deps: StitchDeps): Promise<WrittenGroup> {
  const identities = [...new Set(group.flatMap(identitiesOf))];
  return retryOnConflict(async () => {
    const { items, unknown, dangling } = await loadItems(identities, deps.profiles);
    const superseded = await supersededIn(group, deps);
    if (superseded.size > 0) return writeWithout(superseded, group, deps);
    const { mergeTarget, mergedIn, pointers } = chooseMergeTarget(items, unknown);
    const joined = mergedIn.reduce(mergeIn, mergeTarget);
    if (wouldBeTooLarge(joined, mergedIn, pointers) && group.some(({ asserted }) => asserted.identities.length > 0)) {
      return writeApart(group, deps);
    }
    const { item, outcomes, late } = foldRecords(joined, group, deps.settings);
    // What amends an event is written even where it changes nothing: who is about to write the older one meets a conflict.
    if (item !== mergeTarget || group.some(mayAmend))
      await deps.profiles.write({
        item: withNewData(item, group, deps),
        pointers,
        mergedIn,
        ...(dangling.size > 0 && { stale: dangling }),
      });
    return { outcomes, late };
  }, deps);
}

function withNewData(
  item: ProfileItem,
  group: readonly StitchableRecord[],
  { isNew, settings }: StitchDeps,
): ProfileItem {
  if (!isNew || !settings.notesNewData) return item;
  const at = Math.max(...group.map(({ record }) => record.receivedAt));
  return { ...item, newData: { revision: item.revision + 1, at } };
}

/**
 * Events in whose place a newer version has come since they were remembered. It is asked after the items were read: then
 * either the newer version is found here, or whoever writes it meets what is written now.
 */
async function supersededIn(
  group: readonly StitchableRecord[],
  { timeline }: StitchDeps,
): Promise<ReadonlySet<StitchableRecord>> {
  const superseded = new Set<StitchableRecord>();
  const versioned = group.filter(({ record, keyedBy }) => record.version !== undefined && keyedBy !== undefined);
  await mapWithConcurrency(versioned, ENTRIES_CONCURRENCY, async (assigned) => {
    const entry = await timeline.get(assigned.keyedBy!, assigned.record.id);
    if (entry && entry.ingestionId !== assigned.record.ingestionId) superseded.add(assigned);
  });
  return superseded;
}

/** Writes what is left of a group. What was superseded came in, and counts as such, though another has taken its place. */
async function writeWithout(
  superseded: ReadonlySet<StitchableRecord>,
  group: readonly StitchableRecord[],
  deps: StitchDeps,
): Promise<WrittenGroup> {
  const outcomes = [...superseded].map(({ record, amends }) => ({
    record,
    duplicate: amends === 'itself',
    ...(amends === 'another' && { amends: true as const }),
  }));
  let late = 0;
  for (const subgroup of groupsOf(group.filter((assigned) => !superseded.has(assigned)))) {
    const written = await writeGroup(subgroup, deps);
    outcomes.push(...written.outcomes);
    late += written.late;
  }
  return { outcomes, late };
}

const wouldBeTooLarge = (
  joined: ProfileItem,
  mergedIn: readonly ProfileItem[],
  pointers: readonly IdentityKey[],
): boolean =>
  mergedIn.length + pointers.length > 0 && identitiesIn(joined).size + pointers.length > MAX_IDENTITIES_IN_ITEM;

/** Writes each record under its primary identity alone: what it says to the graph would connect too many. */
async function writeApart(group: readonly StitchableRecord[], deps: StitchDeps): Promise<WrittenGroup> {
  const unlinked = group.map((record) =>
    record.asserted.identities.length > 0 ? { ...record, asserted: { ...NOTHING_TO_LINK, rejection: HOT } } : record,
  );
  const outcomes = unlinked.filter(belongsToNobody).map(outcomeOfNobodys);
  let late = 0;
  for (const subgroup of groupsOf(unlinked.filter((record) => !belongsToNobody(record)))) {
    const written = await writeGroup(subgroup, deps);
    outcomes.push(...written.outcomes);
    late += written.late;
  }
  return { outcomes, late };
}

const HOT = 'over-connected-identity' as const;

/** The item written most often stays where it is and ingests the others; the first of all identities founds a new one. */
function chooseMergeTarget(
  items: readonly ProfileItem[],
  unknown: readonly IdentityKey[],
): { mergeTarget: ProfileItem; mergedIn: ProfileItem[]; pointers: IdentityKey[] } {
  if (items.length === 0) {
    const [canonicalKey, ...pointers] = [...unknown].sort();
    return { mergeTarget: emptyItem(canonicalKey!), mergedIn: [], pointers };
  }
  const weight = (item: ProfileItem): number => item.revision;
  const [mergeTarget, ...mergedIn] = [...items].sort(
    (x, y) => weight(y) - weight(x) || (x.canonicalKey < y.canonicalKey ? -1 : 1),
  );
  return { mergeTarget: mergeTarget!, mergedIn, pointers: [...unknown] };
}
