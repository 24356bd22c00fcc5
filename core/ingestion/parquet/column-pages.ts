import type { RowGroup } from 'hyparquet';
import type { Budget } from './budget.ts';
import type { Codec } from './codecs.ts';
import { dictionaryOf, valuesOf } from './encodings.ts';
import { type PageStart, pageOf } from './offset-index.ts';
import { type DataHeader, isData, type PageHeader, readHeader, rowsOfPage } from './page-header.ts';
import { type DataPage, openDictionary, openPage } from './pages.ts';
import { attempt, expectThat } from './parse-error.ts';
import type { Leaf } from './schema.ts';
import type { Values } from './values.ts';
import type { ByteWindow } from './window.ts';

const HEADER_BYTES = 16_384;
const MAX_HEADER_BYTES = 16 * 1_048_576;
/** Dictionaries are also held as values. */
const DICTIONARY_FACTOR = 3;
const UNKNOWN = Number.POSITIVE_INFINITY;

/** A page of values that are about to be decoded. */
export interface OpenPage extends DataPage {
  readonly decoder: Values;
  /** What it has taken of the budget, to be given back by whoever has read it. */
  readonly held: number;
}

/** The pages of a column of a row group, one after the other, and the dictionary that they share. */
export class ColumnPages {
  readonly #leaf: Leaf;
  readonly #codec: Codec;
  readonly #window: ByteWindow;
  readonly #budget: Budget;
  /** Values that were not seen yet, of all pages; unknown where not all of these are read. */
  #unseen: number;
  #offset: number;
  #dictionary: readonly unknown[] | undefined;

  constructor(leaf: Leaf, chunk: RowGroup['columns'][number], start: number, window: ByteWindow, budget: Budget) {
    this.#leaf = leaf;
    this.#codec = chunk.meta_data!.codec;
    this.#unseen = Number(chunk.meta_data!.num_values);
    this.#offset = start;
    this.#window = window;
    this.#budget = budget;
  }

  get isAtEnd(): boolean {
    return this.#unseen === 0 || (this.#unseen === UNKNOWN && this.#offset >= this.#window.end);
  }

  /**
   * Goes on by one page.
   * @param skipRows are not needed
   * @returns the page, if it is one of values; or how many rows were passed over because none of its rows is needed
   * @throws FileRejectedError; what the place of the file throws
   */
  async next(skipRows = 0): Promise<{ readonly page?: OpenPage | undefined; readonly passed: number }> {
    attempt(() => expectThat(!this.isAtEnd, 'a column has fewer rows than the others'));
    const { header, at } = await this.#header();
    const size = header.packed;
    if (isData(header)) {
      const rows = rowsOfPage(header, this.#leaf);
      if (rows !== undefined && rows > 0 && rows <= skipRows) {
        this.#offset = at + size;
        attempt(() => this.#see(header));
        return { passed: rows };
      }
    }
    const bytes = await this.#window.from(at, size);
    const page = attempt(() => {
      expectThat(bytes.length >= size, 'a page is cut off');
      return this.#open(header, bytes.subarray(0, size));
    });
    this.#offset = at + size;
    return { page, passed: 0 };
  }

  /** Goes to the page that holds a row. @returns rows still to be passed over */
  async jump(rows: number, pages: readonly PageStart[]): Promise<number> {
    const target = pageOf(pages, rows);
    if (target.firstRow > 0) {
      if (this.#offset < pages[0]!.offset) await this.#readDictionary();
      this.#offset = target.offset;
    }
    this.#unseen = UNKNOWN;
    return rows - target.firstRow;
  }

  /** It lies before the first page of values. */
  async #readDictionary(): Promise<void> {
    const { page } = await this.next();
    attempt(() => expectThat(page === undefined, 'the index of its pages does not fit'));
  }

  async #header(): Promise<{ header: PageHeader; at: number }> {
    for (let length = HEADER_BYTES; ; length *= 4) {
      const bytes = await this.#window.from(this.#offset, length);
      const read = attempt(() => {
        const found = readHeader(bytes, 0);
        const isMore = this.#offset + bytes.length < this.#window.end && length < MAX_HEADER_BYTES;
        expectThat(found !== undefined || isMore, 'the header of a page is cut off');
        return found;
      });
      if (read) return { header: read.header, at: this.#offset + read.length };
    }
  }

  #open(header: PageHeader, body: Uint8Array): OpenPage | undefined {
    const size = header.unpacked;
    if (header.kind === 'dictionary') {
      expectThat(this.#dictionary === undefined, 'a column has two dictionaries');
      this.#budget.take(DICTIONARY_FACTOR * size);
      const values = openDictionary(header, body, this.#codec);
      this.#dictionary = dictionaryOf(this.#leaf, values, header.count);
      return undefined;
    }
    // Others may come in between; they hold no values.
    if (!isData(header)) return undefined;
    this.#see(header);
    this.#budget.take(size);
    const page = openPage(header, body, this.#codec, this.#leaf);
    const decoder = valuesOf(page.encoding, this.#leaf, page.values, this.#dictionary, this.#budget);
    return { ...page, decoder, held: size };
  }

  #see({ count }: DataHeader): void {
    this.#unseen -= count;
    expectThat(this.#unseen >= 0, 'a page has more values than its column');
  }
}
