import type { Redirect, Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';

/** Membership of one profile in one segment (aep.md §1.4). It is the system's own: nobody else writes it. */
export interface Membership {
  readonly status: 'realized' | 'exited';
  /**
   * Epoch ms: when the status became true. Where data changed it, the instant of the evaluation; where time alone did,
   * the exact instant at which it did, however late that was looked at.
   */
  readonly lastQualificationTime: number;
  /** Of a realized one: what made it so, where that is noted and is known (`EvaluateSettings.notedEntries`). */
  readonly entry?: Entry | undefined;
}

/**
 * What made somebody a member: data that had just come in, or time alone. Never noted of what an evaluation of everybody,
 * a rebuild, a replay or an older version of the segment would have found as well.
 */
export interface Entry {
  readonly by: 'data' | 'time';
  /** Epoch ms: when the newest of the data came in; the instant at which time made it so. */
  readonly at: number;
}

export interface ProfileMemberships {
  readonly segments: Readonly<Record<string, Membership>>;
  /** Changes when destinations have to hear about a member again: other identities, other mapped attributes. */
  readonly digest: string;
  /**
   * Epoch ms of the last batch evaluation after which a destination that had to wait for one may hear of realized
   * memberships (Audience Manager, aep.md §7.1 step 10).
   */
  readonly releasedAt?: number;
}

/** The memberships of the profiles of one profile item. */
export interface MembershipItem extends Versioned {
  /** By the profile's key. */
  readonly profiles: Readonly<Record<IdentityKey, ProfileMemberships>>;
  /**
   * Epoch ms: before this instant time alone changes nothing; at it, or later, the item has to be looked at again. It
   * may have moved on without being written: looking too early does no harm.
   */
  readonly dueAt?: number;
  /** What the batch job that changed it last has counted of it. */
  readonly counted?: Counted;
}

/** Written together with the changes, so that a job that is interrupted and comes again counts the same again. */
export interface Counted {
  readonly jobId: string;
  readonly entered: number;
  readonly exited: number;
  /** Repairs: changes of streamed segments that streaming should have made. */
  readonly streamed: number;
}

export interface MembershipStore extends VersionedStore<MembershipItem> {
  /** Roots of items that are due at `now` or before. */
  due(now: number): AsyncIterable<IdentityKey>;
}

/** The memberships of a profile item that was never evaluated. */
export const noMemberships = (canonicalKey: IdentityKey): MembershipItem => ({
  canonicalKey,
  version: 0,
  mergedIn: [],
  profiles: {},
});

/** Whether an item only says under which root it lies now. */
export const isRedirect = (item: Versioned | Redirect | undefined): item is Redirect =>
  item !== undefined && 'redirectTo' in item;

/** An exited membership is forgotten after 30 days (aep.md §1.4). */
export const EXITED_FOR = 30 * DAY_MS;

/** First instant at which a membership is forgotten; a realized one never is. */
export const forgottenAt = ({ status, lastQualificationTime }: Membership): number =>
  status === 'exited' ? lastQualificationTime + EXITED_FOR + 1 : Number.POSITIVE_INFINITY;

/** What an evaluation says about one segment. */
export interface Standing {
  readonly isMember: boolean;
  /** Epoch ms: the instant at which time alone made it so, if it did since the last evaluation. */
  readonly changedAt?: number | undefined;
  /** Since the last evaluation it was the other way round for a while, and before that again as it is now. */
  readonly hasReturned?: boolean;
}

/**
 * The membership after an evaluation at `now`.
 * @param before what was held by the profiles that are one now; a membership of any of them goes on
 * @param entry what makes somebody a member who was none, where it is noted
 * @returns undefined where there is nothing to remember
 */
export function nextMembership(
  before: readonly Membership[],
  { isMember, changedAt, hasReturned }: Standing,
  now: number,
  entry?: Entry,
): Membership | undefined {
  if (before.length === 0 && !isMember && !hasReturned) return undefined;
  const known = [...before].sort(earliest);
  const realized = known.find(({ status }) => status === 'realized');
  const changed = { lastQualificationTime: changedAt ?? now };
  if (isMember)
    return realized && !hasReturned ? realized : { status: 'realized', ...changed, ...(entry && { entry }) };
  const exited = realized || hasReturned ? ({ status: 'exited', ...changed } as const) : known.at(-1);
  return exited && now < forgottenAt(exited) ? exited : undefined;
}

const earliest = (x: Membership, y: Membership): number => x.lastQualificationTime - y.lastQualificationTime;
