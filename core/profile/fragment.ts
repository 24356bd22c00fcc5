import stringify from 'safe-stable-stringify';
import type { RecordOperation } from '#core/record/record-operation.ts';
import { type Attributes, mergeAttributes, withoutCleared, withoutHidden, withoutOverwritten } from './attributes.ts';

/**
 * A profile fragment: what one dataset says about one identity (aep.md §4.1). Records change it as `create` (the whole
 * record, the default), `merge` (some fields) or `delete` (aep.md §1.6). It is the result of all of them in the order of
 * their time, in whatever order they came.
 *
 * A change of some fields clears those that are null in it. The nulls are kept, like values, as long as nothing later sets
 * their fields: so an older change that arrives late brings nothing back. Nobody sees them.
 *
 * Every field has the time of the change that set it. A fragment that whole records change has one time. Where changes of
 * some fields came later, each of them keeps what it set and nobody has set since: a time is stored once a change, and
 * only as long as it differs.
 */
export interface Fragment extends FragmentChange {
  /** Changes of some fields after the last whole record, in the order of their time, without what is overwritten. */
  readonly patches?: readonly FragmentChange[];
  /** Regions in which the identity, a device, was seen; each keeps its latest capture (aep.md §1.3). */
  readonly regions?: ActivityRegions;
  /** Epoch ms of the latest `delete`: regions captured before it are gone. */
  readonly deletedAt?: number;
  /** Region, or {@link ALL_REGIONS} → epoch ms of the latest change that cleared it: what was captured before it is gone. */
  readonly clearedRegions?: Readonly<Record<string, number>>;
}

export interface FragmentChange {
  /** Epoch ms, and what puts changes of one instant in order. */
  readonly time: number;
  readonly tieBreaker: string;
  readonly attributes: Attributes;
}

export type ActivityRegions = Readonly<Record<string, { readonly captureTimestamp: string }>>;

const ALL_REGIONS = '*';

/** The first instant there is; nothing is older. */
const EVER = -8_640_000_000_000_000;
/** Times that the fields of a fragment have beside that of its last whole record; beyond them the closest are one. */
export const MAX_PATCHES = 256;

/** The fragment after one more change; the same object where it says nothing new. */
export function changeFragment(
  known: Fragment | undefined,
  operation: RecordOperation,
  change: FragmentChange,
): Fragment {
  const { userActivityRegions, ...attributes } = change.attributes;
  const fresh = { ...change, attributes: operation === 'delete' ? {} : attributes };
  const before: Fragment = known ?? { time: EVER, tieBreaker: '', attributes: {} };
  const { base, patches } = withChange(before, operation, fresh);
  const deletedAt = operation === 'delete' ? Math.max(known?.deletedAt ?? EVER, change.time) : known?.deletedAt;
  const { captured, cleared } = operation === 'delete' ? NO_REGIONS : readRegions(userActivityRegions);
  const clearedRegions = clearedAt(known?.clearedRegions, cleared, change.time);
  const regions = capturedAfter(latestRegions(known?.regions, captured), deletedAt, clearedRegions);
  const isSame =
    base === before &&
    patches === before.patches &&
    deletedAt === before.deletedAt &&
    regions === before.regions &&
    clearedRegions === before.clearedRegions;
  if (known && isSame) return known;
  const { time, tieBreaker } = base;
  return {
    time,
    tieBreaker,
    attributes: base.attributes,
    ...(patches && patches.length > 0 && { patches }),
    ...(regions && { regions }),
    ...(deletedAt !== undefined && { deletedAt }),
    ...(clearedRegions && { clearedRegions }),
  };
}

/**
 * Whether a change says only what the fragment says already, by a record that came another time: as when a file without
 * times of its own is sent again. What came first is no repetition, in whatever order the two are read.
 */
export function repeats(known: Fragment | undefined, operation: RecordOperation, change: FragmentChange): boolean {
  if (!known || operation === 'delete' || isGone(known)) return false;
  // Regions have times of their own.
  if (change.attributes.userActivityRegions !== undefined) return false;
  const { regions: _regions, ...stated } = known;
  if (stated.time === change.time || stated.patches?.some(({ time }) => time === change.time)) return false;
  const before = attributesOf(stated) ?? {};
  const after = operation === 'merge' ? withoutCleared(mergeAttributes(before, change.attributes)) : change.attributes;
  return stringify(after) === stringify(before);
}

interface Changed {
  readonly base: FragmentChange;
  readonly patches: readonly FragmentChange[] | undefined;
}

function withChange(known: Fragment, operation: RecordOperation, change: FragmentChange): Changed {
  const { patches = [] } = known;
  const same = { base: known, patches: known.patches };
  if (compareChanges(change, known) <= 0) return same;
  if (patches.some((one) => compareChanges(one, change) === 0)) return same;
  const later = patches.filter((one) => compareChanges(one, change) > 0);
  const fresh = later.reduce(overwrittenBy, change);
  if (operation !== 'merge') return { base: fresh, patches: later };
  if (later.length > 0 && isEmpty(fresh)) return same;
  const earlier = patches.slice(0, patches.length - later.length).map((one) => overwrittenBy(one, change));
  return {
    base: overwrittenBy(known, change),
    patches: withoutClosest([...earlier.filter((one) => !isEmpty(one)), fresh, ...later]),
  };
}

/** The earlier of two changes, without what the later one sets. */
function overwrittenBy(earlier: FragmentChange, later: FragmentChange): FragmentChange {
  const attributes = withoutOverwritten(earlier.attributes, later.attributes);
  return attributes === earlier.attributes
    ? earlier
    : { time: earlier.time, tieBreaker: earlier.tieBreaker, attributes };
}

const isEmpty = ({ attributes }: FragmentChange): boolean => Object.keys(attributes).length === 0;

/** Of more than {@link MAX_PATCHES} the two that are closest in time are taken as of the earlier of the two. */
function withoutClosest(patches: readonly FragmentChange[]): readonly FragmentChange[] {
  if (patches.length <= MAX_PATCHES) return patches;
  let at = 1;
  const gap = (i: number): number => patches[i]!.time - patches[i - 1]!.time;
  for (let i = 2; i < patches.length; i++) if (gap(i) < gap(at)) at = i;
  const [one, other] = [patches[at - 1]!, patches[at]!];
  const joined = { ...one, attributes: mergeAttributes(one.attributes, other.attributes) };
  return [...patches.slice(0, at - 1), joined, ...patches.slice(at + 1)];
}

/**
 * What a fragment says, by the time at which it was said, the latest last: every field is in exactly one of the changes,
 * and one that was cleared in none. Regions are not among them.
 */
export function changesOf(fragment: Fragment): readonly FragmentChange[] {
  const { patches, time, tieBreaker, attributes } = fragment;
  if (!patches) return [fragment];
  const changes = [{ time, tieBreaker, attributes }, ...patches];
  return withoutHidden(changes.map((change) => change.attributes)).map((visible, i) => ({
    time: changes[i]!.time,
    tieBreaker: changes[i]!.tieBreaker,
    attributes: withoutCleared(visible),
  }));
}

/** Whether the fragment says nothing any more. */
const isGone = (fragment: Fragment): boolean =>
  fragment.deletedAt !== undefined && !fragment.regions && isEmpty(fragment) && (fragment.patches ?? []).every(isEmpty);

/** What the fragment says, or undefined where it says nothing any more. */
export function attributesOf(fragment: Fragment): Attributes | undefined {
  if (isGone(fragment)) return undefined;
  const { patches = [], regions, attributes } = fragment;
  const stated = patches.reduce((weaker, patch) => mergeAttributes(weaker, patch.attributes), attributes);
  const merged = patches.length > 0 ? withoutCleared(stated) : stated;
  return regions ? { ...merged, userActivityRegions: regions } : merged;
}

/** When the fragment last changed. */
export const lastChange = (fragment: Fragment): FragmentChange => fragment.patches?.at(-1) ?? fragment;

/** The order of changes: by the time of their records, then by the tie, so that it is the same however they came. */
export const compareChanges = (x: FragmentChange, y: FragmentChange): number =>
  x.time - y.time || (x.tieBreaker < y.tieBreaker ? -1 : x.tieBreaker > y.tieBreaker ? 1 : 0);

/** Joins two `userActivityRegions` (aep.md §1.3); per region the later capture stays. */
export function latestRegions(
  left: ActivityRegions | undefined,
  right: ActivityRegions | undefined,
): ActivityRegions | undefined {
  if (!left || !right) return left ?? right;
  const joined: Record<string, { readonly captureTimestamp: string }> = { ...right };
  for (const [region, capture] of Object.entries(left)) {
    const other = joined[region];
    if (!other || Date.parse(capture.captureTimestamp) > Date.parse(other.captureTimestamp)) joined[region] = capture;
  }
  return joined;
}

interface ReadRegions {
  readonly captured: ActivityRegions | undefined;
  readonly cleared: readonly string[];
}

const NO_REGIONS: ReadRegions = { captured: undefined, cleared: [] };

/** The regions of a record: those that were captured, and those that are null, or all of them. */
function readRegions(stated: unknown): ReadRegions {
  if (stated === undefined) return NO_REGIONS;
  if (stated === null) return { captured: undefined, cleared: [ALL_REGIONS] };
  const entries = Object.entries(stated as Readonly<Record<string, unknown>>);
  const cleared = entries.flatMap(([region, capture]) => (capture === null ? [region] : []));
  const captures = cleared.length === 0 ? entries : entries.filter(([, capture]) => capture !== null);
  return { captured: captures.length === 0 ? undefined : (Object.fromEntries(captures) as ActivityRegions), cleared };
}

function clearedAt(
  known: Fragment['clearedRegions'],
  cleared: readonly string[],
  time: number,
): Fragment['clearedRegions'] {
  const later = cleared.filter((region) => (known?.[region] ?? EVER) < time);
  return later.length === 0 ? known : { ...known, ...Object.fromEntries(later.map((region) => [region, time])) };
}

function capturedAfter(
  regions: ActivityRegions | undefined,
  deletedAt: number | undefined,
  cleared: Fragment['clearedRegions'],
): ActivityRegions | undefined {
  if (!regions || (deletedAt === undefined && !cleared)) return regions;
  const ofAll = Math.max(deletedAt ?? EVER, cleared?.[ALL_REGIONS] ?? EVER);
  const entries = Object.entries(regions);
  const kept = entries.filter(
    ([region, { captureTimestamp }]) => Date.parse(captureTimestamp) > Math.max(ofAll, cleared?.[region] ?? EVER),
  );
  if (kept.length === entries.length) return regions;
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
