import type { FileFormat } from '#core/ingestion/format.ts';
import { readHeader } from '#core/ingestion/text/csv-rows.ts';
import { type JsonFrame, JsonSplitter } from '#core/ingestion/text/split-json.ts';
import type { RawRecord, Splitter } from '#core/ingestion/text/splitter.ts';
import { splitterFor } from '#core/ingestion/text/splitter-for.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import type { Chunk } from './chunk.ts';
import { MAX_ROWS_PER_CHUNK } from './chunk-rows.ts';

export type TextFormat = Exclude<FileFormat, 'parquet'>;

/** One pass over the bytes of a text: where records end near every `targetBytes`, or there are very many of them, and how many there are. */
export class TextCutter {
  readonly #format: TextFormat;
  readonly #targetBytes: number;
  readonly #splitter: Splitter;
  readonly #chunks: Chunk[] = [];
  #header: readonly string[] | undefined;
  #start = 0;
  #firstRow = 1;
  #rows = 0;
  #frame: JsonFrame | undefined;

  constructor(format: TextFormat, targetBytes: number) {
    this.#format = format;
    this.#targetBytes = targetBytes;
    this.#splitter = splitterFor(format);
  }

  /**
   * @returns whether there can be records after this piece
   * @throws FileRejectedError when the header of a CSV is none
   */
  push(block: Uint8Array): boolean {
    this.#take(this.#splitter.push(block));
    return !this.#splitter.lost;
  }

  /**
   * @param size of the text
   * @param broken why the text has no end, if so; what was not finished before it is no record
   * @returns the chunks, in order; together they cover the text exactly once
   * @throws FileRejectedError when there is no record
   */
  end(size: number, broken?: Rejection): Chunk[] {
    if (!broken) this.#take(this.#splitter.end());
    const last = this.#chunks.pop();
    if (last && this.#rows === 0) this.#chunks.push({ ...last, end: size });
    else {
      if (last) this.#chunks.push(last);
      // An array without elements is a file without records, and no mistake.
      else if (this.#rows === 0 && this.#format !== 'json' && !broken) throw emptyFile();
      this.#close(size);
    }
    return this.#chunks.map((chunk, i, all) => {
      if (i < all.length - 1) return { ...chunk, goesOn: true };
      return broken ? { ...chunk, broken } : chunk;
    });
  }

  #take(records: readonly RawRecord[]): void {
    for (const record of records) {
      if (this.#format === 'csv' && !this.#header) this.#header = readHeader(record);
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
      ...(this.#header && { header: this.#header }),
      ...(frame && { frame }),
    });
    this.#start = end;
    this.#firstRow += this.#rows;
    this.#rows = 0;
    if (this.#splitter instanceof JsonSplitter) this.#frame = this.#splitter.frame;
  }
}

/** Says that a file holds no record. */
export const emptyFile = (): FileRejectedError =>
  new FileRejectedError({ code: 'empty-file', message: 'The file is empty', expected: 'at least one record' });
