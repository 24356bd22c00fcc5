/**
 * Values that name nobody: what software and people write where they have nothing to say. Two records with one of them
 * would else be one person.
 */

/** Blocked always (aep.md §3.3), with `undefined`; empty and blank values as well. In lower case. */
export const ALWAYS_BLOCKED: ReadonlySet<string> = new Set(['null', 'anonymous', 'invalid', 'undefined']);

/** Blocked unless settings say `blockPlaceholders: false`; in lower case. Zeros and dashes alone are besides. */
export const PLACEHOLDERS: readonly string[] = [
  // People.
  ...['n/a', 'n.a.', 'na', 'none', 'unknown', 'unassigned', 'empty', 'missing', 'not set', 'not available'],
  ...['not applicable', 'not provided', 'no email', 'no e-mail', 'no phone', '.', '?'],
  // Databases, Python and R, spreadsheets, analytics, JavaScript.
  ...['\\n', '(null)', '<null>', '[null]', 'nil', 'nan', 'nat', '<na>', '-1'],
  ...['#n/a', '#na', '#null!', '#ref!', '#value!', '#name?', '(not set)', '(none)', '(empty)', '(blank)'],
  '[object object]',
];

/** `0`, `-`, `000000`, `00000000-0000-0000-0000-000000000000`, `----`; nothing longer than the zero of a UUID. */
const ZEROS_AND_DASHES = /^[0\-–—_.?]{1,36}$/;
const ZEROS_LENGTH = 36;
const ASCII = 128;

/** Whether a value is nothing but white space: no identity. */
export const isBlank = (value: string): boolean => value.trim() === '';

/** How a value is compared with blocked ones. */
export const asBlocked = (value: string): string => value.trim().toLowerCase();

/**
 * Whether values can name nobody: because they are blank, are among some texts, or, with placeholders, say nothing. Nearly
 * all that comes is none of them, and is known by its length and its first letter.
 * @param texts as {@link asBlocked} gives them
 */
export function compileBlocked(texts: Iterable<string>, placeholders: boolean): (value: string) => boolean {
  const blocked = new Set([...ALWAYS_BLOCKED, ...texts, ...(placeholders ? PLACEHOLDERS : [])]);
  const longest = Math.max(placeholders ? ZEROS_LENGTH : 0, ...[...blocked].map(({ length }) => length));
  const first = new Uint8Array(ASCII);
  for (const text of [...blocked, ...(placeholders ? '0-_.?' : '')]) {
    for (const letter of [text.charAt(0), text.charAt(0).toUpperCase()]) {
      if (letter.charCodeAt(0) < ASCII) first[letter.charCodeAt(0)] = 1;
    }
  }
  return (value) => {
    const text = value.trim();
    const code = text.charCodeAt(0);
    if (text.length > longest || (code < ASCII && first[code] === 0)) return false;
    return text === '' || blocked.has(text.toLowerCase()) || (placeholders && ZEROS_AND_DASHES.test(text));
  };
}

/** Whether a value can name nobody, whatever is set: empty, blank or one of AEP's placeholders (aep.md §3.3). */
export const isBlockedValue = compileBlocked([], false);
