import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { INVALID_ENCODING, isUnsafeKey, rawOf, tooLarge } from './decode-json.ts';
import { FileRefusedError, MAX_RECORD_BYTES, type Raw, type Refusal } from './record.ts';
import { KEPT_BYTES, type RawRecord } from './splitter.ts';

export type CsvRow = Raw &
  ({ readonly value: Record<string, string>; readonly refusal?: undefined } | { readonly refusal: Refusal });

/** Rows that are parsed at a time. */
const BATCH = 512;
const NEWLINE = Buffer.from('\n');

/** Rows of a CSV file as column → cell; empty cells are left out. */
export function* csvRows(records: readonly RawRecord[], header: readonly string[]): Iterable<CsvRow> {
  for (let at = 0; at < records.length; at += BATCH) yield* rowsOfBatch(records.slice(at, at + BATCH), header);
}

function* rowsOfBatch(records: readonly RawRecord[], header: readonly string[]): Iterable<CsvRow> {
  const refusals = records.map(refusalOf);
  const cells = cellsOf(records.filter((_, i) => refusals[i] === undefined));
  let next = 0;
  for (const [i, { bytes }] of records.entries()) {
    const raw = rawOf(bytes);
    const refusal = refusals[i];
    if (refusal) {
      yield { ...raw, refusal };
      continue;
    }
    const row = cells[next++]!;
    if (row.length === header.length) yield { ...raw, value: recordOf(row, header) };
    else yield { ...raw, refusal: wrongCount(header.length, row.length) };
  }
}

function refusalOf({ bytes, length, flaw }: RawRecord): Refusal | undefined {
  if (length > MAX_RECORD_BYTES) return tooLarge(length);
  if (!isUtf8(bytes)) return INVALID_ENCODING;
  return flaw === undefined ? undefined : { code: 'malformed', message: flaw };
}

/** The splitter has cut at the line ends and set wrong quotes aside, so each record is exactly one row. */
function cellsOf(records: readonly RawRecord[]): string[][] {
  return parse(Buffer.concat(records.flatMap(({ bytes }) => [bytes, NEWLINE])), {
    record_delimiter: '\n',
    relax_column_count: true,
  });
}

function recordOf(row: readonly string[], header: readonly string[]): Record<string, string> {
  const value: Record<string, string> = {};
  for (let i = 0; i < row.length; i++) if (row[i] !== '') value[header[i]!] = row[i]!;
  return value;
}

const wrongCount = (expected: number, found: number): Refusal => ({
  code: 'malformed',
  message: 'The row has another number of columns than the header; a comma or a quote may be missing or too many',
  expected: `${expected} columns`,
  found: `${found} columns`,
});

/** A header travels with every chunk of its file. */
const MAX_HEADER_BYTES = 65_536;

/**
 * The names of the columns. What is wrong is told by number: a file without a header would show a person's data.
 * @throws FileRefusedError `invalid-header`
 */
export function readHeader(record: RawRecord): readonly string[] {
  if (record.length > MAX_HEADER_BYTES) {
    throw invalidHeader('The header is too long', `at most ${MAX_HEADER_BYTES} bytes`, `${record.length} bytes`);
  }
  const refusal = refusalOf(record);
  if (refusal)
    throw invalidHeader(`The header can't be read. ${refusal.message}`, 'names of columns, separated by commas');
  const names = cellsOf([record])[0]!.map((name) => name.trim());
  if (names.length === 1 && /[;\t|]/.test(names[0]!)) {
    throw invalidHeader('The columns are not separated by commas', 'commas', 'semicolons, tabs or bars');
  }
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const column = i + 1;
    if (name === '') throw invalidHeader(`Column ${column} has no name`, 'a name for every column');
    if (name.split('.').some(isUnsafeKey))
      throw invalidHeader(`The name of column ${column} is reserved`, 'another name');
    const first = seen.get(name);
    if (first !== undefined) {
      throw invalidHeader(`Columns ${first} and ${column} have the same name`, 'a different name for every column');
    }
    seen.set(name, column);
  }
  return names;
}

const invalidHeader = (message: string, expected: string, found?: string): FileRefusedError =>
  new FileRefusedError({
    code: 'invalid-header',
    message: `${message}. The first line of a CSV file names its columns`,
    expected,
    ...(found === undefined ? {} : { found }),
  });

/** What is kept of a record that was refused before it was parsed: all of it, unless it is too large. */
export const keptRaw = ({ bytes, length }: RawRecord): Raw =>
  rawOf(length > MAX_RECORD_BYTES ? bytes.subarray(0, KEPT_BYTES) : bytes);
