import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';

/** Calendar arithmetic in UTC on epoch milliseconds. Pure: the present is always an argument. */

export const CALENDAR_UNITS = [
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'year',
  'decade',
  'century',
  'millennium',
] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

const IRREGULAR: Readonly<Record<string, CalendarUnit>> = { centuries: 'century', millennia: 'millennium' };

/** The unit a word names, singular or plural; undefined for any other word. */
export function groupOf(word: string): CalendarUnit | undefined {
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  return CALENDAR_UNITS.find((unit) => unit === word || (word === `${unit}s` && unit !== 'century'));
}

const FIXED: Partial<Record<CalendarUnit, number>> = {
  millisecond: 1,
  second: 1000,
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
};
const MONTHS: Partial<Record<CalendarUnit, number>> = {
  month: 1,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12_000,
};
/** No use of PQL needs more units than this. */
const MAX_UNITS = 1_000_000;

/** What is wrong with a number of units, and what would be right. */
export function problemOfAmount(
  amount: number,
  unit?: CalendarUnit,
): { message: string; expected: string } | undefined {
  const expected = `a whole number${unit ? ` of ${unit}s` : ''} up to ${MAX_UNITS}`;
  if (!Number.isInteger(amount)) return { message: 'the number of time units must be whole', expected };
  return amount > MAX_UNITS ? { message: 'the number of time units is too large', expected } : undefined;
}

/** The last instant that a `Date` can hold; the first one is as far back. */
export const FOREVER = 8_640_000_000_000_000;

const SHORTEST_MONTH = 28 * DAY_MS;
const MAX_MONTH_LENGTH = 31 * DAY_MS;

/** Milliseconds of a unit that always has the same length; undefined for months and longer. */
export const fixedLength = (unit: CalendarUnit): number | undefined => FIXED[unit];

/** An upper limit of the length of `amount` units, in milliseconds. */
export const longestLength = (amount: number, unit: CalendarUnit): number =>
  amount * (FIXED[unit] ?? (MONTHS[unit] ?? 0) * MAX_MONTH_LENGTH);

/** A lower limit of the length of `amount` units, in milliseconds. */
export const shortestLength = (amount: number, unit: CalendarUnit): number =>
  amount * (FIXED[unit] ?? (MONTHS[unit] ?? 0) * SHORTEST_MONTH);

const dayStart = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/**
 * `ms` moved by `amount` units (negative: back). Where the target month lacks the day, the result is the last
 * millisecond of that month, so that a later `ms` never gives an earlier result. What no `Date` can hold is {@link FOREVER}.
 */
export function addUnits(ms: number, amount: number, unit: CalendarUnit): number {
  const fixed = FIXED[unit];
  if (fixed !== undefined) return ms + amount * fixed;
  const date = new Date(ms);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + amount * (MONTHS[unit] ?? 0);
  const monthStart = utc(Math.floor(months / 12), months - Math.floor(months / 12) * 12, 1);
  const nextMonth = utc(Math.floor((months + 1) / 12), months + 1 - Math.floor((months + 1) / 12) * 12, 1);
  const moved = Math.min(monthStart + (date.getUTCDate() - 1) * DAY_MS + (ms - dayStart(ms)), nextMonth - 1);
  return Number.isNaN(moved) ? Math.sign(amount) * FOREVER : moved;
}

/** Unlike `Date.UTC`, years 0–99 are taken as they are. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  return date.setUTCFullYear(year, month, day);
}

/** Start of a calendar day, or undefined where there is no such day. Month and day count from 1. @returns epoch ms */
export function calendarDay(year: number, month: number, day: number): number | undefined {
  const ms = utc(year, month - 1, day);
  const date = new Date(ms);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? ms
    : undefined;
}

/** Start of the unit that contains `ms`. Weeks start on Monday; decades and longer at years divisible by their length. */
export function startOf(ms: number, unit: CalendarUnit): number {
  if (unit === 'week') return Math.floor((ms + 3 * DAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS - 3 * DAY_MS;
  const fixed = FIXED[unit];
  if (fixed !== undefined) return Math.floor(ms / fixed) * fixed;
  const date = new Date(ms);
  if (unit === 'month') return utc(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const years = (MONTHS[unit] ?? 12) / 12;
  return utc(Math.floor(date.getUTCFullYear() / years) * years, 0, 1);
}

/** The year, by UTC, of an instant in epoch ms. */
export const yearOf = (ms: number): number => new Date(ms).getUTCFullYear();
/** The month, from 1, by UTC, of an instant in epoch ms. */
export const monthOf = (ms: number): number => new Date(ms).getUTCMonth() + 1;
/** The day of the month, from 1, by UTC, of an instant in epoch ms. */
export const dayOfMonthOf = (ms: number): number => new Date(ms).getUTCDate();

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/** Whether a text may be a date: a cheap look before {@link parseInstant}. */
export const looksLikeDate = (text: string): boolean =>
  text.length >= 10 && text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45;

/** Epoch milliseconds of an RFC 3339 date-time or a date (its start, UTC); a missing offset is UTC. Undefined if neither. */
export function parseInstant(text: string): number | undefined {
  if (!looksLikeDate(text)) return undefined;
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const day = calendarDay(Number(match[1]), Number(match[2]), Number(match[3]));
  if (day === undefined) return undefined;
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000 + 1e-6);
  return day + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + fraction - offsetOf(match[8]);
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * MINUTE_MS;
}
