import { type PhoneCountry, phoneCountry, toE164 } from '#core/identity/phone.ts';
import { readPlainInstant } from '#core/util/instant.ts';
import { dayText as dayOf, epochText } from '../convert/instants.ts';
import { USUAL_BOOLEANS } from '../text/csv-values.ts';
import { isExact } from '../text/lossless.ts';
import { compileDatePattern, type DateParts, instantOf, readIsoDay, readIsoInstant } from './date-pattern.ts';
import type { MappingRule } from './definition.ts';
import { numberReader } from './number-text.ts';

type Type = NonNullable<MappingRule['type']>;
/** A text that is not what a rule wants of it. */
export class NotConverted {
  /** What it should have been. */
  readonly expected: string;
  constructor(expected: string) {
    this.expected = expected;
  }
}

/** The text of a cell as a value, or {@link NotConverted}. @param country what the row says in the column that names it */
export type Converter = (text: string, country?: string) => unknown;

/**
 * How a rule makes a value of a text: the type, the formats of dates and numbers, the country of telephone numbers. White
 * space around a value does not matter, except in text.
 * @throws Error when a date pattern can't be read
 */
export function compileConverter(rule: ConverterRule): Converter {
  const { type } = rule;
  if (type === 'string') return (text) => text;
  if (type === 'phone') return compilePhone(rule);
  if (type === 'date' || type === 'date-time') return compileDate(type, rule);
  const convert = type === 'boolean' ? CONVERTERS.boolean : compileNumber(type, rule);
  const otherwise = new NotConverted(expectedNumber(type, rule));
  return (text) => convert(text.trim()) ?? otherwise;
}

type ConverterRule = Partial<MappingRule> & { readonly type: Type };

const EXPECTED: Readonly<Record<Type, string>> = {
  string: 'text',
  number: 'a number such as 12.50',
  integer: 'a whole number',
  boolean: 'true or false, t or f, yes or no, 1 or 0',
  date: 'a day such as 2026-01-31',
  'date-time': 'an instant with its time zone, such as 2026-01-31T12:00:00Z',
  phone: 'a telephone number with its country code, such as +49 30 123456',
};

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** So small a part that rounding would take it away is a part all the same. */
const FRACTION = /^[^e.]*\.0*[1-9]\d*$/i;
const CONVERTERS: Readonly<Record<'number' | 'integer' | 'boolean', (text: string) => unknown>> = {
  number(text) {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) && isExact(text, value) ? value : undefined;
  },
  integer(text) {
    const value = NUMBER.test(text) && !FRACTION.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  },
  boolean: (text) => USUAL_BOOLEANS.get(text.toLowerCase()),
};

/** Numbers with a point, or as the rule says that they are written. */
function compileNumber(type: 'number' | 'integer', { decimal, thousands }: ConverterRule): (text: string) => unknown {
  if (decimal === undefined && thousands === undefined) return CONVERTERS[type];
  const read = numberReader({ decimal: decimal ?? '.', ...(thousands !== undefined && { thousands }) });
  if (type === 'number') return read;
  return (text) => {
    const value = read(text);
    return Number.isSafeInteger(value) ? value : undefined;
  };
}

function expectedNumber(type: Type, { decimal, thousands }: ConverterRule): string {
  if (type !== 'number' || (decimal === undefined && thousands === undefined)) return EXPECTED[type];
  return `a number such as 1${thousands ?? ''}234${decimal ?? '.'}50`;
}

function compileDate(type: 'date' | 'date-time', { format, timeZone }: Partial<MappingRule>): Converter {
  const patterns = format === undefined ? undefined : [format].flat();
  const isoReader = type === 'date' ? readIsoDay : readIsoInstant;
  const readers = patterns?.map(compileDatePattern) ?? [isoReader];
  const written = patterns && `${type === 'date' ? 'a day' : 'an instant'} written ${patterns.join(' or ')}`;
  const isZoneMissing = type === 'date-time' && timeZone === undefined;
  const otherwise = new NotConverted(
    written ? `${written}${isZoneMissing ? ', with its time zone (or give the rule a timeZone)' : ''}` : EXPECTED[type],
  );
  return (text) => {
    const trimmed = text.trim();
    if (patterns === undefined && type === 'date-time' && !Number.isNaN(readPlainInstant(trimmed))) {
      return withMillis(trimmed);
    }
    for (const read of readers) {
      const parts = read(trimmed);
      const value = parts && (type === 'date' ? dayText(parts) : instantText(parts, timeZone));
      if (value !== undefined) return value;
    }
    return (patterns === undefined && asFramesWrite(type, trimmed)) || otherwise;
  };
}

/** As data frames write them in JSON: days as their first moment, instants as epoch numbers. */
const asFramesWrite = (type: 'date' | 'date-time', text: string): string | undefined =>
  type === 'date' ? dayOf(text) : epochText(text);

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

const dayText = ({ year, month, day }: DateParts): string => `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;

/** A plain instant, see {@link readPlainInstant}, as all instants are written: to the millisecond. */
const withMillis = (text: string): string =>
  text.length === 24 ? text : `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(3, '0').slice(0, 3)}Z`;

function instantText(parts: DateParts, timeZone: string | undefined): string | undefined {
  const instant = instantOf(parts, timeZone);
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function compilePhone({ country, countrySource }: Partial<MappingRule>): Converter {
  const usual = country === undefined ? undefined : phoneCountry(country);
  const without = countrySource === undefined ? usual : `the country in column "${countrySource}"`;
  const otherwise = new NotConverted(
    without === undefined ? EXPECTED.phone : `${EXPECTED.phone}, or one of ${without}`,
  );
  return (text, named = '') => {
    const own: PhoneCountry | undefined = phoneCountry(named) ?? usual;
    return toE164(text, own) ?? otherwise;
  };
}

/** What a text looks like, without telling it. */
export function describeText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'blanks';
  if (NUMBER.test(trimmed)) return 'a number';
  if (/^\d{4}-\d\d-\d\d$/.test(trimmed)) return 'something like a day';
  if (/^\d{4}-\d\d-\d\d[Tt ]/.test(trimmed)) return 'a date and time that is not in the calendar, or has no time zone';
  return 'other text';
}
