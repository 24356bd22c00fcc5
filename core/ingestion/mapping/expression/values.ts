import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { readPlainInstant } from '#core/util/instant.ts';
import { isObject } from '#core/util/is-object.ts';
import { decimalText, numberOf } from '../../convert/numbers.ts';
import { describeText } from '../convert-text.ts';
import { instantOf, offsetAt, readIsoDay, readIsoInstant } from '../date-pattern.ts';
import { offsetText } from '../date-writer.ts';
import { typeName } from '../mapped.ts';
import { nameOfType, type Wanted } from './types.ts';

/** An instant, and the time zone in which it is written. */
export class DateValue {
  /** Epoch ms. */
  readonly ms: number;
  /** A name of the time zone database. */
  readonly zone: string;
  constructor(ms: number, zone = 'UTC') {
    this.ms = ms;
    this.zone = zone;
  }
}

/** Thrown where a value is not what a function needs; whoever evaluates an expression catches it. */
export class Unusable {
  readonly expected: string;
  readonly found: string;
  readonly code: 'mapping-failed' | 'too-complex';
  constructor(expected: string, found: string, code: 'mapping-failed' | 'too-complex' = 'mapping-failed') {
    this.expected = expected;
    this.found = found;
    this.code = code;
  }
}

/**
 * What the expressions of a mapping may do for one record: each character that they make and each item that they look at
 * is one step. It is as much as records of the largest size need many times over, and ends what grows without bounds.
 */
export class Budget {
  #left = MAX_STEPS;

  reset(): void {
    this.#left = MAX_STEPS;
  }

  /** @returns false when all is spent */
  take(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }

  /** @throws Unusable when all is spent */
  spend(steps: number): void {
    if (!this.take(steps)) throw TOO_MUCH;
  }
}

const MAX_STEPS = 16 * MAX_RECORD_BYTES;
const TOO_MUCH = new Unusable('an expression that makes less of a record', 'more than 16 MB', 'too-complex');

const unusable = (wanted: Wanted, value: unknown): Unusable =>
  new Unusable(
    nameOfType(wanted),
    value instanceof DateValue ? 'a date' : typeof value === 'string' ? describeText(value) : typeName(value),
  );

/** @throws Unusable */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return decimalText(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof DateValue) return isoOf(value);
  throw unusable('text', value);
}

/** @throws Unusable */
export function asNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const number = typeof value === 'string' ? numberOf(value) : undefined;
  if (number === undefined) throw unusable('number', value);
  return number;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((text) => [text, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((text) => [text, false] as const),
]);

/** @throws Unusable */
export function asBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const known = typeof value === 'string' || typeof value === 'number' ? booleanOf(String(value)) : undefined;
  if (known === undefined) throw unusable('boolean', value);
  return known;
}

const booleanOf = (text: string): boolean | undefined => BOOLEANS.get(text.trim().toLowerCase());

/**
 * An instant of a text in ISO 8601, whose time is in `zone` where it names none, or of epoch ms.
 * @throws Unusable
 */
export function asDate(value: unknown, zone = 'UTC'): DateValue {
  if (value instanceof DateValue) return value;
  const ms =
    typeof value === 'number' ? Math.trunc(value) : typeof value === 'string' ? instantIn(value, zone) : undefined;
  if (ms === undefined || !(Math.abs(ms) <= MAX_MS)) throw unusable('date', value);
  return new DateValue(ms);
}

const MAX_MS = 8.64e15;

function instantIn(text: string, zone: string): number | undefined {
  const trimmed = text.trim();
  const plain = readPlainInstant(trimmed);
  if (!Number.isNaN(plain)) return plain;
  const parts = readIsoInstant(trimmed) ?? readIsoDay(trimmed);
  return parts && instantOf(parts, zone);
}

/** @throws Unusable */
export function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unusable('list', value);
  return value as unknown[];
}

/** @throws Unusable */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value) || value instanceof DateValue) throw unusable('object', value);
  return value;
}

/** @throws Unusable for what is made of other values */
export function asScalar(value: unknown): string | number | boolean | DateValue {
  if (typeof value === 'object' && !(value instanceof DateValue)) throw unusable('scalar', value);
  return value as string | number | boolean | DateValue;
}

/** In ISO 8601, with the offset of its zone. */
function isoOf({ ms, zone }: DateValue): string {
  const offset = offsetAt(zone, ms);
  if (offset === 0) return new Date(ms).toISOString();
  const local = new Date(ms + offset);
  return Number.isNaN(local.getTime())
    ? new Date(ms).toISOString()
    : local.toISOString().slice(0, -1) + offsetText(offset);
}

/** What a record holds of a value that was worked out: dates as text, in UTC; nothing in the place of null. */
export function asField(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof DateValue) return new Date(value.ms).toISOString();
  if (Array.isArray(value)) {
    return value.filter((item) => item !== null && item !== undefined).map((item) => asField(item));
  }
  const fields: Record<string, unknown> = {};
  for (const [name, inside] of Object.entries(value)) {
    if (inside !== null && inside !== undefined) fields[name] = asField(inside);
  }
  return fields;
}
