import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { type CsvDialect, delimiterName } from './csv-dialect.ts';
import { invalidHeader, rejectOneColumn } from './csv-header.ts';
import type { ColumnSettings, CsvSettings } from './csv-settings.ts';

/** The first rows of a file, read in one of the ways in which it may have been written. */
export interface Reading {
  readonly dialect: CsvDialect;
  /** Of the columns, as they stand in the file. */
  readonly names: readonly string[];
  /** Rows before the first record. */
  readonly skip: number;
  readonly rows: readonly (readonly string[])[];
  /** Rows that cannot be read in this way. */
  readonly broken: number;
  /** Why the header cannot be read in this way. */
  readonly unreadable?: Rejection;
  /** The rows begin with an index that the header does not name. */
  readonly hasIndex?: true;
}

interface Given {
  readonly csv: CsvSettings;
  readonly columns: ColumnSettings;
}

/**
 * The way in which a file was written, of those in which it can be read: the only one that fits all rows; else the one
 * that fits most. Of ways that fit all, one that has the columns of the mapping is meant.
 * @throws FileRejectedError `ambiguous-format` where two fit, and `invalid-header` where none does
 */
export function choose(readings: readonly Reading[], given: Given): Reading {
  const readable = readings.filter(({ unreadable }) => unreadable === undefined);
  if (readable.length === 0) {
    throw invalidHeader(`The header can't be read. ${readings[0]!.unreadable!.message}`, 'names of columns');
  }
  const wide = readable.filter((reading) => isWide(reading, given));
  const fitting = ofMapping(wide.length > 0 ? wide : readable.slice(0, 1), given);
  const whole = fitting.filter((reading) => shareOf(reading) === 1);
  const [first, ...others] = whole;
  const other = first && others.find((one) => !isSame(first, one));
  if (first && other) throw ambiguous(first, other, given);
  const best = first ?? fitting.reduce((one, next) => (shareOf(next) > shareOf(one) ? next : one));
  rejectColumns(best, given);
  return best;
}

/** With one column a delimiter has not been used, unless the columns are given. */
const isWide = ({ names, rows }: Reading, { csv }: Given): boolean =>
  csv.header === 'none' ? rows.some((row) => row.length === names.length) : names.length > 1;

/** The share of the rows that have the columns of the header. */
function shareOf({ names, rows, broken }: Reading): number {
  const all = rows.length + broken;
  return all === 0 ? 1 : rows.filter((row) => row.length === names.length).length / all;
}

/** Those that have most of the columns of the mapping: of one that lacks some, these are the ones to be told. */
function ofMapping(readings: readonly Reading[], { csv, columns }: Given): readonly Reading[] {
  if (csv.header === 'none' || columns.required.length === 0) return readings;
  const normal = (name: string): string => (csv.header === 'any-case' ? name.toLowerCase() : name);
  const counts = readings.map(({ names }) => {
    const there = new Set(names.map(normal));
    const isThere = (name: string): boolean => there.has(normal(name));
    return columns.required.filter((name) => isThere(name) || columns.instead?.get(name)?.every(isThere)).length;
  });
  const most = Math.max(...counts);
  return readings.filter((_, i) => counts[i] === most);
}

/** Two ways that come to the same; where there is no row, it does not matter. */
const isSame = (x: Reading, y: Reading): boolean =>
  (x.rows.length === 0 && y.rows.length === 0) ||
  JSON.stringify([x.names, x.rows]) === JSON.stringify([y.names, y.rows]);

function rejectColumns({ names, rows, dialect }: Reading, { csv }: Given): void {
  if (csv.header !== 'none') {
    rejectOneColumn(names, dialect.delimiter);
    return;
  }
  if (rows.length === 0 || rows.some((row) => row.length === names.length)) return;
  throw new FileRejectedError({
    code: 'invalid-header',
    message: `The rows have another number of columns than "columns" of the dataset's "csv" names; correct the names, or give the delimiter`,
    expected: `${names.length} columns`,
    found: `${rows[0]!.length} columns, separated by ${delimiterName(dialect.delimiter)}`,
  });
}

function ambiguous(first: Reading, other: Reading, given: Given): FileRejectedError {
  const isEscape = first.dialect.delimiter === other.dialect.delimiter;
  const describe = isEscape ? describeEscape : (reading: Reading): string => describeColumns(reading, given);
  const [one, two] = [describe(first), describe(other)];
  const setting = isEscape
    ? 'csv: {escape: backslash}, or double'
    : `csv: {delimiter: ${JSON.stringify(other.dialect.delimiter)}}`;
  return new FileRejectedError({
    code: 'ambiguous-format',
    message: `The file can be read in two ways: ${one}, or ${two}. Say in the dataset which is meant, for example ${setting}`,
    expected: 'a file that can be read in one way, or a setting that says how',
    found: `${one}, or ${two}`,
  });
}

const describeEscape = ({ dialect }: Reading): string =>
  dialect.escape === 'double'
    ? 'with doubled quotes inside of quotes'
    : 'with a backslash before quotes inside of quotes';

const MAX_NAMES = 8;

function describeColumns({ dialect: { delimiter }, names }: Reading, { csv }: Given): string {
  const named = csv.header === 'none' || names.some(looksLikeValue) ? '' : ` (${list(names)})`;
  return `${names.length} columns separated by ${delimiterName(delimiter)}${named}`;
}

const list = (names: readonly string[]): string =>
  names
    .slice(0, MAX_NAMES)
    .map((name) => JSON.stringify(name))
    .join(' ') + (names.length > MAX_NAMES ? ' …' : '');

/** Then it may be that the file has no header, and this is somebody's data. */
const looksLikeValue = (name: string): boolean => name.includes('@') || name.length > 64 || /^[+-]?\d/.test(name);
