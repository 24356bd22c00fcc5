import type { Governance } from '#core/governance/governance.ts';
import { hashIdentity } from '#core/identity/hashing.ts';
import { attributesOf } from '#core/profile/fragment.ts';
import { identityOfFragment, type ProfileItem } from '#core/profile/profile-item.ts';
import type { Profile } from '#core/profile/profiles.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { DestinationDefinition } from './definition.ts';
import type { Delivery, MembershipChange } from './delivery.ts';
import { type DeliveryStateItem, type DestinationState, NOTHING_ROUTED } from './delivery-state.ts';
import { isKnown, type Routed } from './diff.ts';
import type { MergePolicyProfiles } from './merge-policies.ts';
import { mayKnow } from './permitted.ts';
import { isDefaultProduction } from './route-aam.ts';

/** Reason under which the delivery state keeps what is held back. */
export const HELD = 'guard';

export type IsDue = (key: IdentityKey, segmentId: string) => boolean;

/** What guards have to know about an item that is routed. */
export interface Guarded {
  /** Undefined where it is gone. */
  readonly item: ProfileItem | undefined;
  /** What destinations know under the roots that are one now. */
  readonly before: readonly DeliveryStateItem[];
  /** Destinations that their guards hold. */
  readonly held: ReadonlySet<string>;
  readonly governance: Governance | undefined;
}

/**
 * What a destination is told while its guard holds it, or who leaves which audience because of what it is told.
 * @param wanted the routing as it would be without a guard
 */
export function behindGuard(
  destination: DestinationDefinition,
  wanted: Routed,
  known: DestinationState,
  profiles: readonly MergePolicyProfiles[],
  { item, before, held, governance }: Guarded,
): { readonly routed: Routed; readonly leaving?: AudienceChanges } {
  const isDue = dueRemovals(destination, item, profiles, governance);
  if (held.has(destination.id)) return { routed: holdBack(wanted, known, isDue) };
  return { routed: wanted, leaving: exitsOf(destination.id, before, wanted.deliveryState, isDue) };
}

/**
 * Which removals must not be held back: the person has opted out, or withdrawn the consent; a policy forbids to tell the
 * destination; nothing is stored of the identity any more (a deletion, a batch that was taken back); or the catalog does
 * not activate the segment there any more, which somebody has decided.
 */
export function dueRemovals(
  destination: DestinationDefinition,
  item: ProfileItem | undefined,
  profiles: readonly MergePolicyProfiles[],
  governance: Governance | undefined,
): IsDue {
  let looked: ReturnType<typeof look> | undefined;
  return (key, segmentId) => {
    if (!isActivated(destination, segmentId)) return true;
    looked ??= look(item, profiles);
    if (!looked.named.has(key)) return true;
    const own = looked.known.get(key) ?? [];
    return own.some(
      (one) => one.profile.optedOut || !mayKnow(destination, one.profile, one.key, segmentId, governance),
    );
  };
}

/** Whether the catalog still means the destination to have the segment. */
const isActivated = (destination: DestinationDefinition, segmentId: string): boolean =>
  destination.enabled &&
  destination.segments.includes(segmentId) &&
  (destination.type !== 'aam' || isDefaultProduction(destination));

/** An identity of somebody, by every key under which destinations know it. */
interface Known {
  readonly key: IdentityKey;
  readonly profile: Profile;
}

/** What most routings need not look up. */
function look(item: ProfileItem | undefined, profiles: readonly MergePolicyProfiles[]) {
  const known = new Map<IdentityKey, Known[]>();
  for (const profile of profiles.flatMap(({ profiles }) => profiles)) {
    for (const key of profile.identities) {
      for (const as of knownAs(key)) known.set(as, [...(known.get(as) ?? []), { key, profile }]);
    }
  }
  return { named: new Set(item ? namedIn(item).flatMap(knownAs) : []), known };
}

/** Itself, and its hash where destinations may take that in its place. */
function knownAs(key: IdentityKey): IdentityKey[] {
  const hashed = hashIdentity(parseIdentityKey(key));
  return hashed ? [key, identityKey(hashed)] : [key];
}

/** Identities of which something is stored, or somebody has said who they belong to. */
function namedIn({ fragments, events, linkHistory }: ProfileItem): IdentityKey[] {
  return [
    ...Object.entries(fragments).flatMap(([key, one]) => (attributesOf(one) ? [identityOfFragment(key)] : [])),
    ...Object.keys(events),
    ...linkHistory.condensed.flatMap(({ a, b }) => [a, b]),
    ...linkHistory.assertions.flatMap(({ identities }) => identities),
  ];
}

/**
 * What is left of a routing while its destination is held: removals that are due. Everything else stays as the
 * destination knows it, and is found again when it is routed the next time.
 */
export function holdBack(routed: Routed, known: DestinationState, isDue: IsDue): Routed {
  const isKept = (delivery: Delivery, { segmentId, status }: MembershipChange): boolean =>
    status === 'exited' && identitiesOf(delivery).every((key) => isDue(key, segmentId));
  const withheld = new Set<string>();
  const deliveries = routed.deliveries.flatMap(({ laneId, delivery }) => {
    const [kept, left] = [true, false].map((is) =>
      delivery.changes.filter((change) => isKept(delivery, change) === is),
    );
    for (const { segmentId } of left!) for (const key of identitiesOf(delivery)) withheld.add(`${key}|${segmentId}`);
    return kept!.length > 0 ? [{ laneId, delivery: { ...delivery, changes: kept } as Delivery }] : [];
  });
  const lastRouted: Record<IdentityKey, DestinationState['lastRouted'][string]> = { ...known.lastRouted };
  const held: string[] = [];
  for (const [key, segments] of Object.entries(routed.deliveryState.lastRouted)) {
    for (const [segmentId, entry] of Object.entries(segments)) {
      if (isKnown(known.lastRouted[key]?.[segmentId], entry.status)) continue;
      const name = `${key}|${segmentId}`;
      if (withheld.has(name)) held.push(name);
      else lastRouted[key] = { ...lastRouted[key], [segmentId]: entry };
    }
  }
  const excluded = held.length > 0 ? { ...routed.deliveryState.excluded, [HELD]: held } : routed.deliveryState.excluded;
  return { deliveries, deliveryState: { lastRouted, digests: known.digests, excluded } };
}

const identitiesOf = (delivery: Delivery): readonly IdentityKey[] =>
  (delivery.kind === 'aam-edge' ? [delivery.device, ...delivery.personIdentities] : delivery.identities).map(
    identityKey,
  );

/** Audiences of a destination → by how many profiles they grow, or shrink. */
export type AudienceChanges = Readonly<Record<string, number>>;

/**
 * The segments that somebody leaves, as a destination is to be told, and that may be held back: each with the number of
 * profiles. What a destination knows under one root counts as one profile.
 * @param before what is known under the roots that are one now
 */
export function exitsOf(
  destinationId: string,
  before: readonly DeliveryStateItem[],
  after: DestinationState,
  isDue: IsDue,
): AudienceChanges {
  const exits = Object.entries(audienceChanges(destinationId, before, after)).flatMap(([segmentId, by]) => {
    const isMember = membersOf(after).has(segmentId);
    const keys = before.flatMap((item) => realizedUnder(item.destinations[destinationId] ?? NOTHING_ROUTED, segmentId));
    return by < 0 && !isMember && keys.some((key) => !isDue(key, segmentId)) ? [[segmentId, -by] as const] : [];
  });
  return Object.fromEntries(exits);
}

/** By how much the audiences of a destination grow or shrink by what it is told. */
export function audienceChanges(
  destinationId: string,
  before: readonly DeliveryStateItem[],
  after: DestinationState,
): AudienceChanges {
  const changes: Record<string, number> = {};
  const add = (deliveryState: DestinationState, by: number): void => {
    for (const segmentId of membersOf(deliveryState)) changes[segmentId] = (changes[segmentId] ?? 0) + by;
  };
  for (const item of before) add(item.destinations[destinationId] ?? NOTHING_ROUTED, -1);
  add(after, 1);
  return Object.fromEntries(Object.entries(changes).filter(([, by]) => by !== 0));
}

/** The segments in which a destination knows somebody. */
export const membersOf = ({ lastRouted }: DestinationState): ReadonlySet<string> =>
  new Set(
    Object.values(lastRouted).flatMap((segments) =>
      Object.entries(segments).flatMap(([id, { status }]) => (status === 'realized' ? [id] : [])),
    ),
  );

const realizedUnder = ({ lastRouted }: DestinationState, segmentId: string): IdentityKey[] =>
  Object.entries(lastRouted).flatMap(([key, segments]) => (segments[segmentId]?.status === 'realized' ? [key] : []));
