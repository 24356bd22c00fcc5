import type { IdentityKey } from '#core/record/identity.ts';
import type { Membership, MembershipItem, ProfileMemberships } from './membership.ts';

/**
 * Whether an evaluation at `now` found nothing that has to be written. That nothing is due until later than was noted
 * does not have to be: a visit too early costs one look, writing would cost one with every event.
 * @param now epoch ms
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
  /** How many of these are of streamed segments, although time had nothing to change yet: new data changed them. */
  readonly streamed: number;
}

export const NO_CHANGES: MembershipChanges = { entered: 0, exited: 0, streamed: 0 };

/**
 * @param streamed ids of the segments that are evaluated when something comes in
 * @param now epoch ms of the evaluation
 */
export function changesBetween(
  before: MembershipItem,
  after: MembershipItem,
  streamed: ReadonlySet<string>,
  now: number,
): MembershipChanges {
  const [held, holds] = [realizedIn(before), realizedIn(after)];
  const entered = [...holds.keys()].filter((key) => !held.has(key));
  const exited = [...held.keys()].filter((key) => !holds.has(key));
  const isDue = before.dueAt !== undefined && before.dueAt <= now;
  const ofStreamed = [...entered, ...exited].filter((key) => streamed.has((holds.get(key) ?? held.get(key))!));
  return { entered: entered.length, exited: exited.length, streamed: isDue ? 0 : ofStreamed.length };
}

/** Profile and segment → segment. */
const realizedIn = (item: MembershipItem): Map<string, string> =>
  new Map(
    Object.entries(item.profiles).flatMap(([key, { segments }]) =>
      Object.entries(segments).flatMap(([id, { status }]): [string, string][] =>
        status === 'realized' ? [[`${key}\u0000${id}`, id]] : [],
      ),
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
