import type { BulkStore, Redirect, RemovableStore, Versioned } from '#core/identity/versioned-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { MembershipItem, MembershipStore } from '#core/segmentation/membership.ts';
import { isGone, type TimeToLive } from './time-to-live.ts';

/** Versioned items in memory, with the same conditions as the tables have. */
export class MemoryVersionedStore<T extends Versioned> implements RemovableStore<T>, BulkStore<T> {
  readonly #items = new Map<IdentityKey, T | Redirect>();
  /** Roots that were written, in order: what the table's stream would carry. */
  readonly changed: IdentityKey[] = [];

  readonly #expiry = new Map<IdentityKey, number>();
  readonly #ttl: TimeToLive | undefined;

  constructor(ttl?: TimeToLive) {
    this.#ttl = ttl;
  }

  /** Everything that lies in the table. */
  *entries(): Iterable<readonly [IdentityKey, T | Redirect]> {
    for (const canonicalKey of [...this.#items.keys()]) {
      const item = this.#stored(canonicalKey);
      if (item) yield [canonicalKey, item];
    }
  }

  async get(canonicalKey: IdentityKey): Promise<T | Redirect | undefined> {
    return this.#stored(canonicalKey);
  }

  async getMany(canonicalKeys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, T | Redirect>> {
    const found = new Map<IdentityKey, T | Redirect>();
    for (const key of canonicalKeys) {
      const item = this.#stored(key);
      if (item) found.set(key, item);
    }
    return found;
  }

  async remove(canonicalKey: IdentityKey, read: T | Redirect): Promise<boolean> {
    const item = this.#stored(canonicalKey);
    if (!item || !isSame(item, read)) return false;
    this.#expiry.delete(canonicalKey);
    return this.#items.delete(canonicalKey);
  }

  async expire(canonicalKey: IdentityKey, at: number): Promise<void> {
    if (this.#stored(canonicalKey)) this.#expiry.set(canonicalKey, at);
  }

  /** What is there, without what has gone by itself. */
  #stored(canonicalKey: IdentityKey): T | Redirect | undefined {
    if (isGone(this.#expiry.get(canonicalKey), this.#ttl)) {
      this.#items.delete(canonicalKey);
      this.#expiry.delete(canonicalKey);
    }
    return this.#items.get(canonicalKey);
  }

  async write(
    item: T,
    taken: readonly { readonly canonicalKey: IdentityKey; readonly version: number }[],
  ): Promise<void> {
    const isCurrent = [item, ...taken].every(({ canonicalKey, version }) => this.#versionOf(canonicalKey) === version);
    if (!isCurrent) throw new ConflictError(`item ${item.version}`);
    for (const { canonicalKey } of [item, ...taken]) this.#expiry.delete(canonicalKey);
    this.#items.set(item.canonicalKey, { ...item, version: item.version + 1 });
    for (const { canonicalKey } of taken) this.#items.set(canonicalKey, { redirectTo: item.canonicalKey });
    this.changed.push(item.canonicalKey);
  }

  #versionOf(canonicalKey: IdentityKey): number | undefined {
    const item = this.#stored(canonicalKey);
    if (!item) return 0;
    return 'redirectTo' in item ? undefined : item.version;
  }

  async *scan(): AsyncIterable<T> {
    for (const canonicalKey of [...this.#items.keys()]) {
      const item = this.#stored(canonicalKey);
      if (item && !('redirectTo' in item)) yield item;
    }
  }
}

const isSame = (item: Versioned | Redirect, read: Versioned | Redirect): boolean =>
  'redirectTo' in read
    ? 'redirectTo' in item && item.redirectTo === read.redirectTo
    : 'version' in item && item.version === read.version;

export class MemoryMembershipStore extends MemoryVersionedStore<MembershipItem> implements MembershipStore {
  async *due(now: number): AsyncIterable<IdentityKey> {
    for await (const { canonicalKey, dueAt } of this.scan())
      if (dueAt !== undefined && dueAt <= now) yield canonicalKey;
  }
}
