import type { Rejection } from '#core/record/record.ts';
import type { CsvDialect } from '../text/csv-dialect.ts';
import type { JsonFrame } from '../text/split-json.ts';

/** A part of a file that one worker reads; plain data, so that it can travel. */
export interface Chunk {
  readonly index: number;
  /** Byte, or row group of a Parquet file. */
  readonly start: number;
  /** Not included. */
  readonly end: number;
  /** 1-based number of its first record in the file. */
  readonly firstRow: number;
  /** Of a Parquet file, where it is only a part of one row group: rows of the row group that lie before it. */
  readonly skip?: number;
  /** How many records it has, where that is known without unpacking the file. */
  readonly rows?: number;
  /** CSV: the names of the columns as the mapping has them; '' for one that nobody reads. */
  readonly header?: readonly string[];
  /** CSV: how it is written, if not as usual. */
  readonly csv?: CsvDialect;
  /** JSON: what its first record stands in; left out for a chunk that begins where the file does. */
  readonly frame?: JsonFrame;
  /** Another chunk of the file follows. */
  readonly goesOn?: boolean;
  /** Why there is nothing to be read after its last record, where the file has no end. */
  readonly broken?: Rejection;
}
