import { sumExactly } from '#core/util/decimal.ts';
import { isObject } from '#core/util/is-object.ts';
import { compare, EventValue, equal, keyOf, MapEntry, memberOf, toList } from './values.ts';

/**
 * What methods do with lists, maps and groups. Null is an empty list, a value that is no list a list of one. What is
 * missing is no item, as in SQL: `map` gives what there is, and nobody counts or compares the rest.
 */

/** Evaluates the argument of a method for an item; `key` is that of its group, or null. */
type Each = (key: unknown, item: unknown) => unknown;
type ItemOperation = (value: unknown, each: Each, limit: unknown) => unknown;

/** How many items a value has as a list, what is missing not counted, or how many groups. */
export function sizeOf(value: unknown): number {
  if (value instanceof Map) return value.size;
  let size = 0;
  for (const item of toList(value)) if (item !== null) size += 1;
  return size;
}

/** The sum of no numbers is 0; the average, the least and the greatest of none are null. What is no number is left out. */
export const ITEM_OPERATIONS: Readonly<Record<string, ItemOperation>> = {
  sum: (value, each) => sumExactly(numbersOf(value, each)),
  average: (value, each) => {
    const numbers = numbersOf(value, each);
    return numbers.length === 0 ? null : sumExactly(numbers) / numbers.length;
  },
  min: (value, each) => extreme(value, each, -1),
  max: (value, each) => extreme(value, each, 1),
  groupBy: (value, each) => groupsOf(toList(value), each),
  map: (value, each) => mapped(entriesOf(value).flatMap(([key, item]) => present(each(key, item)))),
  topN: (value, each, limit) => ranked(value, each, limit, 1),
  bottomN: (value, each, limit) => ranked(value, each, limit, -1),
};

/** The value as a list to be put into another one, even where it is a list itself. */
const present = (value: unknown): readonly unknown[] => (value === null || value === undefined ? [] : [value]);

const entriesOf = (value: unknown): (readonly [unknown, unknown])[] =>
  value instanceof Map ? [...value] : toList(value).map((item) => [null, item] as const);

function valuesOf(value: unknown, each: Each): unknown[] {
  const values = entriesOf(value).flatMap(([key, item]) => each(key, item) ?? []);
  return values.flat().filter((item) => item !== null);
}

const numbersOf = (value: unknown, each: Each): number[] =>
  valuesOf(value, each).filter((item): item is number => typeof item === 'number' && Number.isFinite(item));

function extreme(value: unknown, each: Each, direction: 1 | -1): unknown {
  return valuesOf(value, each).reduce<unknown>((best, item) => {
    if (best === null) return compare(item, item) === undefined ? null : item;
    return (compare(item, best) ?? 0) * direction > 0 ? item : best;
  }, null);
}

/** Groups in the order in which their keys come first; items without a key are in none. */
function groupsOf(items: readonly unknown[], each: Each): Map<unknown, unknown[]> {
  const groups = new Map<string, [unknown, unknown[]]>();
  for (const item of items) {
    const key = each(null, item) ?? null;
    if (key === null) continue;
    const name = keyOf(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [key, [item]]);
    else group[1].push(item);
  }
  return new Map(groups.values());
}

function mapped(results: readonly unknown[]): unknown {
  if (results.length === 0 || !results.every((result) => result instanceof MapEntry)) return results;
  return new Map(results.map(({ key, value }) => [key, value]));
}

/** The items with the greatest (or least) numbers, in that order; among equal ones the earlier in the list. */
function ranked(value: unknown, each: Each, limit: unknown, direction: 1 | -1): unknown[] {
  if (typeof limit !== 'number') return [];
  return toList(value)
    .map((item) => ({ item, rank: each(null, item) }))
    .filter(({ rank }) => compare(rank, rank) !== undefined)
    .sort((a, b) => -direction * (compare(a.rank, b.rank) ?? 0))
    .slice(0, Math.max(0, Math.floor(limit)))
    .map(({ item }) => item);
}

type ListOperation = (value: unknown, other: unknown) => unknown;

/** Two lists; false (or no items) when either is null. */
const ofTwo =
  (operation: (a: readonly unknown[], b: readonly unknown[]) => unknown, otherwise: unknown): ListOperation =>
  (value, other) =>
    value === null || other === null ? otherwise : operation(toList(value), toList(other));

export const LIST_OPERATIONS: Readonly<Record<string, ListOperation>> = {
  distinct: (value) => distinct(toList(value)),
  head: (value) => toList(value)[0] ?? null,
  includes: (value, other) => toList(value).some((item) => equal(item, other)),
  intersects: ofTwo((a, b) => a.some(memberOf(b)), false),
  intersection: ofTwo((a, b) => distinct(a.filter(memberOf(b))), []),
  subsetOf: ofTwo((a, b) => a.every(memberOf(b)), false),
  supersetOf: ofTwo((a, b) => b.every(memberOf(a)), false),
  keys: (value) => (value instanceof Map ? [...value.keys()] : isKeyed(value) ? Object.keys(value) : []),
  values: (value) => (value instanceof Map ? [...value.values()] : isKeyed(value) ? Object.values(value) : []),
};

function distinct(items: readonly unknown[]): unknown[] {
  const byKey = new Map<string, unknown>();
  for (const item of items) {
    const key = item === null ? undefined : keyOf(item);
    if (key !== undefined && !byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}

/** What has keys that a rule may ask for. */
const isKeyed = (value: unknown): value is object => isObject(value) && !(value instanceof EventValue);
