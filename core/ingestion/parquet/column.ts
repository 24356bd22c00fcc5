import type { RowGroup } from 'hyparquet';
import { FileRejectedError } from '#core/record/record.ts';
import { type Budget, MAX_HELD_BYTES } from './budget.ts';
import { ColumnPages, type OpenPage } from './column-pages.ts';
import type { PageStart } from './offset-index.ts';
import { attempt, expectThat } from './parse-error.ts';
import type { Leaf } from './schema.ts';
import type { ByteWindow } from './window.ts';

/** Values that are decoded at a time. */
const BATCH = 1_000;
/** Values of one row; a record of so many is far larger than a record may be. */
const MAX_ROW_VALUES = 1_048_576;
/** Two levels and a place among the values. */
const BYTES_OF_VALUE = 12;

/**
 * The values of a column of a row group. Of them only the next ones are decoded: those of at least one whole row.
 * Each has a level that says what of its path is there and, in a list, one that says which list it goes on with.
 */
export class Column {
  readonly leaf: Leaf;
  readonly #pages: ColumnPages;
  readonly #budget: Budget;
  #page: OpenPage | undefined;
  #leftInPage = 0;
  #rowBytes = 0;
  /** Taken of the budget for values of rows that are not whole yet: bytes of pages that are closed, and of new texts. */
  #carried = 0;
  #made = 0;

  /** What is decoded: levels, and the values of those that have one. */
  #definition = new Uint8Array(2 * BATCH);
  #repetition = new Uint8Array(2 * BATCH);
  #values: unknown[] = [];
  #count = 0;
  #at = 0;
  #valueAt = 0;
  /** Where the row that is read ends. */
  #rowEnd = 0;
  /** Rows in lists of which at least the beginning is decoded. */
  #begun = 0;
  /** Rows that are decoded as a whole. */
  rows = 0;

  constructor(leaf: Leaf, chunk: RowGroup['columns'][number], start: number, window: ByteWindow, budget: Budget) {
    this.leaf = leaf;
    this.#pages = new ColumnPages(leaf, chunk, start, window, budget);
    this.#budget = budget;
  }

  /** Decodes until there is a row. @throws FileRejectedError; what the place of the file throws */
  async fill(): Promise<void> {
    while (this.rows === 0) {
      if (this.#leftInPage === 0) await this.#nextPage();
      if (this.#leftInPage > 0) attempt(() => this.#decode());
    }
  }

  /** Passes over rows without decoding their pages, where that can be. @param pages where they begin, if that is known */
  async skip(rows: number, pages: readonly PageStart[] | undefined): Promise<void> {
    let left = rows;
    if (pages) left = await this.#pages.jump(rows, pages);
    while (left > 0) {
      if (this.rows === 0 && this.#leftInPage === 0 && this.#count === this.#at) {
        const passed = await this.#nextPage(left);
        if (passed > 0) {
          left -= passed;
          continue;
        }
      }
      await this.fill();
      const some = Math.min(left, this.rows);
      for (let i = 0; i < some; i++) this.#passRow();
      left -= some;
    }
  }

  /** @throws ParquetFlaw unless every row has been read */
  expectEnd(): void {
    expectThat(
      this.rows === 0 && this.#leftInPage === 0 && this.#pages.isAtEnd,
      'a column has more rows than the others',
    );
  }

  /** Begins the next row. */
  startRow(): void {
    this.rows--;
    this.#begun--;
    let end = this.#at + 1;
    if (this.leaf.repetition > 0) while (end < this.#count && this.#repetition[end] !== 0) end++;
    this.#rowEnd = end;
  }

  /** @throws ParquetFlaw unless all of the row has been read */
  endRow(): void {
    expectThat(this.#at === this.#rowEnd, 'the columns of a list do not fit together');
  }

  /** The level of the next value. */
  get definition(): number {
    expectThat(this.#at < this.#rowEnd, 'the columns of a list do not fit together');
    return this.leaf.definition === 0 ? 0 : this.#definition[this.#at]!;
  }

  /** Whether the next value of the row goes on with a list of this level. */
  goesOn(level: number): boolean {
    return this.#at < this.#rowEnd && this.#repetition[this.#at]! >= level;
  }

  /** The next value, undefined where it is null. */
  next(): unknown {
    expectThat(this.#at < this.#rowEnd, 'the columns of a list do not fit together');
    const { definition } = this.leaf;
    const isThere = definition === 0 || this.#definition[this.#at] === definition;
    this.#at++;
    return isThere ? this.#values[this.#valueAt++] : undefined;
  }

  /** The next value of a column without lists: a row of its own. */
  nextFlat(): unknown {
    this.rows--;
    const { definition } = this.leaf;
    const isThere = definition === 0 || this.#definition[this.#at] === definition;
    this.#at++;
    return isThere ? this.#values[this.#valueAt++] : undefined;
  }

  #passRow(): void {
    this.startRow();
    while (this.#at < this.#rowEnd) this.next();
  }

  #decode(): void {
    const { leaf } = this;
    this.#compact();
    const from = this.#count;
    const count = Math.min(BATCH, this.#leftInPage);
    const to = from + count;
    this.#grow(to);
    const page = this.#page!;
    page.repetition?.read(this.#repetition, from, count);
    let present = count;
    if (page.definition) {
      page.definition.read(this.#definition, from, count);
      present = 0;
      for (let i = from; i < to; i++) if (this.#definition[i] === leaf.definition) present++;
    }
    page.decoder.read(this.#values, present);
    this.#made += page.decoder.made ?? 0;
    this.#count = to;
    this.#leftInPage -= count;
    if (leaf.repetition === 0) this.rows += count;
    else this.#countRows(from);
    if (this.#leftInPage === 0) this.#closePage();
  }

  /** A row in lists is whole when the next one begins, or nothing follows. */
  #countRows(from: number): void {
    expectThat(this.#at < from || this.#repetition[from] === 0, 'a column begins in the middle of a row');
    for (let i = from; i < this.#count; i++) if (this.#repetition[i] === 0) this.#begun++;
    const isEnd = this.#leftInPage === 0 && this.#pages.isAtEnd;
    this.rows = isEnd ? this.#begun : this.#begun - 1;
    if (this.rows > 0) this.#rowBytes = 0;
    else if (this.#count - this.#at > MAX_ROW_VALUES || this.#rowBytes > MAX_HELD_BYTES / 8) throw tooManyValues();
  }

  #compact(): void {
    if (this.#at === 0) return;
    this.#definition.copyWithin(0, this.#at, this.#count);
    this.#repetition.copyWithin(0, this.#at, this.#count);
    this.#values = this.#values.slice(this.#valueAt);
    this.#release();
    this.#count -= this.#at;
    this.#at = 0;
    this.#valueAt = 0;
  }

  /** What the values of rows that have been read took. */
  #release(): void {
    this.#budget.give(this.#carried);
    this.#carried = 0;
    if (this.#made === 0) return;
    const left = this.#values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
    this.#budget.give(Math.max(0, this.#made - left));
    this.#made = Math.min(this.#made, left);
  }

  #grow(size: number): void {
    if (size <= this.#definition.length) return;
    this.#budget.take((2 * size - this.#definition.length) * BYTES_OF_VALUE);
    const grown = (levels: Uint8Array): Uint8Array<ArrayBuffer> => {
      const larger = new Uint8Array(2 * size);
      larger.set(levels);
      return larger;
    };
    this.#definition = grown(this.#definition);
    this.#repetition = grown(this.#repetition);
  }

  /** @returns rows that were passed over because all of the page was to be skipped */
  async #nextPage(skipRows = 0): Promise<number> {
    const { page, passed } = await this.#pages.next(skipRows);
    if (!page) return passed;
    this.#page = page;
    this.#leftInPage = page.count;
    this.#rowBytes += page.held;
    if (page.count === 0) this.#closePage();
    return 0;
  }

  #closePage(): void {
    const held = this.#page?.held ?? 0;
    if (this.rows > 0 || this.#count === this.#at) this.#budget.give(held);
    else this.#carried += held;
    this.#page = undefined;
  }
}

const tooManyValues = (): FileRejectedError =>
  new FileRejectedError({
    code: 'too-large',
    message: 'A row of the file has more values than a record may have; split it',
    expected: `at most ${MAX_ROW_VALUES} values a row`,
  });
