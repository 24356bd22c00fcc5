import type { IdentityKey } from '#core/record/identity.ts';
import { versionAt } from '#core/record/version.ts';

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
  /** See `AcceptedRecord.version`: set where a newer version takes the place of the entry. */
  readonly version?: string;
}

/**
 * `new`: it was not there. `again`: this very arrival is there; it may or may not have had its effect. `duplicate`: the
 * same record came another time before. `amended`: so it did, but this is a newer version, with other content, which has
 * taken its place. `repeated`: a newer version with the same content has.
 */
export type Remembered = 'new' | 'again' | 'duplicate' | 'amended' | 'repeated';

/**
 * How an entry compares with the one that is there under its id. Where there are no versions the first one stays. What says
 * the same once more takes its place, too: then what is older than that amends it no more.
 */
export function meet(known: TimelineEntry, entry: TimelineEntry): Exclude<Remembered, 'new'> {
  if (known.ingestionId === entry.ingestionId) return 'again';
  if (entry.version === undefined || entry.version <= versionOf(known)) return 'duplicate';
  return entry.json === known.json ? 'repeated' : 'amended';
}

/** Whether the entry takes the place of the one that is there. */
export const isReplacing = (outcome: Remembered): boolean => outcome === 'amended' || outcome === 'repeated';

/** What was kept when its dataset had no versions is as old as its arrival. */
const versionOf = ({ version, receivedAt }: TimelineEntry): string => version ?? versionAt(receivedAt);

export interface Timeline {
  /** Keeps the entry unless its id is there already under its identity, and is not older, see {@link meet}. */
  remember(entry: TimelineEntry): Promise<Remembered>;
  /** What is kept under an identity and an id; strongly consistent. */
  get(identity: IdentityKey, id: string): Promise<TimelineEntry | undefined>;
  /** Everything kept under an identity, in no order; what has expired may still be there. */
  read(identity: IdentityKey): AsyncIterable<TimelineEntry>;
  /** Changes when an entry, if it is still there, expires; undefined for never. */
  setExpiry(identity: IdentityKey, id: string, expiresAt: number | undefined): Promise<void>;
  /** Removes one entry, or what is kept under the identity as a whole. @returns how many there were */
  erase(identity: IdentityKey, id?: string): Promise<number>;
}
