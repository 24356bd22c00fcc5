import type { RangedSource } from '#core/ingestion/source/byte-source.ts';
import { attempt, expectThat } from './parse-error.ts';

/** A part of a file, read piece by piece from its beginning; the next piece is asked for while one is worked on. */
export class ByteWindow {
  readonly #file: RangedSource;
  readonly #size: number;
  readonly end: number;
  #start: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #next: { readonly start: number; readonly bytes: Promise<Uint8Array> } | undefined;

  /** @param size bytes of a piece */
  constructor(file: RangedSource, start: number, end: number, size: number) {
    this.#file = file;
    this.#start = start;
    this.end = end;
    this.#size = size;
  }

  /** The bytes that are there, from `at` on: at least `length`, or all up to the end of the part. */
  async from(at: number, length: number): Promise<Uint8Array> {
    const wanted = Math.min(this.end, at + length);
    if (at < this.#start || at > this.#start + this.#bytes.length) this.#jump(at);
    while (this.#start + this.#bytes.length < wanted) await this.#more(at, wanted);
    const bytes = this.#bytes.subarray(at - this.#start);
    const isAhead = this.#start + this.#bytes.length < this.end;
    if (isAhead && !this.#next) this.#ask(this.#start + this.#bytes.length, this.#size);
    return bytes;
  }

  #jump(at: number): void {
    this.#next = undefined;
    this.#start = at;
    this.#bytes = new Uint8Array(0);
  }

  async #more(at: number, wanted: number): Promise<void> {
    const have = this.#start + this.#bytes.length;
    if (this.#next?.start !== have) this.#ask(have, Math.max(this.#size, wanted - have));
    const more = await this.#next!.bytes;
    this.#next = undefined;
    attempt(() => expectThat(more.length > 0, 'a column is cut off'));
    const kept = this.#bytes.subarray(at - this.#start);
    this.#bytes = kept.length === 0 ? more : Buffer.concat([kept, more]);
    this.#start = at;
  }

  #ask(start: number, length: number): void {
    const bytes = this.#file.read(start, Math.min(this.end, start + length));
    // Nobody may ever wait for it; whoever does hears of its failure.
    bytes.catch(() => {});
    this.#next = { start, bytes };
  }
}
