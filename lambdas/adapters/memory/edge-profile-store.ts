import type { EdgeEntry, EdgeProfileStore, StoredEdgeEntry } from '#core/edge/ports/edge-profile-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** What the edge knows, in memory, with the same conditions as the table has. */
export class MemoryEdgeProfileStore implements EdgeProfileStore {
  readonly #entries = new Map<IdentityKey, StoredEdgeEntry>();
  #writes = 0;

  /** Everything that lies in the table. */
  *entries(): Iterable<readonly [IdentityKey, EdgeEntry]> {
    for (const [key, { entry }] of this.#entries) yield [key, entry];
  }

  async lookup(keys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, EdgeEntry>> {
    return new Map(
      keys.flatMap((key) => {
        const stored = this.#entries.get(key);
        return stored ? [[key, stored.entry] as const] : [];
      }),
    );
  }

  async get(key: IdentityKey): Promise<StoredEdgeEntry | undefined> {
    return this.#entries.get(key);
  }

  async write(key: IdentityKey, entry: EdgeEntry, version: string | undefined): Promise<void> {
    this.#expect(key, version);
    // As it comes back from a table: no undefined fields.
    this.#entries.set(key, { entry: JSON.parse(JSON.stringify(entry)) as EdgeEntry, version: String(++this.#writes) });
  }

  async remove(key: IdentityKey, version: string): Promise<void> {
    this.#expect(key, version);
    this.#entries.delete(key);
  }

  #expect(key: IdentityKey, version: string | undefined): void {
    if (this.#entries.get(key)?.version !== version) throw new ConflictError('an edge profile');
  }
}
