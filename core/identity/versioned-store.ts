import type { IdentityKey } from '#core/record/identity.ts';

/** An item that accompanies a profile item under the same root and follows it when it is absorbed by another. */
export interface Versioned {
  readonly root: IdentityKey;
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
  get(root: IdentityKey): Promise<T | Redirect | undefined>;
  /**
   * Writes `item` with `version + 1` if the stored version still is `version`, and closes the items it has ingested,
   * if theirs still are the versions that were read (0: nothing was stored). All or nothing.
   * @throws ConflictError
   */
  write(item: T, taken: readonly { readonly root: IdentityKey; readonly version: number }[]): Promise<void>;
  /** Every open item once. */
  scan(): AsyncIterable<T>;
}

/**
 * Takes the accompanying items of absorbed roots into `item`.
 * @param roots what the profile item has absorbed so far
 * @param join how two become one
 */
export async function takeMergedIn<T extends Versioned>(
  item: T,
  roots: readonly IdentityKey[],
  store: Pick<VersionedStore<T>, 'get'>,
  join: (item: T, other: T) => T,
): Promise<{ item: T; taken: { root: IdentityKey; version: number }[] }> {
  const taken: { root: IdentityKey; version: number }[] = [];
  let joined = item;
  for (const root of roots) {
    if (item.mergedIn.includes(root)) continue;
    const other = await store.get(root);
    joined = { ...joined, mergedIn: [...joined.mergedIn, root] };
    if (other && 'redirectTo' in other) continue;
    if (other) joined = join(joined, other);
    taken.push({ root, version: other?.version ?? 0 });
  }
  return { item: joined, taken };
}
