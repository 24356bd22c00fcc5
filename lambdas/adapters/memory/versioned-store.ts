import type { Redirect, Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { MembershipItem, MembershipStore } from '#core/segmentation/membership.ts';

/** Versioned items in memory, with the same conditions as the tables have. */
export class MemoryVersionedStore<T extends Versioned> implements VersionedStore<T> {
  readonly #items = new Map<IdentityKey, T | Redirect>();
  /** Roots that were written, in order: what the table's stream would carry. */
  readonly changed: IdentityKey[] = [];

  async get(canonicalKey: IdentityKey): Promise<T | Redirect | undefined> {
    return this.#items.get(canonicalKey);
  }

  async write(
    item: T,
    taken: readonly { readonly canonicalKey: IdentityKey; readonly version: number }[],
  ): Promise<void> {
    const isCurrent = [item, ...taken].every(({ canonicalKey, version }) => this.#versionOf(canonicalKey) === version);
    if (!isCurrent) throw new ConflictError(`item ${item.version}`);
    this.#items.set(item.canonicalKey, { ...item, version: item.version + 1 });
    for (const { canonicalKey } of taken) this.#items.set(canonicalKey, { redirectTo: item.canonicalKey });
    this.changed.push(item.canonicalKey);
  }

  #versionOf(canonicalKey: IdentityKey): number | undefined {
    const item = this.#items.get(canonicalKey);
    if (!item) return 0;
    return 'redirectTo' in item ? undefined : item.version;
  }

  async *scan(): AsyncIterable<T> {
    for (const item of this.#items.values()) if (!('redirectTo' in item)) yield item;
  }
}

export class MemoryMembershipStore extends MemoryVersionedStore<MembershipItem> implements MembershipStore {
  async *due(now: number): AsyncIterable<IdentityKey> {
    for await (const { canonicalKey, dueAt } of this.scan())
      if (dueAt !== undefined && dueAt <= now) yield canonicalKey;
  }
}
