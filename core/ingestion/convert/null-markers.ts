import { isObject } from '#core/util/is-object.ts';
import type { Mapping } from '../mapping/mapping.ts';

/** What a dataset calls null. */
export interface NullMarkers {
  /** Whether a text, without the blanks around it, means null. */
  isNull(text: string): boolean;
  /** A record with nulls in the place of such texts; the same object where it has none. */
  applyTo<T>(entity: T): T;
}

/** Compiles the texts that mean null in a dataset. */
export function compileNullMarkers(markers: readonly string[] = []): NullMarkers {
  if (markers.length === 0) return NO_MARKERS;
  const texts = new Set(markers.map((marker) => marker.trim()));
  const longest = Math.max(...markers.map(({ length }) => length));
  const isNull = (text: string): boolean => {
    const trimmed = text.trim();
    return trimmed.length <= longest && texts.has(trimmed);
  };
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') return isNull(value) ? null : value;
    if (Array.isArray(value)) return eachReplaced(value);
    return isObject(value) ? fieldsReplaced(value) : value;
  };
  const eachReplaced = (items: readonly unknown[]): readonly unknown[] => {
    const next = items.map(replaced);
    return next.some((item, i) => item !== items[i]) ? next : items;
  };
  const fieldsReplaced = (fields: Readonly<Record<string, unknown>>): unknown => {
    let next: Record<string, unknown> | undefined;
    for (const name in fields) {
      const value = replaced(fields[name]);
      if (value === fields[name]) continue;
      next ??= { ...fields };
      next[name] = value;
    }
    return next ?? fields;
  };
  return { isNull, applyTo: <T>(entity: T): T => replaced(entity) as T };
}

const NO_MARKERS: NullMarkers = { isNull: () => false, applyTo: (entity) => entity };

/** A mapping that reads nulls where a record has texts that mean it. */
export const withNullMarkers = (mapping: Mapping, markers: NullMarkers): Mapping =>
  markers === NO_MARKERS
    ? mapping
    : {
        mapRow: (cells, header) => mapping.mapRow(markers.applyTo(cells), header),
        mapObject: (value) => mapping.mapObject(markers.applyTo(value)),
      };
