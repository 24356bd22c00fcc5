import { gzipSync } from 'node:zlib';
import { lowerCaseCodes } from '#core/activation/identity-map.ts';
import { csvLine } from './csv.ts';
import type { ExportFile } from './export-file.ts';
import type { ParquetCodec } from './parquet.ts';

export const FILE_FORMATS = ['csv', 'json', 'parquet'] as const;
export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'zstd'] as const;

/** How the rows of a file are written. */
export interface FileFormat {
  /** @default csv */
  readonly format?: (typeof FILE_FORMATS)[number] | undefined;
  /** @default none; of Parquet snappy */
  readonly compression?: (typeof COMPRESSIONS)[number] | undefined;
}

/** Whether a format can be compressed so: texts as a whole by gzip, Parquet inside. */
export const isCompressible = ({ format, compression = 'none' }: FileFormat): boolean =>
  format === 'parquet' || compression === 'none' || compression === 'gzip';

/** One row: a value for each column. The time of its qualification is a date. */
export type Cells = readonly unknown[];

/** Makes files of rows. Rows are held as they will be written, so that millions of them fit into memory. */
export interface RowWriter<T = unknown> {
  /** What file names end with. */
  readonly ending: string;
  readonly contentType: string;
  row(cells: Cells): T;
  /** In characters: how much of a file it is. */
  size(row: T): number;
  file(rows: readonly T[]): Pick<ExportFile, 'body' | 'bytes' | 'encode'>;
}

/** @param columns their names, as they stand in the file */
export function rowWriter({ format, compression }: FileFormat, columns: readonly string[]): RowWriter {
  if (format === 'parquet') return parquetWriter(columns, CODECS[compression ?? 'snappy']) as RowWriter;
  const texts = format === 'json' ? jsonWriter(columns) : csvWriter(columns);
  return (compression === 'gzip' ? gzipped(texts) : texts) as RowWriter;
}

const CODECS: Readonly<Record<NonNullable<FileFormat['compression']>, ParquetCodec>> = {
  none: 'UNCOMPRESSED',
  gzip: 'GZIP',
  snappy: 'SNAPPY',
  zstd: 'ZSTD',
};

const csvWriter = (columns: readonly string[]): RowWriter<string> => ({
  ending: '.csv',
  contentType: 'text/csv; charset=utf-8',
  row: (cells) => csvLine(cells.map((cell, i) => asText(columns[i]!, cell))),
  size: (line) => line.length,
  file: (lines) => ({ body: csvLine(columns) + lines.join('') }),
});

/** A line for each row (NDJSON). What is empty in a CSV file is not there. */
const jsonWriter = (columns: readonly string[]): RowWriter<string> => ({
  ending: '.json',
  contentType: 'application/x-ndjson',
  row: (cells) => `${JSON.stringify(objectOf(columns, cells))}\n`,
  size: (line) => line.length,
  file: (lines) => ({ body: lines.join('') }),
});

function objectOf(columns: readonly string[], cells: Cells): Record<string, unknown> {
  const entries = columns.flatMap((name, i) => {
    const value = name === 'identityMap' && isObject(cells[i]) ? lowerCaseCodes(cells[i]) : asScalar(cells[i]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

const gzipped = (writer: RowWriter<string>): RowWriter<string> => ({
  ...writer,
  ending: `${writer.ending}.gz`,
  contentType: 'application/gzip',
  file: (rows) => {
    const { body } = writer.file(rows);
    return { body, bytes: gzipSync(body) };
  },
});

/** Columns are texts, so that every file has the same schema; the time of the qualification is a timestamp. */
function parquetWriter(columns: readonly string[], codec: ParquetCodec): RowWriter<readonly (string | Date | null)[]> {
  const readable = jsonWriter(columns);
  return {
    ending: '.parquet',
    contentType: 'application/vnd.apache.parquet',
    row: (cells) => cells.map((cell, i) => (cell instanceof Date ? cell : asNullableText(asText(columns[i]!, cell)))),
    size: (row) => row.reduce((sum: number, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0),
    file: (rows) => ({
      // Loaded where it is needed: the library does without.
      encode: async () => (await import('./parquet.ts')).parquetFile(columns, rows, codec),
      // For whoever looks at it: made only then.
      get body() {
        return readable.file(rows.map((row) => readable.row(row))).body;
      },
    }),
  };
}

/** The one thing in a file that is no scalar: all identities, as JSON. */
const asText = (column: string, value: unknown): unknown => {
  if (value instanceof Date) return value.toISOString();
  return column === 'identityMap' && isObject(value) ? JSON.stringify(lowerCaseCodes(value)) : value;
};

const asScalar = (value: unknown): unknown => {
  if (value instanceof Date) return value.toISOString();
  return ['string', 'number', 'boolean'].includes(typeof value) ? value : undefined;
};

const asNullableText = (value: unknown): string | null => {
  const scalar = asScalar(value);
  return scalar === undefined ? null : String(scalar);
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
