import type { IdentityKey } from '#core/record/identity.ts';
import type { Membership } from '#core/segmentation/membership.ts';
import type { Delivery, MembershipChange } from './delivery.ts';
import type { DestinationState, LastRouted } from './delivery-state.ts';
import type { ActivatedProfile } from './desired.ts';

/** What routing one item to one destination comes to: what to send, and what the destination then knows. */
export interface Routed {
  readonly deliveries: readonly { readonly laneId: string; readonly delivery: Delivery }[];
  readonly deliveryState: DestinationState;
}

export interface Decision {
  /** Of the profile item that is routed. */
  readonly canonicalKey: IdentityKey;
  /** Larger than that of everything decided before about the same item. */
  readonly revision: number;
  /** Epoch ms. */
  readonly decidedAt: number;
}

/** Where what was last routed of an identity differs from what it should have: the changes to route. @param now epoch ms; @param isDue whether what is known is sent again all the same */
export function diffFor(
  keys: readonly IdentityKey[],
  { realized, memberships }: Pick<ActivatedProfile, 'realized' | 'memberships'>,
  deliveryState: DestinationState,
  now: number,
  isDue: (entry: LastRouted) => boolean = () => false,
): MembershipChange[] {
  const all = everyMembership(keys, { realized, memberships }, deliveryState, [], now);
  const changed = all.filter(({ segmentId, status }) =>
    keys.some((key) => {
      const entry = deliveryState.lastRouted[key]?.[segmentId];
      return !isKnown(entry, status) || (entry !== undefined && isDue(entry));
    }),
  );
  return changed.map((change) => {
    const entry = entryOf(change, keys, realized, deliveryState);
    return entry ? { ...change, entry } : change;
  });
}

/**
 * What made somebody a member of whom none of the identities was ever routed as one since. Where some were, it goes along
 * only with the very entry that they were routed as: identities that have joined them since, or whose message was not sent.
 */
function entryOf(
  { segmentId, status }: MembershipChange,
  keys: readonly IdentityKey[],
  realized: ActivatedProfile['realized'],
  { lastRouted }: DestinationState,
): Membership['entry'] {
  const membership = realized[segmentId];
  if (status !== 'realized' || !membership) return undefined;
  const isAnother = ({ again, untold, lastQualificationTime }: LastRouted): boolean =>
    (again ? untold : lastQualificationTime) !== membership.lastQualificationTime;
  const known = keys.flatMap((key) => lastRouted[key]?.[segmentId] ?? []);
  return known.some((each) => each.status === 'realized' && isAnother(each)) ? undefined : membership.entry;
}

/**
 * Of every segment that was ever routed of some identities, that they are in, or that is named, whether they are in it.
 * @param segmentIds of the destination
 * @param now epoch ms
 */
export function everyMembership(
  keys: readonly IdentityKey[],
  { realized, memberships }: Pick<ActivatedProfile, 'realized' | 'memberships'>,
  deliveryState: DestinationState,
  segmentIds: readonly string[],
  now: number,
): MembershipChange[] {
  const segments = new Set([
    ...segmentIds,
    ...Object.keys(realized),
    ...keys.flatMap((key) => Object.keys(deliveryState.lastRouted[key] ?? {})),
  ]);
  return [...segments].sort().map((segmentId): MembershipChange => {
    const status = realized[segmentId] ? 'realized' : 'exited';
    return {
      segmentId,
      status,
      lastQualificationTime: timeOf(status, realized[segmentId], memberships[segmentId], now),
    };
  });
}

/** Whether a destination knows a status; who was never told of a segment knows that nobody is in it. */
export const isKnown = (lastRouted: LastRouted | undefined, status: LastRouted['status']): boolean =>
  lastRouted ? lastRouted.status === status && !lastRouted.again : status === 'exited';

function timeOf(
  status: 'realized' | 'exited',
  realized: Membership | undefined,
  membership: Membership | undefined,
  now: number,
): number {
  if (realized) return realized.lastQualificationTime;
  return membership?.status === status ? membership.lastQualificationTime : now;
}

/** What is routed of an identity, once the changes are delivered. @param routes by which a change goes */
export function routedAfter(
  before: Readonly<Record<string, LastRouted>> | undefined,
  changes: readonly MembershipChange[],
  { decidedAt: routedAt, revision }: Decision,
  routes?: (change: MembershipChange) => readonly string[],
): Readonly<Record<string, LastRouted>> {
  const lastRouted: Record<string, LastRouted> = { ...before };
  for (const change of changes) {
    const { segmentId, status, lastQualificationTime } = change;
    lastRouted[segmentId] = {
      status,
      lastQualificationTime,
      routedAt,
      revision,
      ...(routes && { routes: routes(change) }),
    };
  }
  return lastRouted;
}

/** Identities that belong to no profile of the item any more, and were last told, perhaps, that they are members. */
export function abandonedIdentities(deliveryState: DestinationState, present: ReadonlySet<IdentityKey>): IdentityKey[] {
  return Object.entries(deliveryState.lastRouted)
    .filter(
      ([key, lastRouted]) => !present.has(key) && Object.values(lastRouted).some((entry) => !isKnown(entry, 'exited')),
    )
    .map(([key]) => key);
}

/** The memberships of an activated profile, or some of them, as exclusions are counted: `profile key|segment`. */
export const excludedMemberships = (
  { profile, realized }: Pick<ActivatedProfile, 'profile' | 'realized'>,
  isExcluded: (segmentId: string) => boolean = () => true,
): string[] =>
  Object.keys(realized)
    .filter(isExcluded)
    .map((segmentId) => `${profile.key}|${segmentId}`);
