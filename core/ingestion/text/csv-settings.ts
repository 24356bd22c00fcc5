import * as z from 'zod';

/** Encodings of CSV files in which commas, quotes and line ends are the bytes of ASCII, and UTF-16. */
export const CSV_ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'iso-8859-2',
  'iso-8859-15',
] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];

/** What may stand between the groups of three digits; '' for nothing. */
export const THOUSANDS = ['', ',', '.', ' ', "'"] as const;
export type Thousands = (typeof THOUSANDS)[number];

/** Letters, digits, signs and dots are in values; blanks are around them. */
const isDelimiter = (text: string): boolean =>
  /^[!#$%&*,/:;<=>?@^`|~]$/.test(text) || (text.length === 1 && text > '\u0000' && text < ' ' && !/[\n\r]/.test(text));

/** What may stand between cells: one character, or `tab`. */
export const csvDelimiter = z
  .string()
  .transform((text) => (text === 'tab' ? '\t' : text))
  .refine(isDelimiter, 'one character such as ";", "|" or "tab", and no letter, digit, quote or blank');

const words = z.array(z.string().trim()).min(1);

/** How the CSV files of a dataset are written (`csv`). What is omitted is found out of each file, see `detectCsv`. */
export const csvSettings = z
  .strictObject({
    delimiter: csvDelimiter.optional(),
    decimal: z.enum(['.', ',']).optional(),
    thousands: z.enum(THOUSANDS).optional(),
    encoding: z.enum(CSV_ENCODINGS).optional(),
    quote: z.enum(['"', "'", 'none']).optional(),
    /** How a quote inside quotes is written: twice (RFC 4180), or after a backslash. */
    escape: z.enum(['double', 'backslash']).optional(),
    /** Whether the names of columns have to be written as in the mapping, or there are none. */
    header: z.enum(['exact', 'any-case', 'none']).default('exact'),
    /** The names of the columns where the file has none. */
    columns: z.array(z.string().trim().min(1)).min(1).max(10_000).optional(),
    /** Lines that begin with this are none. */
    comment: z
      .string()
      .regex(/^[!#$%&*/;<=>?@^|~-]$/, 'one character such as "#"')
      .optional(),
    /** What cells of boolean columns say, in any case; instead of true, false, yes, no and their like. */
    booleans: z.strictObject({ true: words, false: words }).optional(),
  })
  .superRefine((settings, context) => {
    for (const [key, message] of Object.entries(contradictionsIn(settings))) {
      if (message) context.addIssue({ code: 'custom', path: [key], message });
    }
  });
export type CsvSettings = z.output<typeof csvSettings>;

function contradictionsIn({
  header,
  columns,
  decimal,
  thousands,
  delimiter: between,
  comment,
  quote,
  booleans,
}: Omit<CsvSettings, 'escape'>): Readonly<Record<string, string | false>> {
  const lower = (list: readonly string[] = []): string[] => list.map((word) => word.toLowerCase());
  const both = new Set(lower(booleans?.true)).intersection(new Set(lower(booleans?.false)));
  return {
    columns:
      header === 'none'
        ? columns === undefined
          ? 'give the names of the columns, in their order: the files have none (header: none)'
          : new Set(columns).size < columns.length && 'each name once'
        : columns !== undefined && 'only with header: none; otherwise the file names its columns',
    thousands: thousands !== undefined && thousands === decimal && 'another character than "decimal"',
    comment: comment !== undefined && comment === between && 'another character than "delimiter"',
    delimiter: between !== undefined && between === quote && 'another character than "quote"',
    booleans: both.size > 0 && `"${[...both][0]}" cannot be both true and false`,
  };
}

/** Nothing is given: all of it is found out. */
export const NO_CSV_SETTINGS: CsvSettings = { header: 'exact' };

/** What a dataset does with the columns of its files. */
export interface ColumnSettings {
  /** Columns that have to be in a file: it is rejected without them. */
  readonly required: readonly string[];
  /** Columns that are there in the place of a required one: its fields themselves, by their paths. */
  readonly instead?: ReadonlyMap<string, readonly string[]>;
  /** All columns that are read, where a mapping says which; undefined where each column is a field of its name. */
  readonly read?: ReadonlySet<string>;
  /** What the field holds that a column becomes, where it is no text. */
  kindOf(column: string): 'number' | 'boolean' | undefined;
  /** Whether columns are named as the fields of the schema, and were not written for the mapping. */
  areFields?(columns: readonly string[]): boolean;
  /** The same of a record of another form. */
  isOfSchema?(record: Readonly<Record<string, unknown>>): boolean;
}

/** Every column is text, and a field of its name. */
export const ANY_COLUMNS: ColumnSettings = { required: [], kindOf: () => undefined };
