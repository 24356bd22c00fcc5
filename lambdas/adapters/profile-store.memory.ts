import type { IdentityKey } from '#core/identity/identity.ts';
import { ConflictError, type Lookup, type ProfileStore, type ProfileWrite } from '#core/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';

/** Profile items in memory, with the same conditions as the table has. */
export class MemoryProfileStore implements ProfileStore {
  readonly #lookups = new Map<IdentityKey, Lookup>();
  /** Roots whose items were written, in order: what the table's stream would carry. */
  readonly changed: IdentityKey[] = [];

  async lookup(keys: readonly IdentityKey[]): Promise<Map<IdentityKey, Lookup>> {
    return new Map(keys.flatMap((key) => (this.#lookups.has(key) ? [[key, this.#lookups.get(key)!] as const] : [])));
  }

  async write({ item, pointers, absorbed }: ProfileWrite): Promise<void> {
    const isCurrent = [item, ...absorbed].every(({ root, revision }) => this.#revisionOf(root) === revision);
    if (!isCurrent || pointers.some((key) => this.#lookups.has(key))) throw new ConflictError(`item ${item.revision}`);
    this.#lookups.set(item.root, { item: { ...item, revision: item.revision + 1 } });
    for (const key of pointers) this.#lookups.set(key, { movedTo: item.root });
    for (const { root } of absorbed) this.#lookups.set(root, { movedTo: item.root });
    this.changed.push(item.root);
  }

  #revisionOf(root: IdentityKey): number | undefined {
    const lookup = this.#lookups.get(root);
    if (!lookup) return 0;
    return 'item' in lookup ? lookup.item.revision : undefined;
  }

  async *scan(
    segment: { readonly index: number; readonly of: number } = { index: 0, of: 1 },
  ): AsyncIterable<ProfileItem> {
    let index = 0;
    for (const lookup of this.#lookups.values()) {
      if ('item' in lookup && index++ % segment.of === segment.index) yield lookup.item;
    }
  }
}
