import type { Position, Rejection } from '#core/record/record.ts';

/** A rejected record, or what of a file could not be read. */
export interface RejectedRecord {
  /** The file, as it was given. */
  readonly input: string;
  /** See {@link Position}; nothing where it is about the file. */
  readonly row?: number;
  readonly rejections: readonly Rejection[];
}

/** Keeps the first rejected records in the order of inputs and rows, in whatever order they come. */
export class FirstRejected {
  readonly #limit: number;
  readonly #inputs: ReadonlyMap<string, { readonly name: string; readonly at: number }>;
  #kept: (RejectedRecord & { readonly at: number })[] = [];

  /** @param inputs what positions call a file → how it was given */
  constructor(limit: number, inputs: ReadonlyMap<string, string>) {
    this.#limit = limit;
    this.#inputs = new Map([...inputs].map(([source, name], at) => [source, { name, at }]));
  }

  add({ source, row }: Position, rejections: readonly Rejection[]): void {
    const { name, at } = this.#inputs.get(source) ?? { name: source, at: this.#inputs.size };
    this.#kept.push({ input: name, ...(row !== undefined && { row }), rejections, at });
    // So seldom that it costs nothing.
    if (this.#kept.length > 1_000 + 2 * this.#limit) this.#kept = this.#sorted();
  }

  get records(): readonly RejectedRecord[] {
    return this.#sorted().map(({ at: _at, ...record }) => record);
  }

  #sorted() {
    const rowOf = ({ row = Number.POSITIVE_INFINITY }: RejectedRecord): number => row;
    return this.#kept.sort((x, y) => x.at - y.at || (rowOf(x) < rowOf(y) ? -1 : 1)).slice(0, this.#limit);
  }
}
