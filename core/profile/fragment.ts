import type { RecordOperation } from '#core/record/record-operation.ts';

/**
 * A profile fragment: what one dataset says about one identity (aep.md §4.1). Records change it as `create` (the whole
 * record, the default), `merge` (some fields) or `delete` (aep.md §1.6). It is the result of all of them in the order of
 * their time, in whatever order they came.
 */
export interface Fragment extends FragmentChange {
  /** Changes of some fields after the last whole record, in the order of their time. */
  readonly patches?: readonly FragmentChange[];
  /** Regions in which the identity, a device, was seen; each keeps its latest capture (aep.md §1.3). */
  readonly regions?: ActivityRegions;
  /** Epoch ms of the latest `delete`: regions captured before it are gone. */
  readonly deletedAt?: number;
}

export interface FragmentChange {
  /** Epoch ms, and what puts changes of one instant in order. */
  readonly time: number;
  readonly tieBreaker: string;
  readonly attributes: Attributes;
}

export type Attributes = Readonly<Record<string, unknown>>;
export type ActivityRegions = Readonly<Record<string, { readonly captureTimestamp: string }>>;

/** The first instant there is; nothing is older. */
const EVER = -8_640_000_000_000_000;
/** Beyond this many the oldest patches are taken for good: a record that is older than them comes too late. */
const MAX_PATCHES = 32;

/** The fragment after one more change. */
export function changeFragment(
  known: Fragment | undefined,
  operation: RecordOperation,
  change: FragmentChange,
): Fragment {
  const { userActivityRegions, ...attributes } = change.attributes;
  const fresh = { ...change, attributes: operation === 'delete' ? {} : attributes };
  const { base, patches } = withChange(known, operation, fresh);
  const deletedAt = operation === 'delete' ? Math.max(known?.deletedAt ?? EVER, change.time) : known?.deletedAt;
  const captured = operation === 'delete' ? undefined : (userActivityRegions as ActivityRegions | undefined);
  const regions = capturedAfter(latestRegions(known?.regions, captured), deletedAt);
  const { time, tieBreaker } = base;
  return {
    time,
    tieBreaker,
    attributes: base.attributes,
    ...(patches.length > 0 && { patches }),
    ...(regions && { regions }),
    ...(deletedAt !== undefined && { deletedAt }),
  };
}

function withChange(
  known: Fragment | undefined,
  operation: RecordOperation,
  change: FragmentChange,
): { base: FragmentChange; patches: readonly FragmentChange[] } {
  const base: FragmentChange = known ?? { time: EVER, tieBreaker: '', attributes: {} };
  const patches = known?.patches ?? [];
  if (compareChanges(change, base) <= 0) return { base, patches };
  if (operation !== 'merge') return { base: change, patches: patches.filter((one) => compareChanges(one, change) > 0) };
  if (patches.some((one) => compareChanges(one, change) === 0)) return { base, patches };
  const all = [...patches, change].sort(compareChanges);
  const condensed = all.slice(0, Math.max(0, all.length - MAX_PATCHES));
  return { base: condensed.reduce(patched, base), patches: all.slice(condensed.length) };
}

const patched = (base: FragmentChange, patch: FragmentChange): FragmentChange => ({
  ...patch,
  attributes: mergeAttributes(base.attributes, patch.attributes),
});

/** What the fragment says, or undefined where it says nothing any more. */
export function attributesOf(fragment: Fragment): Attributes | undefined {
  const { patches = [], regions } = fragment;
  const { attributes } = patches.reduce<FragmentChange>(patched, fragment);
  const isGone = fragment.deletedAt !== undefined && Object.keys(attributes).length === 0 && !regions;
  if (isGone) return undefined;
  return regions ? { ...attributes, userActivityRegions: regions } : attributes;
}

/** When the fragment last changed. */
export const lastChange = (fragment: Fragment): FragmentChange => fragment.patches?.at(-1) ?? fragment;

export const compareChanges = (x: FragmentChange, y: FragmentChange): number =>
  x.time - y.time || (x.tieBreaker < y.tieBreaker ? -1 : x.tieBreaker > y.tieBreaker ? 1 : 0);

/** `stronger` over `weaker`, field by field (aep.md §4.1); arrays are values (docs/profiles.md, "Merge policies"). */
export function mergeAttributes(weaker: Attributes, stronger: Attributes): Attributes {
  const merged: Record<string, unknown> = { ...weaker };
  for (const [name, value] of Object.entries(stronger)) {
    const existing = Object.hasOwn(merged, name) ? merged[name] : undefined;
    merged[name] = isPlainObject(value) && isPlainObject(existing) ? mergeAttributes(existing, value) : value;
  }
  return merged;
}

export const isPlainObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

function capturedAfter(regions: ActivityRegions | undefined, instant: number | undefined): ActivityRegions | undefined {
  if (!regions || instant === undefined) return regions;
  const kept = Object.entries(regions).filter(([, { captureTimestamp }]) => Date.parse(captureTimestamp) > instant);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
