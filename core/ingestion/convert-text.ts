import type { MappingRule } from '#core/catalog/definitions.ts';

type Type = MappingRule['type'];
export type Converted = { readonly value: unknown } | { readonly expected: string };

/**
 * The text of a cell as a value of a type. White space around it does not matter, except in text.
 * @returns the value, or what was expected
 */
export function convert(text: string, type: Type): Converted {
  const value = type === 'string' ? text : CONVERTERS[type](text.trim());
  return value === undefined ? { expected: EXPECTED[type] } : { value };
}

const EXPECTED: Readonly<Record<Type, string>> = {
  string: 'text',
  number: 'a number such as 12.50',
  integer: 'a whole number',
  boolean: 'true or false, yes or no, 1 or 0',
  date: 'a day such as 2026-01-31',
  'date-time': 'an instant with its time zone, such as 2026-01-31T12:00:00Z',
};

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const BOOLEANS = new Map([
  ...['true', 'yes', 'y', '1'].map((text) => [text, true] as const),
  ...['false', 'no', 'n', '0'].map((text) => [text, false] as const),
]);
const DAY = /^\d{4}-\d\d-\d\d$/;
/** ISO 8601, as people and databases write it: a space for the T, no seconds, zones of two or four digits. */
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(\.\d+)? ?([Zz]|[+-]\d\d(?::?\d\d)?)$/;

const CONVERTERS: Readonly<Record<Exclude<Type, 'string'>, (text: string) => unknown>> = {
  number(text) {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : undefined;
  },
  integer(text) {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  },
  boolean: (text) => BOOLEANS.get(text.toLowerCase()),
  date: (text) => (isDay(text) ? text : undefined),
  'date-time': toInstant,
};

function toInstant(text: string): string | undefined {
  const [, day, time, seconds = ':00', fraction = '', zone] = INSTANT.exec(text) ?? [];
  if (day === undefined || zone === undefined || !isDay(day)) return undefined;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const offset = zone.length === 1 ? 'Z' : `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
  const instant = Date.parse(`${day}T${time}${seconds}${fraction}${offset}`);
  return Number.isNaN(instant) ? undefined : new Date(instant).toISOString();
}

/** A day of the calendar; `Date.parse` would take 30 February for 1 March. */
function isDay(text: string): boolean {
  const instant = DAY.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

/** What a text looks like, without telling it. */
export function describeText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'blanks';
  if (NUMBER.test(trimmed)) return 'a number';
  if (DAY.test(trimmed)) return 'something like a day';
  if (/^\d{4}-\d\d-\d\d[Tt ]/.test(trimmed)) return 'a date and time that is not in the calendar, or has no time zone';
  return 'other text';
}
