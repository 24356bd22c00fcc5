import type { IdentityKey } from '#core/record/identity.ts';
import type { Membership } from '#core/segmentation/membership.ts';
import type { Delivery, MembershipChange } from './delivery.ts';
import type { ActivatedProfile } from './desired.ts';
import type { DestinationLedger, Told } from './ledger.ts';

/** What routing one item to one destination comes to: what to send, and what the destination then knows. */
export interface Routed {
  readonly deliveries: readonly { readonly outletId: string; readonly delivery: Delivery }[];
  readonly ledger: DestinationLedger;
}

export interface Decision {
  /** Of the profile item that is routed. */
  readonly root: IdentityKey;
  /** Larger than that of everything decided before about the same item. */
  readonly revision: number;
  /** Epoch ms. */
  readonly decidedAt: number;
}

/** Where an identity's last news differ from what it should have: the changes to tell. */
export function differencesFor(
  keys: readonly IdentityKey[],
  { realized, memberships }: Pick<ActivatedProfile, 'realized' | 'memberships'>,
  ledger: DestinationLedger,
  now: number,
): MembershipChange[] {
  const segments = new Set([...Object.keys(realized), ...keys.flatMap((key) => Object.keys(ledger.told[key] ?? {}))]);
  return [...segments].sort().flatMap((segmentId): MembershipChange[] => {
    const status = realized[segmentId] ? 'realized' : 'exited';
    const differs = keys.some((key) => (ledger.told[key]?.[segmentId]?.status ?? 'exited') !== status);
    if (!differs) return [];
    return [
      { segmentId, status, lastQualificationTime: timeOf(status, realized[segmentId], memberships[segmentId], now) },
    ];
  });
}

function timeOf(
  status: 'realized' | 'exited',
  realized: Membership | undefined,
  membership: Membership | undefined,
  now: number,
): number {
  if (realized) return realized.lastQualificationTime;
  return membership?.status === status ? membership.lastQualificationTime : now;
}

/**
 * What an identity has been told, once the changes are delivered.
 * @param toldAt epoch ms of the decision
 */
export function toldAfter(
  before: Readonly<Record<string, Told>> | undefined,
  changes: readonly MembershipChange[],
  toldAt: number,
  via?: (change: MembershipChange) => readonly string[],
): Readonly<Record<string, Told>> {
  const told: Record<string, Told> = { ...before };
  for (const change of changes) {
    const { segmentId, status, lastQualificationTime } = change;
    told[segmentId] = { status, lastQualificationTime, toldAt, ...(via && { via: via(change) }) };
  }
  return told;
}

/** Identities that belong to no profile of the item any more and were last told that they are members. */
export function abandonedIdentities(ledger: DestinationLedger, present: ReadonlySet<IdentityKey>): IdentityKey[] {
  return Object.entries(ledger.told)
    .filter(([key, told]) => !present.has(key) && Object.values(told).some(({ status }) => status === 'realized'))
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
