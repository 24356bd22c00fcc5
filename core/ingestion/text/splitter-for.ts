import type { FileFormat } from '#core/ingestion/format.ts';
import { type CsvDialect, isUtf16, PLAIN_CSV } from './csv-dialect.ts';
import { CsvSplitter } from './split-csv.ts';
import { CsvDialectSplitter } from './split-csv-dialect.ts';
import { type JsonFrame, JsonSplitter } from './split-json.ts';
import { LineSplitter } from './split-lines.ts';
import { Utf16Splitter } from './split-utf16.ts';
import type { Splitter } from './splitter.ts';

/**
 * What cuts a text of this format into records.
 * @param start where in the text it begins: at the beginning of a record
 * @param frame what it begins in there, of JSON
 * @param csv how a CSV is written, if not as usual
 */
export function splitterFor(
  format: Exclude<FileFormat, 'parquet'>,
  start = 0,
  frame?: JsonFrame,
  csv?: CsvDialect,
): Splitter {
  if (format === 'csv') return csvSplitter(start, csv);
  return format === 'json' ? new JsonSplitter(start, frame) : new LineSplitter(start);
}

/** What cuts a CSV into rows. @param start where in the text it begins: at the beginning of a row */
export function csvSplitter(start: number, csv: CsvDialect = PLAIN_CSV): Splitter {
  const isUsual = csv.delimiter === ',' && csv.quote === '"' && csv.escape === 'double' && csv.comment === undefined;
  const splitter = isUsual ? new CsvSplitter(start) : new CsvDialectSplitter(start, csv);
  return isUtf16(csv.encoding) ? new Utf16Splitter(splitter, csv.encoding, start) : splitter;
}
