import { ConflictError } from '#core/ports/conflict.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import type { Erasures } from '#core/privacy/ports/erasures.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { isGone, type TimeToLive } from './time-to-live.ts';

const KEPT_MS = 400 * DAY_MS;

/** Deletions in memory, with the same condition as the table has. */
export class MemoryErasures implements Erasures {
  readonly #erasures = new Map<string, Erasure>();
  readonly #ttl: TimeToLive | undefined;

  constructor(ttl?: TimeToLive) {
    this.#ttl = ttl;
  }

  /** Everything that lies in the table. */
  entries(): Iterable<readonly [string, Erasure]> {
    return this.#erasures;
  }

  async get(requestId: string): Promise<Erasure | undefined> {
    const erasure = this.#erasures.get(requestId);
    if (erasure?.doneAt !== undefined && isGone(erasure.doneAt + KEPT_MS, this.#ttl)) this.#erasures.delete(requestId);
    return this.#erasures.get(requestId);
  }

  async underWay(): Promise<Erasure[]> {
    const all = [...this.#erasures.values()].filter(({ status }) => status === 'under-way');
    return all.sort((x, y) => x.requestedAt - y.requestedAt || (x.requestId < y.requestId ? -1 : 1));
  }

  async save(erasure: Erasure): Promise<void> {
    const stored = await this.get(erasure.requestId);
    if ((stored?.revision ?? 0) !== erasure.revision) throw new ConflictError('a deletion');
    this.#erasures.set(erasure.requestId, { ...erasure, revision: erasure.revision + 1 });
  }
}
