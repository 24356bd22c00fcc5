import type { FileFormat } from '#core/ingestion/format.ts';
import { CsvSplitter } from './split-csv.ts';
import { type JsonFrame, JsonSplitter } from './split-json.ts';
import { LineSplitter } from './split-lines.ts';
import type { Splitter } from './splitter.ts';

/**
 * What cuts a text of this format into records.
 * @param start where in the text it begins: at the beginning of a record
 * @param frame what it begins in there, of JSON
 */
export function splitterFor(format: Exclude<FileFormat, 'parquet'>, start = 0, frame?: JsonFrame): Splitter {
  if (format === 'csv') return new CsvSplitter(start);
  return format === 'json' ? new JsonSplitter(start, frame) : new LineSplitter(start);
}
