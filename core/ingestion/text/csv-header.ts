import { FileRejectedError } from '#core/record/record.ts';
import { rejectMissingColumns } from '../missing-columns.ts';
import { delimiterName } from './csv-dialect.ts';
import type { ColumnSettings, CsvSettings } from './csv-settings.ts';
import { isUnsafeKey } from './decode-json.ts';

/** A header travels with every chunk of its file. */
const MAX_HEADER_BYTES = 65_536;

/**
 * The names of the columns as the mapping has them. A column without a name is one that nobody reads, as the index that
 * pandas writes; so is one whose name two have, if the mapping does not read it. What is wrong is told by number: a file
 * without a header would show a person's data.
 * @throws FileRejectedError `invalid-header`
 */
export function resolveHeader(
  names: readonly string[],
  { header }: Pick<CsvSettings, 'header'>,
  columns: ColumnSettings,
): readonly string[] {
  rejectLongHeader(names);
  const reserved = names.findIndex((name) => name.split('.').some(isUnsafeKey));
  if (reserved >= 0) throw invalidHeader(`The name of column ${reserved + 1} is reserved`, 'another name');
  if (names.every((name) => name === '')) throw invalidHeader('No column has a name', 'names of columns');
  const resolved = header === 'any-case' ? inCaseOfMapping(names, columns) : names;
  rejectDoubled(resolved, columns);
  if (!columns.areFields?.(resolved)) rejectMissingColumns(resolved, columns, header !== 'none');
  return resolved;
}

/** @throws FileRejectedError where the header is larger than one may be, in the file or as it travels */
export function rejectLongHeader(names: readonly string[]): void {
  // With escapes, control characters are six times as long.
  const length = Buffer.byteLength(JSON.stringify(names));
  if (length > 2 * MAX_HEADER_BYTES) {
    throw invalidHeader('The header is too long', `at most ${MAX_HEADER_BYTES} bytes`, `${length} bytes, as JSON`);
  }
}

/** @throws FileRejectedError @param length in bytes */
export function rejectLongLine(length: number): void {
  if (length > MAX_HEADER_BYTES) {
    throw invalidHeader('The header is too long', `at most ${MAX_HEADER_BYTES} bytes`, `${length} bytes`);
  }
}

/** @throws FileRejectedError where the only column has others in it */
export function rejectOneColumn(names: readonly string[], delimiter: string): void {
  if (names.length !== 1 || ![',', ';', '\t', '|'].some((other) => other !== delimiter && names[0]!.includes(other)))
    return;
  throw invalidHeader(
    `The columns are not separated by ${delimiterName(delimiter)}`,
    delimiterName(delimiter),
    'another character between the columns',
  );
}

function inCaseOfMapping(names: readonly string[], { required, read }: ColumnSettings): readonly string[] {
  const known = new Set([...required, ...(read ?? [])]);
  const byLowerCase = new Map([...known].map((name) => [name.toLowerCase(), name]));
  return names.map((name) => (known.has(name) ? name : (byLowerCase.get(name.toLowerCase()) ?? name)));
}

function rejectDoubled(names: readonly string[], { read }: ColumnSettings): void {
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    if (name === '' || (read && !read.has(name))) continue;
    const first = seen.get(name);
    if (first !== undefined) {
      throw invalidHeader(`Columns ${first} and ${i + 1} have the same name`, 'a different name for every column');
    }
    seen.set(name, i + 1);
  }
}

/** A header that cannot be used. */
export const invalidHeader = (message: string, expected: string, found?: string): FileRejectedError =>
  new FileRejectedError({
    code: 'invalid-header',
    message: `${message}. The first line of a CSV file names its columns`,
    expected,
    ...(found === undefined ? {} : { found }),
  });
