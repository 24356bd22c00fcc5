import type { IdentityKey } from '#core/identity/identity.ts';
import type { Membership, MembershipItem, ProfileMemberships } from './membership.ts';

/**
 * Whether an evaluation at `now` found nothing that has to be written. That nothing is due until later than was noted
 * does not have to be: a visit too early costs one look, writing would cost one with every event.
 */
export function isUnchanged(before: MembershipItem, after: MembershipItem, now: number): boolean {
  const [noted, due] = [before.dueAt ?? Number.POSITIVE_INFINITY, after.dueAt ?? Number.POSITIVE_INFINITY];
  return noted > now && due >= noted && sameProfiles(before.profiles, after.profiles);
}

const sameProfiles = (
  x: Readonly<Record<IdentityKey, ProfileMemberships>>,
  y: Readonly<Record<IdentityKey, ProfileMemberships>>,
): boolean =>
  sameRecords(
    x,
    y,
    (a, b) =>
      a.digest === b.digest && a.releasedAt === b.releasedAt && sameRecords(a.segments, b.segments, sameMembership),
  );

const sameMembership = (x: Membership, y: Membership): boolean =>
  x.status === y.status && x.lastQualificationTime === y.lastQualificationTime;

function sameRecords<T>(
  x: Readonly<Record<string, T>>,
  y: Readonly<Record<string, T>>,
  same: (a: T, b: T) => boolean,
): boolean {
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length &&
    keys.every((key) => {
      const [a, b] = [x[key]!, y[key]];
      return a === b || (b !== undefined && same(a, b));
    })
  );
}

/** How many memberships became realized or stopped being so. */
export interface MembershipChanges {
  readonly entered: number;
  readonly exited: number;
}

export const NO_CHANGES: MembershipChanges = { entered: 0, exited: 0 };

export function changesBetween(before: MembershipItem, after: MembershipItem): MembershipChanges {
  const [held, holds] = [realizedIn(before), realizedIn(after)];
  return { entered: holds.difference(held).size, exited: held.difference(holds).size };
}

const realizedIn = (item: MembershipItem): Set<string> =>
  new Set(
    Object.entries(item.profiles).flatMap(([key, { segments }]) =>
      Object.entries(segments).flatMap(([id, { status }]) => (status === 'realized' ? [`${key}\u0000${id}`] : [])),
    ),
  );

/** What two items that become one hold together. */
export function joinMemberships(item: MembershipItem, other: MembershipItem): MembershipItem {
  const dueAt = Math.min(item.dueAt ?? Number.POSITIVE_INFINITY, other.dueAt ?? Number.POSITIVE_INFINITY);
  return {
    ...item,
    profiles: { ...other.profiles, ...item.profiles },
    ...(Number.isFinite(dueAt) && { dueAt }),
  };
}
