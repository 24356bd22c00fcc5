import type { FileFormat } from '#core/ingestion/format.ts';
import { type CsvDialect, PLAIN_CSV } from '#core/ingestion/text/csv-dialect.ts';
import { type JsonFrame, JsonSplitter } from '#core/ingestion/text/split-json.ts';
import type { RawRecord, Splitter } from '#core/ingestion/text/splitter.ts';
import { splitterFor } from '#core/ingestion/text/splitter-for.ts';
import type { Rejection } from '#core/record/record.ts';
import type { Chunk } from './chunk.ts';
import { MAX_ROWS_PER_CHUNK } from './chunk-rows.ts';

export type TextFormat = Exclude<FileFormat, 'parquet'>;

/** What chunks of a CSV say of its columns and its way of writing. */
export interface CsvLayout {
  readonly header: readonly string[];
  readonly csv?: CsvDialect;
}

/** One pass over the bytes of a text: where records end near every `targetBytes`, or there are very many of them, and how many there are. */
export class TextCutter {
  readonly #format: TextFormat;
  readonly #targetBytes: number;
  readonly #splitter: Splitter;
  readonly #chunks: Chunk[] = [];
  readonly #layout: CsvLayout | undefined;
  /** Rows before the first record. */
  #skip: number;
  #start = 0;
  #firstRow = 1;
  #rows = 0;
  #frame: JsonFrame | undefined;

  constructor(format: TextFormat, targetBytes: number, layout?: CsvLayout) {
    this.#format = format;
    this.#targetBytes = targetBytes;
    this.#layout = layout;
    this.#skip = layout ? (layout.csv ?? PLAIN_CSV).skip : 0;
    this.#splitter = splitterFor(format, 0, undefined, layout?.csv);
  }

  /** @returns whether there can be records after this piece */
  push(block: Uint8Array): boolean {
    this.#take(this.#splitter.push(block));
    return !this.#splitter.lost;
  }

  /**
   * @param size of the text
   * @param broken why the text has no end, if so; what was not finished before it is no record
   * @returns the chunks, in order; together they cover the text exactly once. None where there is no record
   */
  end(size: number, broken?: Rejection): Chunk[] {
    if (!broken) this.#take(this.#splitter.end());
    const last = this.#chunks.pop();
    if (last && this.#rows === 0) this.#chunks.push({ ...last, end: size });
    else {
      if (last) this.#chunks.push(last);
      // Of an array somebody has to see whether it ends.
      else if (this.#rows === 0 && this.#format !== 'json' && !broken) return [];
      this.#close(size);
    }
    return this.#chunks.map((chunk, i, all) => {
      if (i < all.length - 1) return { ...chunk, goesOn: true };
      return broken ? { ...chunk, broken } : chunk;
    });
  }

  #take(records: readonly RawRecord[]): void {
    for (const record of records) {
      if (this.#skip > 0) this.#skip--;
      else {
        this.#rows++;
        if (record.end - this.#start >= this.#targetBytes || this.#rows === MAX_ROWS_PER_CHUNK) this.#close(record.end);
      }
    }
  }

  #close(end: number): void {
    const frame = this.#frame;
    this.#chunks.push({
      index: this.#chunks.length,
      start: this.#start,
      end,
      firstRow: this.#firstRow,
      rows: this.#rows,
      ...this.#layout,
      ...(frame && { frame }),
    });
    this.#start = end;
    this.#firstRow += this.#rows;
    this.#rows = 0;
    if (this.#splitter instanceof JsonSplitter) this.#frame = this.#splitter.frame;
  }
}
