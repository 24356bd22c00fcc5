import type { ClearedIdentity, FieldsOfIdentities } from './cleared-identity.ts';
import type { Identity } from './identity.ts';
import type { OmittedIdentity } from './omitted-identity.ts';
import type { RecordOperation } from './record-operation.ts';

/** A record of an entity that profiles and events refer to, such as a product. */
export interface LookupKey {
  /** `$id` of its schema. */
  readonly entity: string;
  readonly key: string;
}

/** A record that passed validation: what the lake keeps and what is stitched into a profile. */
export interface AcceptedRecord {
  /** The same record has the same id, whichever door it came through: it counts once. */
  readonly id: string;
  readonly datasetId: string;
  readonly behaviour: 'event' | 'record';
  /** Epoch ms: of an event its timestamp, of a record when it was last updated at the source, else when it arrived. */
  readonly time: number;
  /** Set where it says another time, more than a day after its arrival: that of the arrival counts. */
  readonly isBounded?: true;
  /** Puts records of the same time in order: the later one in the file, or in the shard, is the larger. */
  readonly tieBreaker: string;
  /**
   * Set of an event that amends, or may be amended by, another of the same id: the larger is the newer one. By when the
   * source has changed it last, else when it arrived, then by its order.
   */
  readonly version?: string;
  /** Epoch ms at which it arrived. */
  readonly receivedAt: number;
  /** Tells one arrival of a record from another: the same when it is delivered again by the platform itself. */
  readonly ingestionId: string;
  /** What it does to the fragment of its dataset; of an event always `create` (aep.md §1.6). */
  readonly operation: RecordOperation;
  /** Set where it is no record of a person and no event: what it is found by. */
  readonly lookup?: LookupKey;
  readonly identities: readonly (Identity & { readonly primary: boolean })[];
  /** Set where values of it are no identities although they stand where one belongs. */
  readonly omitted?: readonly OmittedIdentity[];
  /** Set where an update takes identities away. */
  readonly clears?: readonly ClearedIdentity[];
  /** Set for records of people, where some of their identities are not in the usual fields. */
  readonly identityFields?: FieldsOfIdentities;
  /** The record itself, in XDM; of an update with the nulls that clear values. */
  readonly entity: Readonly<Record<string, unknown>>;
  /** The same as JSON, made once. */
  readonly json: string;
}
