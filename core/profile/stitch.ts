import { limitLinksInBatch } from '#core/identity/batch-links.ts';
import { NOTHING_TO_LINK } from '#core/identity/eligibility.ts';
import { type Pausing, retryOnConflict } from '#core/ports/conflict.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { type FoldOutcome, foldRecords, linkableOf, type StitchableRecord } from './fold.ts';
import type { FoldRules } from './fold-settings.ts';
import { loadItems } from './load.ts';
import { placeInProfile } from './place.ts';
import type { ProfileStore } from './ports/profile-store.ts';
import type { Timeline } from './ports/timeline.ts';
import { absorb, emptyItem, identitiesIn, MOST_IDENTITIES_IN_ITEM, type ProfileItem } from './profile-item.ts';
import { remember } from './remember.ts';

/**
 * Stitching: from records to profile items. Records that share an identity, among themselves or through what is already
 * stored, are folded together and written once. It is the same for both doors.
 */

export interface StitchDeps extends Pausing {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly rules: FoldRules;
}

export interface StitchResult {
  readonly outcomes: readonly FoldOutcome[];
  /** Records whose profile could not be written: nothing of them was applied, they are to be given again. */
  readonly failed: readonly { readonly record: AcceptedRecord; readonly error: Error }[];
  /** Links that arrived later than the evidence reaches. */
  readonly late: number;
}

/** One write may name at most 100 items. */
const MOST_IDENTITIES = 90;
const UNITS_AT_ONCE = 16;

/**
 * Stitches a batch of records: they are put on the timeline, which knows the duplicates, and then folded into the items
 * they belong to. Every record ends either in `outcomes` or in `failed`.
 */
export async function stitch(records: readonly AcceptedRecord[], deps: StitchDeps): Promise<StitchResult> {
  const { rules, timeline } = deps;
  const placed = records.map((record) => placeInProfile(record, rules));
  const { fresh, duplicates, failed: forgotten } = await remember(placed, timeline, rules);
  const outcomes: FoldOutcome[] = duplicates.map((record) => ({ record, duplicate: true }));
  const failed = [...forgotten];
  let late = 0;
  const said = limitLinksInBatch(fresh.map(({ record }) => linkableOf(record, rules)));
  const stitchable = fresh.map((record, i) => ({ ...record, said: said[i]! }));
  outcomes.push(...stitchable.filter(belongsToNobody).map(outcomeOfNobodys));
  const units = unitsOf(stitchable.filter((record) => !belongsToNobody(record)));
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
    const { under } = placeInProfile(record, rules);
    if (under) await timeline.erase(under, record.id);
  }
}

/** Nothing to be linked, and in no profile: no item is touched. */
const belongsToNobody = ({ under, said }: StitchableRecord): boolean => !under && said.identities.length === 0;

const outcomeOfNobodys = ({ record, withoutProfile, said: { refusal } }: StitchableRecord): FoldOutcome => ({
  record,
  duplicate: false,
  ...(withoutProfile && { withoutProfile }),
  ...(refusal && { graphRefusal: refusal }),
});

/** The identities by which the item of a record is found: those it links, and the one it is kept under. */
const identitiesOf = ({ under, said: { identities } }: StitchableRecord): readonly IdentityKey[] =>
  !under || identities.includes(under) ? identities : [under, ...identities];

/** Records that share an identity go together, as long as one write can hold them. */
function unitsOf(records: readonly StitchableRecord[]): StitchableRecord[][] {
  const unitOf = new Map<IdentityKey, StitchableRecord[]>();
  const units = new Set<StitchableRecord[]>();
  for (const record of records) {
    const identities = identitiesOf(record);
    const touched = [...new Set(identities.map((key) => unitOf.get(key)).filter((unit) => unit !== undefined))];
    const joined = [...touched.flat(), record];
    for (const unit of touched) units.delete(unit);
    units.add(joined);
    for (const each of touched.length > 0 ? joined : [record]) {
      for (const key of identitiesOf(each)) unitOf.set(key, joined);
    }
  }
  return [...units].flatMap(splitLargeUnit);
}

function splitLargeUnit(unit: StitchableRecord[]): StitchableRecord[][] {
  const parts: StitchableRecord[][] = [];
  let part: StitchableRecord[] = [];
  let keys = new Set<IdentityKey>();
  for (const record of unit) {
    const identities = identitiesOf(record);
    const joined = new Set([...keys, ...identities]);
    if (joined.size > MOST_IDENTITIES && part.length > 0) {
      parts.push(part);
      part = [];
      keys = new Set(identities);
    } else {
      keys = joined;
    }
    part.push(record);
  }
  parts.push(part);
  return parts;
}

interface WrittenUnit {
  readonly outcomes: readonly FoldOutcome[];
  readonly late: number;
}

async function writeUnit(unit: readonly StitchableRecord[], deps: StitchDeps): Promise<WrittenUnit> {
  const identities = [...new Set(unit.flatMap(identitiesOf))];
  return retryOnConflict(async () => {
    const { items, unknown } = await loadItems(identities, deps.profiles);
    const { home, absorbed, pointers } = chooseHome(items, unknown);
    const joined = absorbed.reduce(absorb, home);
    if (wouldBeTooLarge(joined, absorbed, pointers) && unit.some(({ said }) => said.identities.length > 0)) {
      return writeApart(unit, deps);
    }
    const { item, outcomes, late } = foldRecords(joined, unit, deps.rules);
    if (item !== home) await deps.profiles.write({ item, pointers, absorbed });
    return { outcomes, late };
  }, deps);
}

const wouldBeTooLarge = (
  joined: ProfileItem,
  absorbed: readonly ProfileItem[],
  pointers: readonly IdentityKey[],
): boolean =>
  absorbed.length + pointers.length > 0 && identitiesIn(joined).size + pointers.length > MOST_IDENTITIES_IN_ITEM;

/** Writes each record under its primary identity alone: what it says to the graph would connect too many. */
async function writeApart(unit: readonly StitchableRecord[], deps: StitchDeps): Promise<WrittenUnit> {
  const unlinked = unit.map((record) =>
    record.said.identities.length > 0 ? { ...record, said: { ...NOTHING_TO_LINK, refusal: HOT } } : record,
  );
  const outcomes = unlinked.filter(belongsToNobody).map(outcomeOfNobodys);
  let late = 0;
  for (const part of unitsOf(unlinked.filter((record) => !belongsToNobody(record)))) {
    const written = await writeUnit(part, deps);
    outcomes.push(...written.outcomes);
    late += written.late;
  }
  return { outcomes, late };
}

const HOT = 'hot-identity' as const;

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
