import type { ValueType } from '#core/schema/value-types.ts';
import { isObject } from '#core/util/is-object.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether a record has a null, or an object without fields, anywhere: both say nothing, as in Parquet, and are absent. An
 * item of a list that is an object without fields is an item all the same.
 */
export function hasAbsent(fields: Fields): boolean {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value !== 'object') continue;
    if (value === null || isAbsentIn(value, true)) return true;
  }
  return false;
}

function isAbsentIn(value: object, isField: boolean): boolean {
  if (!Array.isArray(value)) {
    if (hasAbsent(value as Fields)) return true;
    return isField && isEmpty(value);
  }
  for (const item of value) {
    if (typeof item !== 'object') continue;
    if (item === null || isAbsentIn(item, false)) return true;
  }
  return false;
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** What becomes of the nulls of objects: those of an update take a value away, and stay. */
export type Nulls = 'kept' | 'omitted';

/**
 * A record without what is absent in it. An object that is left without fields is omitted too, unless its schema requires
 * it; a null that the schema itself allows stays. Nulls in lists are omitted, as in lists of Parquet.
 */
export function withoutAbsent(fields: Fields, type: ValueType | undefined, nulls: Nulls): Fields {
  const left: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const below = type?.child(name);
    const kept = keptOf(value, below, nulls);
    if (kept === undefined) continue;
    if (isObject(kept) && isEmpty(kept) && !type?.requires(name)) continue;
    left[name] = kept;
  }
  return left;
}

function keptOf(value: unknown, type: ValueType | undefined, nulls: Nulls): unknown {
  if (value === null) return nulls === 'kept' || type?.allowsNull ? null : undefined;
  if (Array.isArray(value)) return itemsOf(value, type?.items());
  return isObject(value) ? withoutAbsent(value, type, nulls) : value;
}

const itemsOf = (items: readonly unknown[], type: ValueType | undefined): readonly unknown[] =>
  items.map((item) => keptOf(item, type, 'omitted')).filter((item) => item !== undefined);
