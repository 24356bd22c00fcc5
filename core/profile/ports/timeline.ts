import type { IdentityKey } from '#core/record/identity.ts';

/**
 * The timeline keeps every accepted record of a person once, under the identity it belongs to: the events whole, of the
 * other records only that they came. It is what recognises duplicates, what an event is read back from, and what
 * evaluation state can be rebuilt from.
 */
export interface TimelineEntry {
  /** The primary identity of the record. */
  readonly identity: IdentityKey;
  /** Of the record. */
  readonly id: string;
  /** See `AcceptedRecord.arrival`. */
  readonly ingestionId: string;
  readonly datasetId: string;
  /** Epoch ms. */
  readonly time: number;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** The event as JSON; left out for records that are no events. */
  readonly json?: string;
  /** Epoch ms after which the entry need not be kept. */
  readonly expiresAt?: number;
}

/**
 * `new`: it was not there. `again`: this very arrival is there; it may or may not have had its effect. `duplicate`: the
 * same record came another time before.
 */
export type Remembered = 'new' | 'again' | 'duplicate';

export interface Timeline {
  /** Keeps the entry unless its id is there already under its identity. */
  remember(entry: TimelineEntry): Promise<Remembered>;
  /** Everything kept under an identity, in no order; what has expired may still be there. */
  read(identity: IdentityKey): AsyncIterable<TimelineEntry>;
  /** Changes when an entry, if it is still there, expires; undefined for never. */
  setExpiry(identity: IdentityKey, id: string, expiresAt: number | undefined): Promise<void>;
  /** Removes one entry, or what is kept under the identity as a whole. @returns how many there were */
  erase(identity: IdentityKey, id?: string): Promise<number>;
}
