import type { ValueType } from '#core/schema/value-types.ts';
import { isObject } from '#core/util/is-object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a record has a null anywhere: it says nothing, as in Parquet, and is absent. */
export function hasNull(value: object): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && (item === null || hasNull(item))) return true;
    return false;
  }
  for (const name in value) {
    const field = (value as Fields)[name];
    if (typeof field === 'object' && (field === null || hasNull(field))) return true;
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
 * A record without its nulls. An object of which nothing is left is omitted too, unless its schema requires it; a null that
 * the schema itself allows stays. Nulls in lists are omitted, as in lists of Parquet.
 */
export function withoutNulls(fields: Fields, type: ValueType | undefined, nulls: Nulls): Fields {
  const left: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const below = type?.child(name);
    const kept = keptOf(value, below, nulls);
    if (kept === undefined) continue;
    if (isObject(kept) && isEmpty(kept) && !isEmpty(value as Fields) && !type?.requires(name)) continue;
    left[name] = kept;
  }
  return left;
}

function keptOf(value: unknown, type: ValueType | undefined, nulls: Nulls): unknown {
  if (value === null) return nulls === 'kept' || type?.allowsNull ? null : undefined;
  if (Array.isArray(value)) return itemsOf(value, type?.items());
  return isObject(value) ? withoutNulls(value, type, nulls) : value;
}

const itemsOf = (items: readonly unknown[], type: ValueType | undefined): readonly unknown[] =>
  items.map((item) => keptOf(item, type, 'omitted')).filter((item) => item !== undefined);
