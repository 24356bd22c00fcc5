/**
 * A relationship (aep.md §1.1): a field of profiles or events whose value is the key of a record of another entity, such
 * as a product or a store. What stands after the field in a rule is read from that record.
 */
export interface Relationship {
  readonly of: 'profile' | 'event';
  /** The names that lead to the field; lists on the way are gone through. */
  readonly path: readonly string[];
  /** Which records: the `$id` of their schema. */
  readonly entity: string;
}
