import type { IdentityKey } from '#core/identity/identity.ts';
import type { Moved, Versioned, VersionedStore } from '#core/ports/versioned-store.ts';

/** Membership of one profile in one segment (aep.md §1.4). It is the system's own: nobody else writes it. */
export interface Membership {
  readonly status: 'realized' | 'exited';
  /** Epoch ms of the evaluation at which the status became true. */
  readonly lastQualificationTime: number;
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
  /** Epoch ms: the next instant at which time alone may change something. */
  readonly dueAt?: number;
}

export interface MembershipStore extends VersionedStore<MembershipItem> {
  /** Roots of items that are due at `now` or before. */
  due(now: number): AsyncIterable<IdentityKey>;
}

export const noMemberships = (root: IdentityKey): MembershipItem => ({ root, version: 0, absorbed: [], profiles: {} });

export const isMoved = (item: Versioned | Moved | undefined): item is Moved => item !== undefined && 'movedTo' in item;

/** An exited membership is forgotten after 30 days (aep.md §1.4). */
export const EXITED_FOR = 30 * 86_400_000;

/**
 * The membership after an evaluation.
 * @param before what was held by the profiles that are one now; a membership of any of them goes on
 * @returns undefined where there is nothing to remember
 */
export function nextMembership(
  before: readonly (Membership | undefined)[],
  isMember: boolean,
  now: number,
): Membership | undefined {
  const known = before.filter((membership) => membership !== undefined);
  const realized = known.filter(({ status }) => status === 'realized').sort(earliest)[0];
  if (isMember) return realized ?? { status: 'realized', lastQualificationTime: now };
  if (realized) return { status: 'exited', lastQualificationTime: now };
  const exited = known.sort(earliest).at(-1);
  return exited && now - exited.lastQualificationTime <= EXITED_FOR ? exited : undefined;
}

const earliest = (x: Membership, y: Membership): number => x.lastQualificationTime - y.lastQualificationTime;
