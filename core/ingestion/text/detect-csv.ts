import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { cellReader } from './csv-cells.ts';
import { type CsvDialect, isPlainCsv, isUtf16, type NumberFormat, PLAIN_CSV } from './csv-dialect.ts';
import { encodingOfMark, guessEncoding, toUtf8 } from './csv-encoding.ts';
import { rejectLongLine, resolveHeader } from './csv-header.ts';
import { choose, type Reading } from './csv-readings.ts';
import { nameOf, textReader } from './csv-rows.ts';
import type { ColumnSettings, CsvEncoding, CsvSettings } from './csv-settings.ts';
import { rejectZeros } from './foreign-formats.ts';
import { describeNumbers, detectNumbers } from './number-format.ts';
import type { RawRecord } from './splitter.ts';
import { csvSplitter } from './splitter-for.ts';

/** What is known of a CSV file before its rows are read. */
export interface DetectedCsv {
  /** Undefined where it is written as usual, see {@link PLAIN_CSV}. */
  readonly dialect?: CsvDialect;
  /** The names of the columns as the mapping has them; '' for one that nobody reads. */
  readonly header: readonly string[];
  /** What was found out and not given, where it is not as usual: setting → value. */
  readonly detected: Readonly<Record<string, string>>;
  /** Whether there is nothing below the header, as far as the sample goes. */
  readonly isEmpty: boolean;
}

/** What is said of the CSV files of a dataset, and of their columns. */
export interface CsvGiven {
  readonly csv: CsvSettings;
  readonly columns: ColumnSettings;
}

/** Bytes at the beginning of a file that it is judged by. */
export const SAMPLE_BYTES = 262_144;
/** Nor by more rows than these. */
const SAMPLE_ROWS = 1_000;

const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * How a CSV file is written, by its first rows: what is not given is what all of them can be read by. With what is usual
 * (RFC 4180, UTF-8) nothing else is tried, unless the header says so.
 * @param sample the first bytes of the file, at most {@link SAMPLE_BYTES}
 * @param isWhole whether these are all of them
 * @returns undefined where there is not even a header
 * @throws FileRejectedError where the header cannot be used, a column of the mapping is missing (`invalid-header`), or all
 *   rows can be read in two ways that do not mean the same (`ambiguous-format`)
 */
export function detectCsv(sample: Uint8Array, given: CsvGiven, isWhole: boolean): DetectedCsv | undefined {
  const encoding = encodingOf(sample, given.csv, isWhole);
  if (!isUtf16(encoding)) rejectZeros(sample);
  const text = toUtf8(sample, encoding);
  const lead = leadingLine(text);
  const readings = candidates(text, lead, given).flatMap((dialect) => readingOf(text, dialect, lead, given, isWhole));
  if (readings.length === 0) return undefined;
  const reading = choose(readings, given);
  const header = resolveHeader(reading.names, given.csv, given.columns);
  const numbers = numbersOf(reading, header, encoding, given);
  const booleans = booleansOf(header, given);
  const dialect: CsvDialect = {
    ...reading.dialect,
    encoding,
    skip: reading.skip,
    ...(given.csv.header === 'any-case' && { anyCase: true }),
    ...numbers,
    ...booleans,
  };
  return {
    ...(!isPlainCsv(dialect) && { dialect }),
    header,
    detected: detectedIn(dialect, reading, given.csv, encodingOfMark(sample)),
    isEmpty: isWhole && reading.rows.length === 0 && reading.broken === 0,
  };
}

/** The mark at the beginning of a file is certain, whatever is given. */
const encodingOf = (sample: Uint8Array, { encoding }: CsvSettings, isWhole: boolean): CsvEncoding =>
  encodingOfMark(sample) ?? encoding ?? guessEncoding(sample, isWhole);

/** A first line that tells Excel what is between the cells; it is no header. */
function leadingLine(text: Uint8Array): { readonly delimiter: string } | undefined {
  const head = Buffer.from(text.subarray(0, 32)).toString('utf8');
  const delimiter = /^\ufeff?"?sep=([^\p{L}\p{N}\s"']|\t)"?[\r\n]/iu.exec(head)?.[1];
  return delimiter !== undefined && delimiter.charCodeAt(0) < 0x80 ? { delimiter } : undefined;
}

/** The dialects that may be meant: of delimiters those that are in the first line, and what is usual. */
function candidates(
  text: Uint8Array,
  lead: { readonly delimiter: string } | undefined,
  { csv }: CsvGiven,
): CsvDialect[] {
  const quote = csv.quote === 'none' ? '' : (csv.quote ?? '"');
  const delimiter = csv.delimiter ?? lead?.delimiter;
  const head = headOf(text, quote, lead);
  const isInHead = (one: string): boolean => one === ',' || head.includes(one.charCodeAt(0));
  const delimiters = delimiter === undefined ? DELIMITERS.filter(isInHead) : [delimiter];
  const escapes = csv.escape !== undefined ? [csv.escape] : escapesIn(text, quote);
  return delimiters.flatMap((one) =>
    escapes.map((how) => ({
      ...PLAIN_CSV,
      delimiter: one,
      quote,
      escape: how,
      ...(csv.comment !== undefined && { comment: csv.comment }),
    })),
  );
}

/** The first row, with whatever is between its cells. */
function headOf(text: Uint8Array, quote: CsvDialect['quote'], lead: object | undefined): Uint8Array {
  const splitter = csvSplitter(0, { ...PLAIN_CSV, quote });
  const [first, second] = [...splitter.push(text.subarray(0, HEAD_BYTES)), ...splitter.end()];
  return (lead ? second : first)?.bytes ?? text;
}
const HEAD_BYTES = 65_536;

/** Only where a backslash is before a quote somewhere, it may be that it belongs there. */
function escapesIn(text: Uint8Array, quote: string): readonly CsvDialect['escape'][] {
  if (quote === '') return ['double'];
  const escaped = Buffer.from(text.buffer, text.byteOffset, text.length).includes(`\\${quote}`);
  return escaped ? ['double', 'backslash'] : ['double'];
}

/** @returns nothing where there is no row at all */
function readingOf(
  text: Uint8Array,
  dialect: CsvDialect,
  lead: object | undefined,
  { csv }: CsvGiven,
  isWhole: boolean,
): Reading[] {
  const records = sampleRows(text, dialect, isWhole);
  const skipped = lead ? 1 : 0;
  const [first, ...rest] = records.slice(skipped);
  const textOf = textReader(PLAIN_CSV);
  const cellsOf = cellReader(dialect);
  if (csv.header === 'none') {
    if (!first) return [];
    return [rowsOf([first, ...rest], { dialect, names: csv.columns ?? [], skip: skipped }, textOf, cellsOf)];
  }
  if (!first) {
    if (!isWhole) rejectLongLine(text.length);
    return [];
  }
  rejectLongLine(first.length);
  const line = textOf(first);
  if (typeof line !== 'string')
    return [{ dialect, names: [], skip: skipped + 1, rows: [], broken: 1, unreadable: line }];
  const names = cellsOf(line).map(nameOf);
  const hasRuler = rest[0] !== undefined && isRuler(textOf(rest[0]), cellsOf);
  const skip = skipped + (hasRuler ? 2 : 1);
  return [rowsOf(hasRuler ? rest.slice(1) : rest, { dialect, names, skip }, textOf, cellsOf)];
}

/** The first rows of a text in UTF-8. Where it goes on after the sample, its last row may not be whole. */
function sampleRows(text: Uint8Array, dialect: CsvDialect, isWhole: boolean): RawRecord[] {
  const splitter = csvSplitter(0, { ...dialect, encoding: 'utf-8' });
  const records = splitter.push(text);
  if (isWhole) records.push(...splitter.end());
  return records.slice(0, SAMPLE_ROWS + 2);
}

/** The line of dashes that `sqlcmd` draws below the names. */
const isRuler = (line: string | Rejection, cellsOf: (row: string) => string[]): boolean =>
  typeof line === 'string' && line.includes('--') && cellsOf(line).every((cell) => /^-+$/.test(cell.trim()));

function rowsOf(
  records: readonly RawRecord[],
  { dialect, names, skip }: Pick<Reading, 'dialect' | 'names' | 'skip'>,
  textOf: (record: RawRecord) => string | Rejection,
  cellsOf: (row: string) => string[],
): Reading {
  const rows: string[][] = [];
  let broken = 0;
  for (const record of records) {
    const text = textOf(record);
    if (typeof text === 'string') rows.push(cellsOf(text));
    else broken++;
  }
  return withIndex({ dialect, names, skip, rows, broken });
}

/** Where every row has a column more than the header, and these count the rows, they are an index without a name (R). */
function withIndex(reading: Reading): Reading {
  const { names, rows } = reading;
  if (names.length === 0 || rows.length === 0 || rows.some((row) => row.length !== names.length + 1)) return reading;
  const first = Number(rows[0]![0]);
  const isIndex = rows.length > 1 && rows.every(([index], i) => index === String(first + i));
  return isIndex ? { ...reading, names: ['', ...names], hasIndex: true } : reading;
}

/** The columns that the dataset has for numbers, where these are not written as programs do. */
function numbersOf(
  { dialect, rows }: Reading,
  header: readonly string[],
  encoding: CsvEncoding,
  { csv, columns }: CsvGiven,
): Pick<CsvDialect, 'numbers'> {
  const ofNumbers = header.flatMap((name, i) => (columns.kindOf(name) === 'number' ? [i] : []));
  if (ofNumbers.length === 0) return {};
  const cells = rows.flatMap((row) => (row.length === header.length ? ofNumbers.map((i) => row[i]!) : []));
  // Where programs write, a point is what it is; Excel writes as people do in its country.
  const isLocal = dialect.delimiter === ';' || encoding === 'windows-1252' || isUtf16(encoding);
  const found = detectNumbers(cells, csv, isLocal);
  if ('doubt' in found)
    throw ambiguousNumbers(
      found.doubt,
      ofNumbers.map((i) => header[i]!),
    );
  const { format } = found;
  if (format.decimal === '.' && format.thousands === '') return {};
  return { numbers: { ...format, columns: ofNumbers } };
}

function ambiguousNumbers(doubt: readonly NumberFormat[], names: readonly string[]): FileRejectedError {
  const [one, other] = doubt.map(describeNumbers) as [string, string];
  return new FileRejectedError({
    code: 'ambiguous-format',
    message: `The numbers of ${names
      .slice(0, 5)
      .map((name) => `"${name}"`)
      .join(
        ', ',
      )} can be read in two ways: with ${one}, or with ${other}. Say in the dataset which is meant, for example csv: {decimal: ","}`,
    expected: `${one}, or ${other}`,
    found: 'numbers that are either',
  });
}

function booleansOf(header: readonly string[], { csv, columns }: CsvGiven): Pick<CsvDialect, 'booleans'> {
  if (!csv.booleans) return {};
  const ofBooleans = header.flatMap((name, i) => (columns.kindOf(name) === 'boolean' ? [i] : []));
  if (ofBooleans.length === 0) return {};
  const lower = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase());
  return { booleans: { columns: ofBooleans, true: lower(csv.booleans.true), false: lower(csv.booleans.false) } };
}

/** What people are told of an accepted file: what nobody has given. */
function detectedIn(
  { delimiter, escape: how, encoding, numbers }: CsvDialect,
  { hasIndex }: Reading,
  given: CsvSettings,
  mark: CsvEncoding | undefined,
): Record<string, string> {
  return {
    ...(given.delimiter === undefined && delimiter !== ',' && { delimiter }),
    ...(given.escape === undefined && how !== 'double' && { escape: how }),
    ...(encoding !== (given.encoding ?? 'utf-8') && mark !== 'utf-8' && { encoding }),
    ...(numbers && given.decimal === undefined && numbers.decimal !== '.' && { decimal: numbers.decimal }),
    ...(numbers && given.thousands === undefined && numbers.thousands !== '' && { thousands: numbers.thousands }),
    ...(hasIndex && { index: 'the first column, which has no name' }),
  };
}
