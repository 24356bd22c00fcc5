import { looksLikeDate, parseInstant } from '../time.ts';

/** Runtime values of PQL: JSON values, events, groups (Map) and map entries. Null and missing are the same: null. */

/** An event while it is evaluated. */
export class EventValue {
  /** Its place in the order of the history. */
  readonly index: number;
  readonly time: number;
  readonly entity: Readonly<Record<string, unknown>>;

  constructor(index: number, time: number, entity: Readonly<Record<string, unknown>>) {
    this.index = index;
    this.time = time;
    this.entity = entity;
  }
}

/** What `mapEntry(key, value)` gives; `map` makes a map of a list of them. */
export class MapEntry {
  readonly key: unknown;
  readonly value: unknown;

  constructor(key: unknown, value: unknown) {
    this.key = key;
    this.value = value;
  }
}

/** A field of a value: of every item for a list; own fields only; null where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return value.flatMap((item) => fieldOf(item, name) ?? []);
  if (value instanceof EventValue) return name === 'timestamp' ? value.time : fieldOf(value.entity, name);
  if (value instanceof Map) return value.get(name) ?? null;
  return Object.hasOwn(value, name) ? ((value as Record<string, unknown>)[name] ?? null) : null;
}

/** {@link fieldOf} for one name, quicker for the objects that JSON gives. */
export function fieldReader(name: string): (value: unknown) => unknown {
  if (name in Object.prototype) return (value) => fieldOf(value, name);
  return (value) =>
    typeof value === 'object' && value !== null && value.constructor === Object
      ? ((value as Record<string, unknown>)[name] ?? null)
      : fieldOf(value, name);
}

/** Like {@link fieldOf}, upper and lower case being the same, as namespace codes in `identityMap` (aep.md §1.2). */
export function fieldOfAnyCase(value: unknown, name: string): unknown {
  const exact = fieldOf(value, name);
  if (exact !== null || typeof value !== 'object' || value === null) return exact;
  const wanted = name.toLowerCase();
  const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? null : fieldOf(value, key);
}

/** Epoch milliseconds of a number, a date text or an event; null for everything else. */
export function toTime(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : null;
  if (typeof value === 'string') return parseInstant(value) ?? null;
  return value instanceof EventValue ? value.time : null;
}

/** Equality without null: date-times as instants, lists whatever their order, objects field by field. */
export function equal(a: unknown, b: unknown): boolean {
  if (isNothing(a) || isNothing(b)) return false;
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') return looksLikeDate(a) && compareTexts(a, b) === 0;
  return typeof a === 'object' && typeof b === 'object' && sameObjects(a, b);
}

const isNothing = (value: unknown): value is null | undefined => value === null || value === undefined;

function sameObjects(a: object | null, b: object | null): boolean {
  if (a === null || b === null || a instanceof EventValue || b instanceof EventValue) return false;
  if (Array.isArray(a) && Array.isArray(b)) return sameItems(a, b);
  if (Array.isArray(a) || Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => equal(fieldOf(a, key), fieldOf(b, key)));
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  const left = new Map<unknown, number>();
  for (const item of b) {
    const key = equalityKey(item);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return a.every((item) => {
    const key = equalityKey(item);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0 && item !== null;
  });
}

/** The same for two values where they are {@link equal}, so that many need not be compared with many. */
function equalityKey(value: unknown): unknown {
  // Like events, what has something missing in it is equal to itself only.
  return typeof value === 'object' && hasGap(value) ? value : keyOf(value);
}

function hasGap(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof EventValue) return true;
  return typeof value === 'object' && Object.values(value).some(hasGap);
}

/** Whether a value is equal to an item of a list, which is gone through once, however many are asked for. */
export function memberOf(list: readonly unknown[]): (value: unknown) => boolean {
  const texts = new Set(list.filter((item) => typeof item === 'string'));
  const keys = new Set(list.map(equalityKey));
  return (value) => {
    // A text that is no date is equal to the same text only.
    if (typeof value === 'string' && !looksLikeDate(value)) return texts.has(value);
    return value !== null && value !== undefined && keys.has(equalityKey(value));
  };
}

/** Negative, zero or positive; undefined where the two cannot be compared (null, different types). */
export function compare(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : undefined;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return undefined;
}

function compareTexts(a: string, b: string): number {
  if (looksLikeDate(a) && looksLikeDate(b)) {
    const [x, y] = [parseInstant(a), parseInstant(b)];
    if (x !== undefined && y !== undefined) return x - y;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value as a list: a list is itself, null is empty, a map its values, anything else a list of one. */
export function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  return value instanceof Map ? [...value.values()] : [value];
}

/** Whether a condition holds: null and everything else is no yes. */
export const isTrue = (value: unknown): boolean => value === true;

/** A text that is the same for equal values and differs for others: the key of groups and of `distinct`. */
export function keyOf(value: unknown): string {
  if (value instanceof EventValue) return `event:${value.index}`;
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return `[${value.map(keyOf).sort().join(',')}]`;
    const fields = Object.keys(value).sort();
    return `{${fields.map((name) => `${JSON.stringify(name)}:${keyOf(fieldOf(value, name))}`).join(',')}}`;
  }
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  return instant === undefined ? (JSON.stringify(value) ?? 'null') : `time:${instant}`;
}
