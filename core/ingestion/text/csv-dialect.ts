import type { CsvEncoding, Thousands } from './csv-settings.ts';

/** How a CSV file is written; plain data, which travels with the chunks of the file. */
export interface CsvDialect {
  /** One character of ASCII. */
  readonly delimiter: string;
  /** '' where nothing is quoted. */
  readonly quote: '"' | "'" | '';
  readonly escape: 'double' | 'backslash';
  readonly encoding: CsvEncoding;
  /** What comments begin with. */
  readonly comment?: string;
  /** Rows before the first record: the header, and what stands around it. */
  readonly skip: number;
  /** The names of columns may be written in any case. */
  readonly anyCase?: true;
  /** Cells (0-based) that are numbers, written with something else than a decimal point. */
  readonly numbers?: NumberFormat & { readonly columns: readonly number[] };
  /** Cells (0-based) that are booleans, in words of the dataset's own, in lower case. */
  readonly booleans?: {
    readonly columns: readonly number[];
    readonly true: readonly string[];
    readonly false: readonly string[];
  };
}

export interface NumberFormat {
  readonly decimal: '.' | ',';
  readonly thousands: Thousands;
}

/** RFC 4180 in UTF-8, with a header: what chunks of files are that say nothing else. */
export const PLAIN_CSV: CsvDialect = { delimiter: ',', quote: '"', escape: 'double', encoding: 'utf-8', skip: 1 };

const PLAIN_KEYS = Object.keys(PLAIN_CSV) as (keyof CsvDialect)[];

/** Whether a dialect needs not be said. */
export const isPlainCsv = (csv: CsvDialect): boolean =>
  Object.keys(csv).length === PLAIN_KEYS.length && PLAIN_KEYS.every((key) => csv[key] === PLAIN_CSV[key]);

/** Bytes of a character are two, and none of them by itself says anything. */
export const isUtf16 = (encoding: CsvEncoding): encoding is 'utf-16le' | 'utf-16be' => encoding.startsWith('utf-16');

const NAMES: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

/** What people call a delimiter. */
export const delimiterName = (delimiter: string): string => NAMES[delimiter] ?? JSON.stringify(delimiter);
