import { DAY_MS } from '#core/util/durations.ts';
import { daysIn, midnightOf } from '#core/util/instant.ts';
import { compileDatePattern, instantOf, isTimeZone, offsetAt } from '../../date-pattern.ts';
import { compileDateWriter } from '../../date-writer.ts';
import type { Apply, EagerFunction, Functions, Parameter, Written } from '../function.ts';
import { DATE, NUMBER, TEXT } from '../types.ts';
import { asDate, asText, DateValue, Unusable } from '../values.ts';

const DATE_ARGUMENT: Parameter = { name: 'date', takes: 'date' };
const FORMAT: Parameter = { name: 'format', takes: 'text', literal: true };
const ZONE: Parameter = { name: 'zone', takes: 'text', literal: true };
const number = (name: string): Parameter => ({ name, takes: 'number' });

/** Does what needs an argument that is written out, and tells where it is wrong. */
function written<T>({ literals, fail }: Written, argument: number, make: (text: string) => T): T {
  try {
    return make(literals[argument] as string);
  } catch (error) {
    throw fail(argument, (error as Error).message);
  }
}

function zoneOf(call: Written, argument: number): string | undefined {
  const zone = call.literals[argument] as string | null | undefined;
  if (zone === undefined || zone === null) return undefined;
  if (isTimeZone(zone)) return zone;
  throw call.fail(argument, `"${zone}" is no time zone`, 'a time zone such as Europe/Berlin or UTC');
}

/** `date(text)`, `date(text, format)`, `date(text, format, default)`. */
function readDate(call: Written): Apply {
  const { literals, timeZone } = call;
  const format = literals[1] as string | undefined;
  const read = format === undefined ? undefined : written(call, 1, compileDatePattern);
  const otherwise = new Unusable(format === undefined ? 'a date' : `a date written ${format}`, 'something else');
  return ([given, , fallback = null]) => {
    if (given === null || given === '') return fallback === null ? null : asDate(fallback, timeZone);
    if (!read || given instanceof DateValue) return asDate(given, timeZone);
    const parts = read(asText(given).trim());
    const ms = parts && instantOf(parts, timeZone);
    if (ms === undefined) throw otherwise;
    return new DateValue(ms);
  };
}

function format(call: Written): Apply {
  const write = written(call, 1, compileDateWriter);
  const zone = zoneOf(call, 2);
  const { timeZone, budget } = call;
  return ([given]) => {
    const { ms, zone: own } = asDate(given, timeZone);
    const text = write(ms, zone ?? own);
    budget.spend(text.length);
    return text;
  };
}

const formatting = (date: Parameter): EagerFunction => ({
  parameters: [date, FORMAT, { ...ZONE, optional: true }],
  result: TEXT,
  make: format,
});

/** What a date is made of, in its zone. */
interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

function partsOf({ ms, zone }: DateValue): Parts {
  const date = new Date(ms + offsetAt(zone, ms));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/** @throws Unusable for what is not in the calendar */
function dateOf({ year, month, day, hour, minute, second, millisecond }: Parts, zone: string): DateValue {
  const whole = [year, month, day, hour, minute, second].every(Number.isInteger);
  const fits = year >= 0 && year <= 9_999 && day >= 1 && day <= daysIn(year, month);
  const isTime = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  if (!whole || !fits || !isTime) throw new Unusable('a date of the calendar', 'other numbers');
  const time = ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond;
  return new DateValue(instantOf({ year, month, day, time }, zone)!, zone);
}

const dayOfYear = ({ year, month, day }: Parts): number =>
  (midnightOf(year, month, day) - midnightOf(year, 1, 1)) / DAY_MS + 1;
/** Monday is 1 (ISO 8601). */
const dayOfWeek = ({ year, month, day }: Parts): number => {
  const days = midnightOf(year, month, day) / DAY_MS + 3;
  return (((days % 7) + 7) % 7) + 1;
};
/** The week of ISO 8601: the one that has the Thursday. */
function week(parts: Parts): number {
  const thursday = midnightOf(parts.year, parts.month, parts.day) / DAY_MS + 4 - dayOfWeek(parts);
  const { year, month, day } = partsOf(new DateValue(thursday * DAY_MS));
  return Math.floor((dayOfYear({ ...partsOf(new DateValue(0)), year, month, day }) - 1) / 7) + 1;
}

const COMPONENTS: Readonly<Record<string, (parts: Parts) => number>> = {
  year: ({ year }) => year,
  quarter: ({ month }) => Math.ceil(month / 3),
  month: ({ month }) => month,
  dayofyear: dayOfYear,
  day: ({ day }) => day,
  week,
  weekday: dayOfWeek,
  hour: ({ hour }) => hour,
  minute: ({ minute }) => minute,
  second: ({ second }) => second,
  millisecond: ({ millisecond }) => millisecond,
};

const SHORT: Readonly<Record<string, string>> = {
  yyyy: 'year',
  yy: 'year',
  qq: 'quarter',
  q: 'quarter',
  mm: 'month',
  m: 'month',
  dy: 'dayofyear',
  y: 'dayofyear',
  dd: 'day',
  d: 'day',
  ww: 'week',
  w: 'week',
  dw: 'weekday',
  hh: 'hour',
  hh24: 'hour',
  mi: 'minute',
  n: 'minute',
  ss: 'second',
  s: 'second',
  ms: 'millisecond',
};

/** The name of a component that is written out. */
function componentOf(call: Written, settable: readonly string[]): string {
  const given = (call.literals[0] as string).toLowerCase();
  const name = Object.hasOwn(SHORT, given) ? SHORT[given]! : given;
  if (settable.includes(name)) return name;
  throw call.fail(0, `"${given}" is no part of a date`, settable.join(', '));
}

const COMPONENT: Parameter = { name: 'component', takes: 'text', literal: true };
const SETTABLE = ['year', 'month', 'day', 'hour', 'minute', 'second'];

const zoned: EagerFunction = {
  parameters: [DATE_ARGUMENT, ZONE],
  result: DATE,
  make(call) {
    const zone = zoneOf(call, 1)!;
    return ([given]) => new DateValue(asDate(given, call.timeZone).ms, zone);
  },
};

const made: EagerFunction = {
  parameters: [
    ...['year', 'month', 'day', 'hour', 'minute', 'second', 'nanosecond'].map(number),
    { name: 'zone', takes: 'text' },
  ],
  result: DATE,
  make: () => {
    return ([year, month, day, hour, minute, second, nano, zone]) => {
      if (!isTimeZone(zone as string)) throw new Unusable('a time zone such as Europe/Berlin', 'other text');
      const parts = { year, month, day, hour, minute, second, millisecond: Math.floor((nano as number) / 1e6) };
      return dateOf(parts as Parts, zone as string);
    };
  },
};

export const DATE_FUNCTIONS: Functions = {
  date: {
    parameters: [
      { name: 'date', takes: 'date', nullable: true },
      { ...FORMAT, optional: true },
      { name: 'default', takes: 'date', optional: true },
    ],
    result: DATE,
    make: readDate,
  },
  format: formatting(DATE_ARGUMENT),
  dformat: formatting({ name: 'timestamp', takes: 'number' }),
  date_part: {
    parameters: [COMPONENT, DATE_ARGUMENT],
    result: NUMBER,
    make(call) {
      const part = COMPONENTS[componentOf(call, Object.keys(COMPONENTS))]!;
      return ([, given]) => part(partsOf(asDate(given, call.timeZone)));
    },
  },
  set_date_part: {
    parameters: [COMPONENT, number('value'), DATE_ARGUMENT],
    result: DATE,
    make(call) {
      const name = componentOf(call, SETTABLE);
      return ([, value, given]) => {
        const date = asDate(given, call.timeZone);
        return dateOf({ ...partsOf(date), [name]: value }, date.zone);
      };
    },
  },
  make_date_time: made,
  make_timestamp: made,
  zone_date_to_utc: {
    parameters: [DATE_ARGUMENT],
    result: DATE,
    make:
      ({ timeZone }) =>
      ([given]) =>
        new DateValue(asDate(given, timeZone).ms),
  },
  zone_date_to_zone: zoned,
};
