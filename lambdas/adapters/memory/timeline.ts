import type { Remembered, Timeline, TimelineEntry } from '#core/profile/ports/timeline.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** The timeline in memory. */
export class MemoryTimeline implements Timeline {
  readonly #entries = new Map<IdentityKey, Map<string, TimelineEntry>>();

  async remember(entry: TimelineEntry): Promise<Remembered> {
    const own = this.#entries.get(entry.identity) ?? new Map<string, TimelineEntry>();
    const known = own.get(entry.id);
    if (known) return known.ingestionId === entry.ingestionId ? 'again' : 'duplicate';
    this.#entries.set(entry.identity, own.set(entry.id, entry));
    return 'new';
  }

  async *read(identity: IdentityKey): AsyncIterable<TimelineEntry> {
    yield* this.#entries.get(identity)?.values() ?? [];
  }

  async setExpiry(identity: IdentityKey, id: string, expiresAt: number | undefined): Promise<void> {
    const own = this.#entries.get(identity);
    const entry = own?.get(id);
    if (!own || !entry) return;
    const { expiresAt: _before, ...rest } = entry;
    own.set(id, expiresAt === undefined ? rest : { ...rest, expiresAt });
  }

  async erase(identity: IdentityKey, id?: string): Promise<number> {
    const own = this.#entries.get(identity);
    if (id !== undefined) return own?.delete(id) ? 1 : 0;
    this.#entries.delete(identity);
    return own?.size ?? 0;
  }
}
