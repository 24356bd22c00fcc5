import type { Budget } from './budget.ts';
import { Deltas, skipDeltas } from './delta.ts';
import { expectThat, MISSING } from './parse-error.ts';
import type { Leaf } from './schema.ts';
import { tooLong, type Values } from './values.ts';

/** Whole numbers that are written as differences. */
export class Integers implements Values {
  readonly #bytes: Buffer;
  readonly #leaf: Leaf;
  #deltas: Deltas | undefined;

  constructor(bytes: Buffer, leaf: Leaf) {
    this.#bytes = bytes;
    this.#leaf = leaf;
  }

  read(into: unknown[], count: number): void {
    if (count === 0) return;
    this.#deltas ??= new Deltas(this.#bytes, 0, this.#leaf.type === 'INT32');
    const numbers: (number | bigint)[] = [];
    this.#deltas.read(numbers, count);
    for (const number of numbers) into.push(this.#leaf.convert.integer(number));
  }
}

/** Texts, or bytes, whose lengths lie before them; each may begin like the one before it. */
export class DeltaTexts implements Values {
  readonly #bytes: Buffer;
  readonly #leaf: Leaf;
  readonly #hasPrefixes: boolean;
  readonly #budget: Budget;
  #prefixes: Deltas | undefined;
  #lengths: Deltas | undefined;
  #at = 0;
  made = 0;
  #previous: Buffer = Buffer.alloc(0);

  constructor(bytes: Buffer, leaf: Leaf, hasPrefixes: boolean, budget: Budget) {
    this.#bytes = bytes;
    this.#leaf = leaf;
    this.#hasPrefixes = hasPrefixes;
    this.#budget = budget;
  }

  read(into: unknown[], count: number): void {
    this.made = 0;
    if (count === 0) return;
    if (!this.#lengths) this.#open();
    const prefixes = new Int32Array(count);
    const lengths = new Int32Array(count);
    this.#prefixes?.read(prefixes, count);
    this.#lengths!.read(lengths, count);
    const { length: fixed, convert, maxBytes, type } = this.#leaf;
    for (let i = 0; i < count; i++) {
      const value = this.#value(prefixes[i]!, lengths[i]!);
      expectThat(type !== 'FIXED_LEN_BYTE_ARRAY' || value.length === fixed, 'values have not the length they should');
      this.made += value.length;
      this.#budget.take(value.length);
      into.push(value.length > maxBytes ? tooLong(value.length) : convert.bytes(value, 0, value.length));
    }
  }

  #open(): void {
    if (this.#hasPrefixes) {
      this.#prefixes = new Deltas(this.#bytes, 0, true);
      this.#at = skipDeltas(this.#bytes, 0);
    }
    this.#lengths = new Deltas(this.#bytes, this.#at, true);
    this.#at = skipDeltas(this.#bytes, this.#at);
  }

  #value(prefix: number, length: number): Buffer {
    expectThat(
      prefix >= 0 && prefix <= this.#previous.length && length >= 0,
      'a text is longer than the one it begins like',
    );
    expectThat(this.#at + length <= this.#bytes.length, MISSING);
    const own = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    const value = prefix === 0 ? own : Buffer.concat([this.#previous.subarray(0, prefix), own]);
    if (this.#hasPrefixes) this.#previous = value;
    return value;
  }
}
