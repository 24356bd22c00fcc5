import { DAY_MS, MINUTE_MS } from '#core/util/durations.ts';
import { daysIn, midnightOf } from '#core/util/instant.ts';

/**
 * Dates as people and databases write them: a pattern in the letters of Java's and Adobe's date formats becomes a
 * reader. What it reads is a calendar date with a time of day; in which zone, only the text or the mapping can say.
 */

/** What a text says, the parts it does not mention being zero or the first. */
export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Ms since midnight. */
  readonly time: number;
  /** Minutes east of Greenwich, where the text says so. */
  readonly offset?: number;
}

/** `undefined`: the text is not of the pattern, or not in the calendar. */
export type DateReader = (text: string) => DateParts | undefined;

/** Patterns that are words. */
const EPOCHS: Readonly<Record<string, number>> = { epochSeconds: 1_000, epochMillis: 1 };
/** The instants that a date can be. */
const MAX_MS = 8.64e15;

export const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const MONTHS = MONTH_NAMES.map((name) => name.slice(0, 3));
/** Minutes that clocks can be apart from Greenwich; ISO 8601 in the calendars of databases knows no more. */
const MAX_OFFSET = 18 * 60;

const ZONE = '(?<X>z|[+-]\\d\\d(?::?\\d\\d)?)';

/** What a letter group of a pattern reads, as a regular expression without ambiguity. */
const FIELDS: Readonly<Record<string, string>> = {
  yyyy: '(?<yyyy>\\d{4})',
  yy: '(?<yy>\\d\\d)',
  MMMM: `(?<MMM>${MONTH_NAMES.join('|')})`,
  MMM: `(?<MMM>${MONTHS.join('|')})`,
  MM: '(?<M>\\d\\d)',
  M: '(?<M>\\d{1,2})',
  dd: '(?<d>\\d\\d)',
  d: '(?<d>\\d{1,2})',
  HH: '(?<H>\\d\\d)',
  H: '(?<H>\\d{1,2})',
  hh: '(?<h>\\d\\d)',
  h: '(?<h>\\d{1,2})',
  mm: '(?<m>\\d\\d)',
  ss: '(?<s>\\d\\d)',
  SSS: '(?<S>\\d{1,9})',
  a: '(?<a>am|pm)',
  XXX: ZONE,
  X: ZONE,
  Z: ZONE,
};

/** For people who got a pattern wrong. */
export const PATTERN_LETTERS = `${Object.keys(FIELDS).join(' ')}, letters in 'quotes', or ${Object.keys(EPOCHS).join(' or ')}`;

/**
 * @param pattern e.g. `dd.MM.yyyy HH:mm`; see {@link PATTERN_LETTERS}
 * @throws Error when it has letters that mean nothing, says something twice, or does not say day, month and year
 */
export function compileDatePattern(pattern: string): DateReader {
  const unit = Object.hasOwn(EPOCHS, pattern) ? EPOCHS[pattern] : undefined;
  if (unit !== undefined) return (text) => epochParts(text, unit);
  const said = new Set<string>();
  const parts = patternTokens(pattern).map(({ letters, text }) =>
    letters === undefined ? escapeText(text) : fieldOf(letters, said),
  );
  expectWhole(said);
  return dateReader(new RegExp(`^${parts.join('')}$`, 'i'));
}

/** The letter groups of a pattern, and what stands between them as it is. */
export const patternTokens = (pattern: string): readonly { readonly letters?: string; readonly text: string }[] =>
  [...pattern.matchAll(/'([^']*)'|([A-Za-z])\2*|[^A-Za-z]/g)].map(([token, quoted]) =>
    /^[A-Za-z]/.test(token) ? { letters: token, text: token } : { text: quoted ?? token },
  );

/** The expression of a letter group. @param said what others say, to which it is added */
function fieldOf(token: string, said: Set<string>): string {
  const field = Object.hasOwn(FIELDS, token) ? FIELDS[token]! : undefined;
  if (field === undefined) throw new Error(`"${token}" means nothing in a date pattern`);
  const name = field.slice(3, field.indexOf('>'));
  if (said.has(name)) throw new Error(`"${token}" repeats what the pattern already contains`);
  said.add(name);
  return field;
}

function expectWhole(said: ReadonlySet<string>): void {
  if (!(said.has('yyyy') !== said.has('yy') && said.has('M') !== said.has('MMM') && said.has('d'))) {
    throw new Error('a date pattern contains year, month and day, each once');
  }
  if (said.has('h') !== said.has('a') || (said.has('h') && said.has('H'))) {
    throw new Error('hours are either H, or h with a');
  }
}

const LETTERS = ['yyyy', 'yy', 'MMM', 'M', 'd', 'H', 'h', 'a', 'm', 's', 'S', 'X'] as const;
/** Of each, which group of an expression reads it; 0 where none does. */
type Places = Readonly<Record<(typeof LETTERS)[number], number>>;

/**
 * @param expression its groups are named as a pattern's letters: yyyy or yy, M or MMM, d, H or h with a, m, s, S, X; it
 * has no others
 */
export function dateReader(expression: RegExp): DateReader {
  const names = [...expression.source.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name!);
  const places = Object.fromEntries(LETTERS.map((name) => [name, names.indexOf(name) + 1])) as Places;
  // An expression whose groups have no names is several times as fast.
  const unnamed = new RegExp(expression.source.replaceAll(/\(\?<\w+>/g, '('), expression.flags);
  return (text) => {
    const groups = unnamed.exec(text);
    return groups ? partsOf(groups, places) : undefined;
  };
}

/** ISO 8601, as people and databases write it: a space for the T, no seconds, zones of two or four digits. */
export const readIsoInstant = dateReader(
  /^(?<yyyy>\d{4})-(?<M>\d\d)-(?<d>\d\d)[Tt ](?<H>\d\d):(?<m>\d\d)(?::(?<s>\d\d))?(?:\.(?<S>\d+))? ?(?<X>[Zz]|[+-]\d\d(?::?\d\d)?)?$/,
);
export const readIsoDay = dateReader(/^(?<yyyy>\d{4})-(?<M>\d\d)-(?<d>\d\d)$/);

const escapeText = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

type Groups = readonly (string | undefined)[];

const numberAt = (groups: Groups, place: number): number => (place === 0 ? 0 : Number(groups[place] ?? 0));

function partsOf(groups: Groups, places: Places): DateParts | undefined {
  const year = yearOf(groups, places);
  const month =
    places.MMM === 0
      ? numberAt(groups, places.M)
      : MONTHS.indexOf(groups[places.MMM]?.slice(0, 3).toLowerCase() ?? '') + 1;
  const day = numberAt(groups, places.d);
  const time = timeOf(groups, places);
  if (time === undefined || day < 1 || day > daysIn(year, month)) return undefined;
  const zone = places.X === 0 ? undefined : groups[places.X];
  if (zone === undefined) return { year, month, day, time };
  const offset = offsetOf(zone);
  return Math.abs(offset) > MAX_OFFSET ? undefined : { year, month, day, time, offset };
}

function yearOf(groups: Groups, places: Places): number {
  if (places.yyyy !== 0) return numberAt(groups, places.yyyy);
  const short = numberAt(groups, places.yy);
  return short + (short < 70 ? 2_000 : 1_900);
}

/** Ms since midnight. */
function timeOf(groups: Groups, places: Places): number | undefined {
  const hour = hourOf(groups, places);
  const [minute, second] = [numberAt(groups, places.m), numberAt(groups, places.s)];
  if (hour === undefined || minute > 59 || second > 59) return undefined;
  const fraction = places.S === 0 ? 0 : Math.trunc(Number(`0.${groups[places.S] ?? 0}`) * 1_000);
  return (hour * 60 + minute) * MINUTE_MS + second * 1_000 + fraction;
}

function hourOf(groups: Groups, places: Places): number | undefined {
  if (places.h === 0) {
    const hour = places.H === 0 ? 0 : Number(groups[places.H] ?? 0);
    return hour < 24 ? hour : undefined;
  }
  const hour = Number(groups[places.h]);
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (groups[places.a]?.toLowerCase() === 'pm' ? 12 : 0);
}

function offsetOf(zone: string): number {
  if (zone.length === 1) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

function epochParts(text: string, unit: number): DateParts | undefined {
  const instant = /^-?\d{1,16}(\.\d+)?$/.test(text) ? Math.trunc(Number(text) * unit) : Number.NaN;
  if (!(Math.abs(instant) <= MAX_MS)) return undefined;
  const date = new Date(instant);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return { year, month, day, time: ((instant % DAY_MS) + DAY_MS) % DAY_MS, offset: 0 };
}

/**
 * The instant in epoch ms. A text that names no zone is in `timeZone`; of an hour that occurs twice there it is the
 * first, and in one that is left out it is as if the clock had not been put forward.
 * @returns undefined when neither text nor mapping names a zone
 */
export function instantOf(parts: DateParts, timeZone?: string): number | undefined {
  const local = midnightOf(parts.year, parts.month, parts.day) + parts.time;
  if (parts.offset !== undefined) return local - parts.offset * MINUTE_MS;
  if (timeZone === undefined) return undefined;
  const before = offsetAt(timeZone, local - DAY_MS);
  const after = offsetAt(timeZone, local + DAY_MS);
  const early = local - Math.max(before, after);
  const late = local - Math.min(before, after);
  if (early === late || offsetAt(timeZone, early) === local - early) return early;
  return offsetAt(timeZone, late) === local - late ? late : local - before;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Whether the name is one of the time zone database, `Europe/Berlin`, or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const [numeric, hourCycle] = ['numeric', 'h23'] as const;
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle,
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** By zone and day (UTC): how far its clocks are ahead of UTC, where that is the same all day long. */
const offsets = new Map<string, Map<number, number | undefined>>();
const MAX_DAYS = 10_000;

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
export function offsetAt(timeZone: string, instant: number): number {
  if (timeZone === 'UTC') return 0;
  let days = offsets.get(timeZone);
  if (!days || days.size > MAX_DAYS) {
    days = new Map();
    offsets.set(timeZone, days);
  }
  const day = Math.floor(instant / DAY_MS);
  if (!days.has(day)) {
    const first = shownAt(timeZone, day * DAY_MS);
    days.set(day, first === shownAt(timeZone, (day + 1) * DAY_MS) ? first : undefined);
  }
  return days.get(day) ?? shownAt(timeZone, instant);
}

/** The same, asked of the calendar itself, which takes its time. */
function shownAt(timeZone: string, instant: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  const shown = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return shown - Math.floor(instant / 1_000) * 1_000;
}
