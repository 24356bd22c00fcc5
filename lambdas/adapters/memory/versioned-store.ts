import type { Redirect, Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { MembershipItem, MembershipStore } from '#core/segmentation/membership.ts';

/** Versioned items in memory, with the same conditions as the tables have. */
export class MemoryVersionedStore<T extends Versioned> implements VersionedStore<T> {
  readonly #items = new Map<IdentityKey, T | Redirect>();
  /** Roots that were written, in order: what the table's stream would carry. */
  readonly changed: IdentityKey[] = [];

  async get(root: IdentityKey): Promise<T | Redirect | undefined> {
    return this.#items.get(root);
  }

  async write(item: T, taken: readonly { readonly root: IdentityKey; readonly version: number }[]): Promise<void> {
    const isCurrent = [item, ...taken].every(({ root, version }) => this.#versionOf(root) === version);
    if (!isCurrent) throw new ConflictError(`item ${item.version}`);
    this.#items.set(item.root, { ...item, version: item.version + 1 });
    for (const { root } of taken) this.#items.set(root, { redirectTo: item.root });
    this.changed.push(item.root);
  }

  #versionOf(root: IdentityKey): number | undefined {
    const item = this.#items.get(root);
    if (!item) return 0;
    return 'redirectTo' in item ? undefined : item.version;
  }

  async *scan(): AsyncIterable<T> {
    for (const item of this.#items.values()) if (!('redirectTo' in item)) yield item;
  }
}

export class MemoryMembershipStore extends MemoryVersionedStore<MembershipItem> implements MembershipStore {
  async *due(now: number): AsyncIterable<IdentityKey> {
    for await (const { root, dueAt } of this.scan()) if (dueAt !== undefined && dueAt <= now) yield root;
  }
}
