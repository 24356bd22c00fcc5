import { isDate, isDateTime } from '#core/schema/formats.ts';
import { type DateParts, dateReader, instantOf } from '../mapping/date-pattern.ts';
import { numberOf } from './numbers.ts';

/**
 * Dates and instants as files have them → as `format: date-time` and `format: date` want them.
 *
 * **Epoch numbers.** A number is seconds from 100,000,000 to 4,102,444,799 (1973-03-03 to 2099), and milliseconds from
 * 100,000,000,000 to 4,102,444,799,999 (the same time). As the other unit it would be a day of early 1970, or a year
 * beyond 5000. Any other number could be either, or is something else, such as microseconds: it stays what it is, and
 * its record is rejected.
 */
const EPOCH = {
  firstSecond: 100_000_000,
  endSecond: 4_102_444_800,
  firstMillisecond: 100_000_000_000,
  endMillisecond: 4_102_444_800_000,
} as const;

/** What of a number can become an instant, for people. */
export const EPOCH_EXPECTED = `epoch seconds (${EPOCH.firstSecond} to ${EPOCH.endSecond - 1}) or epoch milliseconds (${EPOCH.firstMillisecond} to ${EPOCH.endMillisecond - 1})`;

/** @returns the instant in epoch ms; undefined where the number is none, or has parts of a millisecond */
export function epochInstant(value: number): number | undefined {
  if (value >= EPOCH.firstMillisecond && value < EPOCH.endMillisecond)
    return Number.isInteger(value) ? value : undefined;
  if (value < EPOCH.firstSecond || value >= EPOCH.endSecond) return undefined;
  const millis = Math.round(value * 1_000);
  return millis / 1_000 === value ? millis : undefined;
}

/** ISO 8601 as databases and data frames write it: a space for the T, no seconds, zones of two or four digits. */
const readIso = dateReader(
  /^(?<yyyy>\d{4})-(?<M>\d\d)-(?<d>\d\d)[Tt ](?<H>\d\d):(?<m>\d\d)(?::(?<s>\d\d))?(?:\.(?<S>\d{1,9}))? ?(?<X>[Zz]|[+-]\d\d(?::?\d\d)?)?$/,
);
const readDay = dateReader(/^(?<yyyy>\d{4})-(?<M>\d\d)-(?<d>\d\d)$/);
const DIGITS = /^\d{9,13}(?:\.\d{1,3})?$/;
/** Longer than any instant is written. */
const MAX_LENGTH = 64;

/**
 * An instant with its zone, a day (its first moment by UTC, as timestamps without a zone are read), or an epoch number,
 * also as text → RFC 3339, to the millisecond.
 * @param isRight what is to stay as it is
 * @returns undefined for anything else
 */
export function instantText(value: unknown, isRight = isDateTime): unknown {
  if (typeof value === 'number') return isoOf(epochInstant(value));
  if (typeof value !== 'string' || value.length > MAX_LENGTH || isRight(value)) return undefined;
  const text = value.trim();
  if (DIGITS.test(text)) return epochText(text);
  const day = readDay(text);
  if (day) return isoOf(instantOf(day, 'UTC'));
  const parts = readIso(text);
  return parts && isoOf(instantOf(parts));
}

/** An epoch number that is written as text → RFC 3339. @returns undefined for anything else */
export const epochText = (text: string): string | undefined =>
  DIGITS.test(text) ? isoOf(epochInstant(numberOf(text) ?? 0)) : undefined;

const isoOf = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString();

/**
 * A day that is written as its first moment, without a zone or by UTC → the day.
 * @returns undefined for anything else
 */
export function dayText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || isDate(value)) return undefined;
  const text = value.trim();
  const parts = readDay(text) ?? readIso(text);
  return parts && isWholeDay(parts) ? text.slice(0, 'yyyy-MM-dd'.length) : undefined;
}

const isWholeDay = ({ time, offset = 0 }: DateParts): boolean => time === 0 && offset === 0;
