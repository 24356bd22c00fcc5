import { ConflictError } from '#core/ports/conflict.ts';
import type { Lookup, ProfileWrite, RemovableProfiles, ScanPartition } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** Profile items in memory, with the same conditions as the table has. */
export class MemoryProfileStore implements RemovableProfiles {
  readonly #lookups = new Map<IdentityKey, Lookup>();
  readonly #places = new Map<IdentityKey, number>();
  /** Roots whose items were written, in order: what the table's stream would carry. */
  readonly changed: IdentityKey[] = [];

  /** Everything that lies in the table. */
  entries(): Iterable<readonly [IdentityKey, Lookup]> {
    return this.#lookups;
  }

  async lookup(keys: readonly IdentityKey[]): Promise<Map<IdentityKey, Lookup>> {
    return new Map(keys.flatMap((key) => (this.#lookups.has(key) ? [[key, this.#lookups.get(key)!] as const] : [])));
  }

  async write({ item, pointers, mergedIn, stale }: ProfileWrite): Promise<void> {
    const isFree = (key: IdentityKey): boolean => {
      const redirectTo = stale?.get(key);
      return redirectTo === undefined ? !this.#lookups.has(key) : this.#is(key, { redirectTo });
    };
    const isCurrent = [item, ...mergedIn].every(({ canonicalKey, revision }) =>
      revision === 0 ? isFree(canonicalKey) : this.#revisionOf(canonicalKey) === revision,
    );
    if (!isCurrent || !pointers.every(isFree)) throw new ConflictError(`item ${item.revision}`);
    for (const key of [item.canonicalKey, ...pointers, ...mergedIn.map(({ canonicalKey }) => canonicalKey)])
      this.#placeOf(key);
    this.#lookups.set(item.canonicalKey, { item: { ...item, revision: item.revision + 1 } });
    for (const key of pointers) this.#lookups.set(key, { redirectTo: item.canonicalKey });
    for (const { canonicalKey } of mergedIn) this.#lookups.set(canonicalKey, { redirectTo: item.canonicalKey });
    this.changed.push(item.canonicalKey);
  }

  async remove(key: IdentityKey, read: Lookup): Promise<boolean> {
    return this.#is(key, read) && this.#lookups.delete(key);
  }

  async repoint(key: IdentityKey, from: IdentityKey, to: IdentityKey): Promise<boolean> {
    if (!this.#is(key, { redirectTo: from })) return false;
    this.#lookups.set(key, { redirectTo: to });
    return true;
  }

  #is(key: IdentityKey, read: Lookup): boolean {
    const lookup = this.#lookups.get(key);
    if (!lookup) return false;
    if ('redirectTo' in read) return 'redirectTo' in lookup && lookup.redirectTo === read.redirectTo;
    return 'item' in lookup && lookup.item.revision === read.item.revision;
  }

  #revisionOf(canonicalKey: IdentityKey): number | undefined {
    const lookup = this.#lookups.get(canonicalKey);
    return lookup && 'item' in lookup ? lookup.item.revision : undefined;
  }

  /** A key keeps its place, also when what lay there is gone, so what lies there belongs to the same part always. */
  async *scan({ index, of, after }: ScanPartition = { index: 0, of: 1 }): AsyncIterable<ProfileItem> {
    const from = after === undefined ? -1 : this.#placeOf(after);
    for (const [key, place] of this.#places) {
      const lookup = this.#lookups.get(key);
      if (place > from && place % of === index && lookup && 'item' in lookup) yield lookup.item;
    }
  }

  #placeOf(key: IdentityKey): number {
    const place = this.#places.get(key) ?? this.#places.size;
    this.#places.set(key, place);
    return place;
  }
}
