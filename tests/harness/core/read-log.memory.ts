import type { ProfileRead, ReadLog, ReadQuery } from '#core/access/read-log.ts';

/** Audit records in memory. */
export class MemoryReadLog implements ReadLog {
  readonly #reads: ProfileRead[] = [];

  async append(read: ProfileRead): Promise<void> {
    if (this.#reads.some(({ id, at }) => id === read.id && at === read.at)) throw new Error('It was written already');
    this.#reads.push(read);
  }

  async *reads({ since, until }: ReadQuery): AsyncIterable<ProfileRead> {
    const found = this.#reads.filter(({ at }) => at >= since && at < until);
    yield* found.sort((x, y) => x.at - y.at || (x.id < y.id ? -1 : 1));
  }
}
