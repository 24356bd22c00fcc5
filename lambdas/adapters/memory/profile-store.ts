import { ConflictError } from '#core/ports/conflict.ts';
import type { Lookup, ProfileStore, ProfileWrite, ScanPartition } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** Profile items in memory, with the same conditions as the table has. */
export class MemoryProfileStore implements ProfileStore {
  readonly #lookups = new Map<IdentityKey, Lookup>();
  /** Roots whose items were written, in order: what the table's stream would carry. */
  readonly changed: IdentityKey[] = [];

  async lookup(keys: readonly IdentityKey[]): Promise<Map<IdentityKey, Lookup>> {
    return new Map(keys.flatMap((key) => (this.#lookups.has(key) ? [[key, this.#lookups.get(key)!] as const] : [])));
  }

  async write({ item, pointers, mergedIn }: ProfileWrite): Promise<void> {
    const isCurrent = [item, ...mergedIn].every(
      ({ canonicalKey, revision }) => this.#revisionOf(canonicalKey) === revision,
    );
    if (!isCurrent || pointers.some((key) => this.#lookups.has(key))) throw new ConflictError(`item ${item.revision}`);
    this.#lookups.set(item.canonicalKey, { item: { ...item, revision: item.revision + 1 } });
    for (const key of pointers) this.#lookups.set(key, { redirectTo: item.canonicalKey });
    for (const { canonicalKey } of mergedIn) this.#lookups.set(canonicalKey, { redirectTo: item.canonicalKey });
    this.changed.push(item.canonicalKey);
  }

  #revisionOf(canonicalKey: IdentityKey): number | undefined {
    const lookup = this.#lookups.get(canonicalKey);
    if (!lookup) return 0;
    return 'item' in lookup ? lookup.item.revision : undefined;
  }

  /** Nothing is ever taken out, so a key keeps its place, and what lies there belongs to the same part always. */
  async *scan({ index, of, after }: ScanPartition = { index: 0, of: 1 }): AsyncIterable<ProfileItem> {
    let place = 0;
    let isReached = after === undefined;
    for (const [key, lookup] of this.#lookups) {
      if (isReached && 'item' in lookup && place % of === index) yield lookup.item;
      isReached ||= key === after;
      place += 1;
    }
  }
}
