import { compileConverter, NotConverted } from '#core/ingestion/mapping/convert-text.ts';
import type { MappingRule } from '#core/ingestion/mapping/definition.ts';
import { isCodeName, isEmailName, isPhoneName, isTimeName } from './names.ts';

/** What the values of a column are, as a mapping says it, and why. */
export interface ColumnType {
  readonly type: MappingRule['type'];
  readonly format?: string;
  readonly timeZone?: string;
  readonly country?: string;
  /** Text that is an e-mail address. */
  readonly isEmail?: true;
  /** For the user; holds no value of the file. */
  readonly reason: string;
  /** What is left open. */
  readonly note?: string;
}

export interface TypeOptions {
  /** Of times that name none. @default UTC, and a note */
  readonly timeZone?: string | undefined;
  /** Whether 01/02/2026 is in February or in January. @default text, where the values leave it open */
  readonly dates?: 'dmy' | 'mdy' | undefined;
  /** Of telephone numbers without a country code. */
  readonly country?: string | undefined;
}

type Rule = Pick<ColumnType, 'type' | 'format' | 'timeZone' | 'country'>;

/** As JSON writes numbers, so that each is again the text that it was read from. */
const PLAIN_NUMBER = /^(?:-(?!0$))?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const MAX_DIGITS = 15;
const DAYS = [
  'd.M.yyyy',
  'd/M/yyyy',
  'M/d/yyyy',
  'd-M-yyyy',
  'M-d-yyyy',
  'yyyy/M/d',
  'd MMM yyyy',
  'd-MMM-yyyy',
  'MMM d, yyyy',
];
const TIMES = [' H:mm', ' H:mm:ss', ' h:mm a', ' h:mm:ss a'];
const INSTANTS = DAYS.flatMap((day) => TIMES.map((time) => `${day}${time}`));
const EMAIL = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]+$/;

/**
 * The narrowest type that every value is of; text otherwise, so that no row of the sample is rejected.
 * @param values those that are not empty, without blanks around them
 */
export function columnType(name: string, values: readonly string[], options: TypeOptions = {}): ColumnType {
  if (values.length === 0) return { type: 'string', reason: 'empty in the sample, so text' };
  if (isMostly(values, (value) => EMAIL.test(value), isEmailName(name) ? 0.5 : 0.9)) {
    return { type: 'string', isEmail: true, reason: 'e-mail addresses' };
  }
  if (isPhoneName(name)) return phoneType(values, options);
  const time = timeType(name, values, options);
  if (time) return time;
  if (isBoolean(values)) return { type: 'boolean', reason: 'true or false, in every row' };
  if (values.every(isPlainNumber)) {
    if (isCodeName(name)) return { type: 'string', reason: 'digits that name something are text' };
    return { type: 'number', reason: 'numbers, in every row' };
  }
  return textType(values);
}

const isPlainNumber = (text: string): boolean =>
  text.length <= MAX_DIGITS + 2 && PLAIN_NUMBER.test(text) && text.replaceAll(/\D/g, '').length <= MAX_DIGITS;

/** Two words that are opposites; "no" alone may be Norway. */
function isBoolean(values: readonly string[]): boolean {
  const words = new Set<string>();
  for (const value of values) {
    words.add(value.toLowerCase());
    if (words.size > 2) return false;
  }
  const is = (...of: string[]): boolean => words.isSubsetOf(new Set(of));
  return is('true', 'false') || (words.size === 2 && (is('yes', 'no') || is('y', 'n')));
}

function phoneType(values: readonly string[], { country }: TypeOptions): ColumnType {
  const rule: Rule = { type: 'phone', ...(country !== undefined && { country }) };
  if (converts(rule, values)) return { ...rule, reason: 'telephone numbers, written as E.164' };
  const note =
    country === undefined
      ? 'some telephone numbers lack a country code, so they stay as they are written; with --country DE (for example) they can be read'
      : 'some telephone numbers cannot be read, so they stay as they are written';
  return { type: 'string', reason: 'telephone numbers, not all of which can be read', note };
}

function timeType(name: string, values: readonly string[], options: TypeOptions): ColumnType | undefined {
  const isNumeric = /^\d{10}(?:\d{3})?(?:\.\d+)?$/.test(values[0]!);
  if (isNumeric) return isTimeName(name) ? epochType(values) : undefined;
  // Nothing else begins a date, and most columns need no try.
  if (!/^(?:\d|[A-Za-z]{3} \d)/.test(values[0]!)) return undefined;
  if (converts({ type: 'date' }, values)) return { type: 'date', reason: 'days, in ISO 8601' };
  if (converts({ type: 'date-time' }, values)) return { type: 'date-time', reason: 'instants, in ISO 8601' };
  const day = patternType('date', DAYS, values, options);
  if (day) return day;
  if (converts({ type: 'date-time', timeZone: 'UTC' }, values)) return zoned({ type: 'date-time' }, options);
  return patternType('date-time', INSTANTS, values, options);
}

function epochType(values: readonly string[]): ColumnType | undefined {
  const lengths = new Set(values.map((value) => value.split('.')[0]!.length));
  if (lengths.size !== 1) return undefined;
  const format = lengths.has(13) ? 'epochMillis' : 'epochSeconds';
  const rule: Rule = { type: 'date-time', format };
  return converts(rule, values) ? { ...rule, reason: `instants, as ${format}` } : undefined;
}

function patternType(
  type: 'date' | 'date-time',
  patterns: readonly string[],
  values: readonly string[],
  options: TypeOptions,
): ColumnType | undefined {
  const timeZone = type === 'date-time' ? { timeZone: 'UTC' } : {};
  const fitting = patterns.filter((format) => converts({ type, format, ...timeZone }, values));
  const wanted = options.dates && fitting.filter((format) => orderOf(format) === options.dates);
  const chosen = wanted && wanted.length > 0 ? wanted : fitting;
  const [format] = chosen;
  if (format === undefined) return undefined;
  if (chosen.length > 1) {
    const note = `both ${chosen.join(' and ')} fit every value, so it stays text; with --dates dmy or --dates mdy it becomes a date`;
    return { type: 'string', reason: 'dates, of which day and month cannot be told apart', note };
  }
  if (type === 'date') return { type, format, reason: `days, as ${format}` };
  return zoned({ type, format }, options);
}

const orderOf = (format: string): 'dmy' | 'mdy' | undefined => {
  if (/^d.M\./.test(format.replaceAll(/[/-]/g, '.'))) return 'dmy';
  return /^M.d\./.test(format.replaceAll(/[/-]/g, '.')) ? 'mdy' : undefined;
};

function zoned(rule: Rule, { timeZone }: TypeOptions): ColumnType {
  const reason = `instants without a zone${rule.format === undefined ? '' : `, as ${rule.format}`}`;
  if (timeZone !== undefined) return { ...rule, timeZone, reason: `${reason}, of ${timeZone}` };
  const note =
    'the times name no zone, so they are taken for UTC; say --time-zone Europe/Berlin (for example) if they are not';
  return { ...rule, timeZone: 'UTC', reason: `${reason}, taken for UTC`, note };
}

/** Text, and what it looks as if it were. */
function textType(values: readonly string[]): ColumnType {
  if (values.every((value) => /^[+-]?\d{1,3}(?:[.' ]?\d{3})*,\d+$/.test(value))) {
    const note =
      'numbers with a decimal comma, or with commas between thousands: say which in the dataset (csv: {decimal: ","}), and give the rule the type number, where they are to be numbers';
    return { type: 'string', reason: 'numbers with a decimal comma stay text', note };
  }
  if (values.every((value) => /^[+-]?[\d.,]+(?:e[+-]?\d+)?$/i.test(value))) {
    return { type: 'string', reason: 'digits that a number would not keep as they are (leading zeros, or too many)' };
  }
  return { type: 'string', reason: 'text' };
}

function converts(rule: Rule, values: readonly string[]): boolean {
  const convert = compileConverter({ ...rule, type: rule.type ?? 'string' });
  return values.every((value) => !(convert(value) instanceof NotConverted));
}

function isMostly(values: readonly string[], is: (value: string) => boolean, share: number): boolean {
  return values.filter(is).length >= values.length * share;
}
