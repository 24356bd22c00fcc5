import { limitLinksInBatch } from '#core/identity/batch-links.ts';
import { type Linkable, NOTHING_TO_LINK } from '#core/identity/eligibility.ts';
import { type IdentityKey, identityKey } from '#core/identity/identity.ts';
import type { AcceptedRecord } from '#core/ingestion/accepted-record.ts';
import { ConflictError, type ProfileStore } from '#core/ports/profile-store.ts';
import type { Timeline } from '#core/ports/timeline.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { type FoldOutcome, type FoldRules, foldRecords, linkableOf } from './fold.ts';
import { type ProfileRefusal, placeInProfile } from './place.ts';
import { absorb, emptyItem, identitiesIn, MOST_IDENTITIES_IN_ITEM, type ProfileItem } from './profile-item.ts';
import { remember } from './remember.ts';

/**
 * Stitching: from records to profile items. Records that share an identity, among themselves or through what is already
 * stored, are folded together and written once. It is the same for both doors.
 */

export interface StitchDeps {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly rules: FoldRules;
  /** Waits before the next attempt after somebody else wrote first; attempts count from 1. */
  pause(attempt: number): Promise<void>;
}

export interface StitchResult {
  readonly outcomes: readonly FoldOutcome[];
  /** Records whose profile could not be written: nothing of them was applied, they are to be given again. */
  readonly failed: readonly { readonly record: AcceptedRecord; readonly error: Error }[];
  /** Links that arrived later than the evidence reaches. */
  readonly late: number;
}

const ATTEMPTS = 8;
/** One write may name at most 100 items. */
const MOST_IDENTITIES = 90;
const UNITS_AT_ONCE = 16;

/**
 * Stitches a batch of records: they are put on the timeline, which knows the duplicates, and then folded into the items
 * they belong to. Every record ends either in `outcomes` or in `failed`.
 */
export async function stitch(records: readonly AcceptedRecord[], deps: StitchDeps): Promise<StitchResult> {
  const { fresh, duplicates, failed: forgotten } = await remember(records, deps.timeline, deps.rules);
  const outcomes: FoldOutcome[] = duplicates.map((record) => ({ record, duplicate: true }));
  const failed = [...forgotten];
  let late = 0;
  const said = limitLinksInBatch(fresh.map((record) => linkableOf(record, deps.rules)));
  const placed = fresh.map((record, i) => ({ record, ...placeOf(record, said[i]!, deps.rules) }));
  for (const { record, identities, said, withoutProfile } of placed) {
    if (identities.length > 0) continue;
    const graphRefusal = said.refusal;
    outcomes.push({
      record,
      duplicate: false,
      ...(withoutProfile && { withoutProfile }),
      ...(graphRefusal && { graphRefusal }),
    });
  }
  const units = unitsOf(placed.filter(({ identities }) => identities.length > 0));
  await eachAtOnce(units, UNITS_AT_ONCE, async (unit) => {
    try {
      const result = await writeUnit(unit, deps);
      await forgetDeleted(result.outcomes, deps);
      outcomes.push(...result.outcomes);
      late += result.late;
    } catch (error) {
      failed.push(...unit.map(({ record }) => ({ record, error: error as Error })));
    }
  });
  return { outcomes, failed, late };
}

/** Nothing of a deleted person stays on the timeline, on which records come before their item has been looked at. */
async function forgetDeleted(outcomes: readonly FoldOutcome[], { timeline, rules }: StitchDeps): Promise<void> {
  for (const { record, withoutProfile } of outcomes) {
    if (withoutProfile !== 'person-deleted') continue;
    const primary = placeInProfile(record, rules);
    if (typeof primary !== 'string') await timeline.erase(identityKey(primary), record.id);
  }
}

interface Placed {
  readonly record: AcceptedRecord;
  readonly said: Linkable;
  readonly identities: readonly IdentityKey[];
}

/** The identities by which the item of a record is found: those it links, and the one it is kept under. */
function placeOf(
  record: AcceptedRecord,
  said: Linkable,
  rules: FoldRules,
): Omit<Placed, 'record'> & { withoutProfile?: ProfileRefusal } {
  const linkable = said.identities;
  const primary = placeInProfile(record, rules);
  if (typeof primary === 'string') return { said, identities: linkable, withoutProfile: primary };
  const key = identityKey(primary);
  return { said, identities: linkable.includes(key) ? linkable : [key, ...linkable] };
}

/** Records that share an identity go together, as long as one write can hold them. */
function unitsOf(placed: readonly Placed[]): Placed[][] {
  const unitOf = new Map<IdentityKey, Placed[]>();
  const units = new Set<Placed[]>();
  for (const record of placed) {
    const touched = [...new Set(record.identities.map((key) => unitOf.get(key)).filter((unit) => unit !== undefined))];
    const joined = [...touched.flat(), record];
    for (const unit of touched) units.delete(unit);
    units.add(joined);
    for (const { identities } of touched.length > 0 ? joined : [record]) {
      for (const key of identities) unitOf.set(key, joined);
    }
  }
  return [...units].flatMap(splitLargeUnit);
}

function splitLargeUnit(unit: Placed[]): Placed[][] {
  const parts: Placed[][] = [];
  let part: Placed[] = [];
  let keys = new Set<IdentityKey>();
  for (const record of unit) {
    const joined = new Set([...keys, ...record.identities]);
    if (joined.size > MOST_IDENTITIES && part.length > 0) {
      parts.push(part);
      part = [];
      keys = new Set(record.identities);
    } else {
      keys = joined;
    }
    part.push(record);
  }
  parts.push(part);
  return parts;
}

async function writeUnit(
  unit: readonly Placed[],
  deps: StitchDeps,
): Promise<{ outcomes: FoldOutcome[]; late: number }> {
  const identities = [...new Set(unit.flatMap((placed) => placed.identities))];
  const said = new Map(unit.map((placed) => [placed.record, placed.said]));
  for (let attempt = 1; ; attempt++) {
    const { items, unknown } = await loadItems(identities, deps.profiles);
    const { home, absorbed, pointers } = chooseHome(items, unknown);
    const joined = absorbed.reduce(absorb, home);
    if (wouldBeTooLarge(joined, absorbed, pointers) && unit.some(({ said }) => said.identities.length > 0)) {
      return writeApart(unit, deps);
    }
    const { item, outcomes, late } = foldRecords(
      joined,
      unit.map(({ record }) => record),
      deps.rules,
      (record) => said.get(record)!,
    );
    if (item === home) return { outcomes, late };
    try {
      await deps.profiles.write({ item, pointers, absorbed });
      return { outcomes, late };
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
      await deps.pause(attempt);
    }
  }
}

const wouldBeTooLarge = (
  joined: ProfileItem,
  absorbed: readonly ProfileItem[],
  pointers: readonly IdentityKey[],
): boolean =>
  absorbed.length + pointers.length > 0 && identitiesIn(joined).size + pointers.length > MOST_IDENTITIES_IN_ITEM;

/** Writes each record under its primary identity alone: what it says to the graph would connect too many. */
async function writeApart(
  unit: readonly Placed[],
  deps: StitchDeps,
): Promise<{ outcomes: FoldOutcome[]; late: number }> {
  const said: Linkable = { ...NOTHING_TO_LINK, refusal: 'hot-identity' };
  const outcomes: FoldOutcome[] = [];
  const apart: Placed[] = [];
  for (const { record, said: before } of unit) {
    const own = before.identities.length > 0 ? said : before;
    const { identities, withoutProfile } = placeOf(record, own, deps.rules);
    if (identities.length > 0) apart.push({ record, said: own, identities });
    else
      outcomes.push({
        record,
        duplicate: false,
        ...(withoutProfile && { withoutProfile }),
        graphRefusal: 'hot-identity',
      });
  }
  let late = 0;
  for (const part of unitsOf(apart)) {
    const written = await writeUnit(part, deps);
    outcomes.push(...written.outcomes);
    late += written.late;
  }
  return { outcomes, late };
}

/** The items that hold the identities, following pointers, and the identities that nobody knows yet. */
export async function loadItems(
  identities: readonly IdentityKey[],
  profiles: Pick<ProfileStore, 'lookup'>,
): Promise<{ items: ProfileItem[]; unknown: IdentityKey[] }> {
  const items = new Map<IdentityKey, ProfileItem>();
  const unknown: IdentityKey[] = [];
  let wanted = [...identities];
  let first = true;
  while (wanted.length > 0) {
    const found = await profiles.lookup(wanted);
    const next = new Set<IdentityKey>();
    for (const key of wanted) {
      const lookup = found.get(key);
      if (!lookup) {
        // A pointer to nothing cannot be: items are never removed while something points to them.
        if (!first) throw new ConflictError('an item');
        unknown.push(key);
      } else if ('item' in lookup) items.set(lookup.item.root, lookup.item);
      else if (!items.has(lookup.movedTo)) next.add(lookup.movedTo);
    }
    wanted = [...next];
    first = false;
  }
  return { items: [...items.values()], unknown };
}

/** The item written most often stays where it is and takes in the others; the first of all identities founds a new one. */
function chooseHome(
  items: readonly ProfileItem[],
  unknown: readonly IdentityKey[],
): { home: ProfileItem; absorbed: ProfileItem[]; pointers: IdentityKey[] } {
  if (items.length === 0) {
    const [root, ...pointers] = [...unknown].sort();
    return { home: emptyItem(root!), absorbed: [], pointers };
  }
  const weight = (item: ProfileItem): number => item.revision;
  const [home, ...absorbed] = [...items].sort((x, y) => weight(y) - weight(x) || (x.root < y.root ? -1 : 1));
  return { home: home!, absorbed, pointers: [...unknown] };
}
