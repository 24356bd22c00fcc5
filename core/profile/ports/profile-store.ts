import type { IdentityKey } from '#core/record/identity.ts';
import type { ProfileItem } from '../profile-item.ts';

/** What lies under an identity's key: nothing, the item itself, or the root of the item that holds it. */
export type Lookup = { readonly item: ProfileItem } | { readonly redirectTo: IdentityKey };

export interface ProfileWrite {
  /** The item as it shall be; written with `revision + 1` if the stored revision still is `revision`. */
  readonly item: ProfileItem;
  /** Identities that had nothing under their key and now point to the item. */
  readonly pointers: readonly IdentityKey[];
  /** Items that were taken into this one, as they were read; they become pointers. */
  readonly mergedIn: readonly ProfileItem[];
  /** Pointers under the item's root, or among `pointers`, whose item was deleted with a person, and where they lead: written over. */
  readonly stale?: ReadonlyMap<IdentityKey, IdentityKey>;
}

/** Part of a scan: one of several that are read side by side, and what is left of it. */
export interface ScanPartition {
  readonly index: number;
  readonly of: number;
  /** Root of an item that a scan of the same part gave: only what comes after it is read, the item itself is not. */
  readonly after?: IdentityKey;
}

export interface ProfileStore {
  /** Strongly consistent. Keys under which nothing lies are left out. */
  lookup(keys: readonly IdentityKey[]): Promise<Map<IdentityKey, Lookup>>;
  /** All or nothing. @throws ConflictError */
  write(write: ProfileWrite): Promise<void>;
  /** Every item once, in no order. */
  scan(partition?: ScanPartition): AsyncIterable<ProfileItem>;
}

/** For who deletes people: nobody else takes an item away. */
export interface RemovableProfiles extends ProfileStore {
  /** Deletes what lies under a key, if it still is what was read: the item of that revision, or the pointer. @returns whether it was */
  remove(key: IdentityKey, read: Lookup): Promise<boolean>;
  /** Lets a pointer lead to another root, if it still leads where it did. @returns whether it did */
  repoint(key: IdentityKey, from: IdentityKey, to: IdentityKey): Promise<boolean>;
}
