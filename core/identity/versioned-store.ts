import type { IdentityKey } from '#core/record/identity.ts';

/** An item that accompanies a profile item under the same root and follows it when it is absorbed by another. */
export interface Versioned {
  readonly canonicalKey: IdentityKey;
  /** Raised by every write; 0 for an item that was never written. */
  readonly version: number;
  /** Roots whose accompanying items were taken into this one. */
  readonly mergedIn: readonly IdentityKey[];
}

/** The item was taken into the one under that root. */
export interface Redirect {
  readonly redirectTo: IdentityKey;
}

export interface VersionedStore<T extends Versioned> {
  /** Strongly consistent. */
  get(canonicalKey: IdentityKey): Promise<T | Redirect | undefined>;
  /**
   * Writes `item` with `version + 1` if the stored version still is `version`, and closes the items it has ingested,
   * if theirs still are the versions that were read (0: nothing was stored). All or nothing.
   * @throws ConflictError
   */
  write(item: T, taken: readonly { readonly canonicalKey: IdentityKey; readonly version: number }[]): Promise<void>;
  /** Every open item once. */
  scan(): AsyncIterable<T>;
}

/** For who deletes people: nobody else takes an item away. */
export interface RemovableStore<T extends Versioned> extends VersionedStore<T> {
  /** Deletes what lies under a root, if it still is what was read. @returns whether it was */
  remove(canonicalKey: IdentityKey, read: T | Redirect): Promise<boolean>;
  /** Lets what lies under a root go by itself at that instant (epoch ms) or within days after it, unless it is written again. */
  expire(canonicalKey: IdentityKey, at: number): Promise<void>;
}

/**
 * Takes the accompanying items of absorbed roots into `item`.
 * @param canonicalKeys what the profile item has absorbed so far
 * @param join how two become one
 */
export async function takeMergedIn<T extends Versioned>(
  item: T,
  canonicalKeys: readonly IdentityKey[],
  store: Pick<VersionedStore<T>, 'get'>,
  join: (item: T, other: T) => T,
): Promise<{ item: T; taken: { canonicalKey: IdentityKey; version: number }[] }> {
  const taken: { canonicalKey: IdentityKey; version: number }[] = [];
  let joined = item;
  for (const canonicalKey of canonicalKeys) {
    if (item.mergedIn.includes(canonicalKey)) continue;
    const other = await store.get(canonicalKey);
    joined = { ...joined, mergedIn: [...joined.mergedIn, canonicalKey] };
    if (other && 'redirectTo' in other) continue;
    if (other) joined = join(joined, other);
    taken.push({ canonicalKey, version: other?.version ?? 0 });
  }
  return { item: joined, taken };
}

/** For who reads many items and may see them as they were a moment ago, at half the cost. */
export interface BulkStore<T extends Versioned> {
  /** What lies under each key; what is not there is omitted. */
  getMany(canonicalKeys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, T | Redirect>>;
}
