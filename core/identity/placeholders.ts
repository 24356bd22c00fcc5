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

/** The longest text that is looked for among placeholders: the zero of a UUID. */
const MAX_LENGTH = 36;
/** `0`, `-`, `000000`, `00000000-0000-0000-0000-000000000000`, `----`. */
const ZEROS_AND_DASHES = /^[0\-–—_.?]+$/;
const STANDARD: ReadonlySet<string> = new Set(PLACEHOLDERS);

/** Whether a value is nothing but white space: no identity. */
export const isBlank = (value: string): boolean => value.trim() === '';

/** Whether a value can name nobody, whatever is set: empty, blank or one of AEP's placeholders (aep.md §3.3). */
export const isBlockedValue = (value: string): boolean =>
  isBlank(value) || (value.length <= MAX_LENGTH && ALWAYS_BLOCKED.has(value.trim().toLowerCase()));

/** How a value is compared with blocked ones. */
export const asBlocked = (value: string): string => value.trim().toLowerCase();

/** Whether it is one of the placeholders that are blocked by default. @param text as {@link asBlocked} gives it */
export const isPlaceholder = (text: string): boolean =>
  text.length <= MAX_LENGTH && (STANDARD.has(text) || ZEROS_AND_DASHES.test(text));
