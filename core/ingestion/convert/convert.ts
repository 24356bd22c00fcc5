import type { ValueType } from '#core/schema/value-types.ts';
import { dayText, instantText } from './instants.ts';
import { decimalText, integerOf, numberOf } from './numbers.ts';

type Fields = Record<string, unknown>;

/** The format of the time of an event, which is an instant whatever its schema says. */
export const EVENT_TIME = 'tributary:event-time';

/**
 * Makes the values of a record what its schema wants, where nothing is lost and the schema leaves no doubt
 * (docs/ingestion.md, "Types"): text, numbers and booleans become one another, epoch numbers become instants. What is
 * right, what cannot be converted, and a field that may have several types stay as they are. Converting twice is
 * converting once.
 * @returns the same object where nothing changes
 */
export function convertRecord<T>(entity: T, type: ValueType | undefined): T {
  return convertValue(entity, type) as T;
}

function convertValue(value: unknown, type: ValueType | undefined): unknown {
  if (type === undefined || value === null) return value;
  if (typeof value !== 'object') return type.scalar === undefined ? value : (convertScalar(value, type) ?? value);
  return Array.isArray(value) ? convertItems(value, type.items()) : convertFields(value as Fields, type);
}

function convertFields(fields: Fields, type: ValueType): Fields {
  let converted: Fields | undefined;
  for (const name in fields) {
    const value = fields[name];
    const next = convertValue(value, type.child(name));
    if (next === value) continue;
    converted ??= { ...fields };
    converted[name] = next;
  }
  return converted ?? fields;
}

function convertItems(items: readonly unknown[], type: ValueType | undefined): readonly unknown[] {
  if (type === undefined) return items;
  let converted: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const next = convertValue(items[i], type);
    if (next === items[i]) continue;
    converted ??= [...items];
    converted[i] = next;
  }
  return converted ?? items;
}

/** The value as the type wants it; undefined where it is so already, or cannot be. */
function convertScalar(value: unknown, { scalar, format }: ValueType): unknown {
  switch (scalar) {
    case 'string':
      if (format === 'date-time') return instantText(value);
      if (format === EVENT_TIME) return instantText(value, isPlainlyRight);
      return format === 'date' ? dayText(value) : textOf(value);
    case 'number':
      return typeof value === 'string' ? numberOf(value) : undefined;
    case 'integer':
      return typeof value === 'string' ? integerOf(value) : undefined;
    default:
      return typeof value === 'string' ? booleanOf(value) : undefined;
  }
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const isPlainlyRight = (text: string): boolean => RFC_3339.test(text);

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return decimalText(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, t: true, false: false, f: false };
const MAX_BOOLEAN = 16;

function booleanOf(text: string): boolean | undefined {
  const word = text.length > MAX_BOOLEAN ? '' : text.trim().toLowerCase();
  return Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined;
}
