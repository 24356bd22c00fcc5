/** Characters that make a spreadsheet take a text for a formula. */
const FORMULA_START = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * One field of a CSV file (RFC 4180). A text that a spreadsheet would run as a formula gets a `'` in front
 * (docs/architecture.md, "Hostile input"); numbers and booleans are written as they are, everything that is no scalar is
 * left empty (aep.md §6.3).
 */
export function csvField(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  const harmless = FORMULA_START.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One line of a CSV file, with its end (CRLF). */
export const csvLine = (values: readonly unknown[]): string => `${values.map(csvField).join(',')}\r\n`;
