import { FileRejectedError } from '#core/record/record.ts';
import { closest } from '#core/util/did-you-mean.ts';
import type { ColumnSettings } from './text/csv-settings.ts';

/** Of the columns that a mapping reads, so many are told. */
const MAX_NAMES = 20;

/**
 * A column that was renamed at the source would be as an empty cell of every row: everybody would lose a value, leave an
 * audience, and nothing would be wrong. So a file that lacks one is rejected, unless its rule says that it may be missing.
 * @param names of the columns that the file has
 * @param isHeader whether they are the first line of a CSV, which may be no header
 * @throws FileRejectedError `invalid-header`; of the names in the file only those are told that nearly are in the mapping,
 *   for the others may be a person's data
 */
export function rejectMissingColumns(names: readonly string[], settings: ColumnSettings, isHeader: boolean): void {
  const there = new Set(names);
  const isThere = (name: string): boolean =>
    there.has(name) || settings.instead?.get(name)?.every((path) => there.has(path)) === true;
  const missing = settings.required.filter((name) => !isThere(name));
  if (missing.length === 0) return;
  const read = settings.read ?? new Set(settings.required);
  const isForeign = ![...read].some((name) => there.has(name));
  const unread = names.filter((name) => name !== '' && !read.has(name));
  // One that may be missing is told as well where another name for it is there.
  const optional = [...read].filter((name) => !isThere(name) && !missing.includes(name) && similar(name, unread));
  const named = [...missing, ...optional].map((name) => {
    const other = similar(name, unread);
    return other === undefined ? `"${name}"` : `"${name}" (the file has "${other}")`;
  });
  const more = named.length > MAX_NAMES ? ', …' : '';
  const list = named.slice(0, MAX_NAMES).join(', ') + more;
  const advice =
    'Name the columns as the mapping does, or change the mapping; a rule with optional: true goes without its column' +
    (isHeader ? ', and csv: {header: any-case} takes names in any case' : '');
  throw new FileRejectedError({
    code: 'invalid-header',
    message:
      isForeign && isHeader
        ? `The first line has none of the columns that the mapping of the dataset reads; perhaps it is no header, or the names are written otherwise. It lacks ${list}. ${advice}`
        : `The file lacks columns that the mapping of the dataset reads: ${list}. ${advice}`,
    expected: `columns ${missing.slice(0, MAX_NAMES).join(', ')}${missing.length > MAX_NAMES ? ', …' : ''}`,
    found: `${names.length} ${isForeign ? 'other ' : ''}columns`,
  });
}

const letters = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** The name that was probably meant: the same but for capitals and signs, or with few other letters. */
function similar(name: string, others: readonly string[]): string | undefined {
  const wanted = letters(name);
  return others.find((other) => letters(other) === wanted) ?? closest(name, others.slice(0, 1_000));
}
