/** The numbers of a receipt: what the hub made of inbound files (aep.md §7.6). */
export interface Receipt {
  readonly files: readonly string[];
  readonly received: number;
  readonly formatErrors: number;
  readonly invalidAamIds: number;
  readonly noMatchingAamIds: number;
  readonly noTraitRealized: number;
  readonly processed: number;
  /** As the receipt prints it. */
  readonly stored: number;
  /** What follows from the other numbers (AAM-RCPT-1). */
  readonly expectedStored: number;
  /** Other lines with a number, by their name. */
  readonly others: Readonly<Record<string, number>>;
}

const NUMBERS = {
  'records received': 'received',
  'format errors': 'formatErrors',
  'invalid aam id': 'invalidAamIds',
  'invalid aam ids': 'invalidAamIds',
  'no matching aam id': 'noMatchingAamIds',
  'no trait realized': 'noTraitRealized',
  'records processed': 'processed',
  'stored records': 'stored',
} as const;
type Name = (typeof NUMBERS)[keyof typeof NUMBERS];
const BY_LABEL: ReadonlyMap<string, Name> = new Map(Object.entries(NUMBERS));
const NEEDED: readonly Name[] = [...new Set(Object.values(NUMBERS))];

const FILE = /.\.(?:sync|overwrite)(?:\.\d+)?(?:\.gz)?$/;
const LABEL = /^[A-Za-z][A-Za-z ]*$/;
const NUMBER = /^[\d,]+$/;
/** What mail programs put before a line that they quote. */
const QUOTED = /^[>\s*]+/;

/**
 * Reads a receipt, as it comes by mail. Stored = processed − format errors − invalid ids − ids without match − records
 * that realize no trait.
 * @throws Error naming the lines that are missing
 */
export function readReceipt(text: string): Receipt {
  const numbers = new Map<Name, number>();
  const others: Record<string, number> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const label = line.slice(0, Math.max(0, colon)).replace(QUOTED, '').trimEnd();
    const digits = line.slice(colon + 1).trim();
    if (!LABEL.test(label) || !NUMBER.test(digits)) continue;
    const name = BY_LABEL.get(label.toLowerCase());
    const value = Number(digits.replaceAll(',', ''));
    if (name) numbers.set(name, value);
    else others[label] = value;
  }
  const missing = NEEDED.filter((name) => !numbers.has(name));
  if (missing.length > 0) throw new Error(`This is no receipt of Audience Manager; it lacks: ${missing.join(', ')}`);
  const found = Object.fromEntries(numbers) as Record<Name, number>;
  const lost = found.formatErrors + found.invalidAamIds + found.noMatchingAamIds + found.noTraitRealized;
  return {
    files: text.split(/\s+/).filter((word) => FILE.test(word)),
    ...found,
    expectedStored: found.processed - lost,
    others,
  };
}
