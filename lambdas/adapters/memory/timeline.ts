import { isReplacing, meet, type Remembered, type Timeline, type TimelineEntry } from '#core/profile/ports/timeline.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isGone, type TimeToLive } from './time-to-live.ts';

/** The timeline in memory. Entries expire where it knows the time. */
export class MemoryTimeline implements Timeline {
  readonly #entries = new Map<IdentityKey, Map<string, TimelineEntry>>();
  readonly #ttl: TimeToLive | undefined;

  constructor(ttl?: TimeToLive) {
    this.#ttl = ttl;
  }

  /** Everything that lies in the table. */
  *entries(): Iterable<readonly [IdentityKey, readonly TimelineEntry[]]> {
    for (const identity of [...this.#entries.keys()]) {
      const own = this.#own(identity);
      if (own && own.size > 0) yield [identity, [...own.values()]];
    }
  }

  async remember(entry: TimelineEntry): Promise<Remembered> {
    const own = this.#own(entry.identity) ?? new Map<string, TimelineEntry>();
    const known = own.get(entry.id);
    const outcome = known ? meet(known, entry) : 'new';
    if (!known || isReplacing(outcome)) this.#entries.set(entry.identity, own.set(entry.id, entry));
    return outcome;
  }

  async get(identity: IdentityKey, id: string): Promise<TimelineEntry | undefined> {
    return this.#own(identity)?.get(id);
  }

  async *read(identity: IdentityKey): AsyncIterable<TimelineEntry> {
    yield* this.#own(identity)?.values() ?? [];
  }

  async setExpiry(identity: IdentityKey, id: string, expiresAt: number | undefined): Promise<void> {
    const own = this.#own(identity);
    const entry = own?.get(id);
    if (!own || !entry) return;
    const { expiresAt: _before, ...rest } = entry;
    own.set(id, expiresAt === undefined ? rest : { ...rest, expiresAt });
  }

  async erase(identity: IdentityKey, id?: string): Promise<number> {
    const own = this.#own(identity);
    if (id !== undefined) return own?.delete(id) ? 1 : 0;
    this.#entries.delete(identity);
    return own?.size ?? 0;
  }

  /** What is there, without what has gone by itself. */
  #own(identity: IdentityKey): Map<string, TimelineEntry> | undefined {
    const own = this.#entries.get(identity);
    for (const [id, { expiresAt }] of own ?? []) if (isGone(expiresAt, this.#ttl)) own!.delete(id);
    return own;
  }
}
