import { isObject } from '#core/util/is-object.ts';

/** XDM attributes of a profile, a fragment or a change: nested objects; everything else, arrays included, is a value. */
export type Attributes = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;

const ownValue = (attributes: Attributes, name: string): unknown =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** `stronger` over `weaker`, field by field (aep.md §4.1); arrays are values (docs/profiles.md, "Merge policies"). */
export function mergeAttributes(weaker: Attributes, stronger: Attributes): Attributes {
  const merged: Draft = { ...weaker };
  for (const [name, value] of Object.entries(stronger)) {
    const existing = ownValue(merged, name);
    merged[name] = isObject(value) && isObject(existing) ? mergeAttributes(existing, value) : value;
  }
  return merged;
}

/** The same for many, the weakest first: every one is walked once, however many there are. */
export function mergeAllAttributes(weakestFirst: readonly Attributes[]): Attributes {
  const merged: Draft = {};
  for (const attributes of weakestFirst) putOver(merged, attributes);
  return merged;
}

function putOver(merged: Draft, stronger: Attributes): void {
  for (const [name, value] of Object.entries(stronger)) {
    if (!isObject(value)) {
      merged[name] = value;
      continue;
    }
    const existing = ownValue(merged, name);
    const below: Draft = isObject(existing) ? existing : {};
    merged[name] = below;
    putOver(below, value);
  }
}

/**
 * What `later` does not set again of an `earlier` change: a value goes where the later one has a value at its field or
 * above it. Where the later one has fields below a value, the value stays: a change from before it comes too late for
 * them.
 * @returns the same object where nothing goes
 */
export const withoutOverwritten = (earlier: Attributes, later: Attributes): Attributes =>
  without(earlier, later, false);

function without(earlier: Attributes, later: Attributes, isHiding: boolean): Attributes {
  let left: Draft | undefined;
  for (const [name, value] of Object.entries(earlier)) {
    if (!Object.hasOwn(later, name)) continue;
    const over = later[name];
    const kept = isObject(over) ? leftBelow(value, over, isHiding) : undefined;
    if (kept === value) continue;
    left ??= { ...earlier };
    if (kept === undefined) delete left[name];
    else left[name] = kept;
  }
  return left ?? earlier;
}

function leftBelow(value: unknown, over: Attributes, isHiding: boolean): unknown {
  if (!isObject(value)) return isHiding ? undefined : value;
  const below = without(value, over, isHiding);
  return Object.keys(below).length === 0 ? undefined : below;
}

/** What can be seen of each of several changes of one thing, the latest of them last: every field of exactly one. */
export function withoutHidden(changes: readonly Attributes[]): readonly Attributes[] {
  const above: Draft = {};
  return changes
    .toReversed()
    .map((attributes) => {
      const visible = without(attributes, above, true);
      putOver(above, visible);
      return visible;
    })
    .toReversed();
}

/**
 * Attributes without the nulls by which updates cleared values, and without what has nothing else; the same object where
 * there are none.
 */
export function withoutCleared(attributes: Attributes): Attributes {
  let left: Draft | undefined;
  for (const name in attributes) {
    const value = attributes[name];
    const kept = value === null ? undefined : isObject(value) ? leftOf(value) : value;
    if (kept === value) continue;
    left ??= { ...attributes };
    if (kept === undefined) delete left[name];
    else left[name] = kept;
  }
  return left ?? attributes;
}

function leftOf(value: Attributes): Attributes | undefined {
  const left = withoutCleared(value);
  return left !== value && Object.keys(left).length === 0 ? undefined : left;
}
