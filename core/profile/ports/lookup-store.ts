import type { Fragment } from '../fragment.ts';

/** What the records of one key of an entity (a product, a store) say, whatever order they came in. */
export interface LookupItem {
  /** `$id` of the schema. */
  readonly entity: string;
  readonly key: string;
  /** Raised by every write; 0 for an item that was never written. */
  readonly revision: number;
  readonly fragment: Fragment;
}

/** Records of entities that are no people and no events, by their primary key. Nothing personal: they do not expire. */
export interface LookupStore {
  /** Strongly consistent. Keys under which nothing lies are left out. */
  get(entity: string, keys: readonly string[]): Promise<ReadonlyMap<string, LookupItem>>;
  /** Writes `item` with `revision + 1` if the stored revision still is `revision`. @throws ConflictError */
  write(item: LookupItem): Promise<void>;
}
