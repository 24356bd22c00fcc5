import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import type { MembershipItem, MembershipStore } from '#core/segmentation/membership.ts';
import { isRedirect as isMergedIn } from '#core/segmentation/membership.ts';
import type { MembershipChange, ProfileDelivery } from '../delivery.ts';
import { NOTHING_ROUTED } from '../delivery-state.ts';
import { activatedProfiles } from '../desired.ts';
import { permitted } from '../permitted.ts';
import { isProfileDestination, type ProfileDestination, typeOf } from '../registry.ts';
import { profilesIn, type RouteSettings } from '../route.ts';
import { identitiesFor } from '../route-profile.ts';
import { NUMBER } from './settings.ts';

/** Why somebody is not to be sent a text any more that is due now: a word for metrics; undefined where they still are. */
export type StillWanted = (
  delivery: ProfileDelivery,
  change: MembershipChange,
  number: string,
) => Promise<string | undefined>;

export interface StillWantedDeps {
  readonly profiles: Pick<ProfileStore, 'lookup'>;
  readonly memberships: Pick<MembershipStore, 'get'>;
  /** Of the catalog that is active now. */
  readonly settings: () => Promise<RouteSettings>;
}

/**
 * Looks at the person immediately before a text: whether they still are in the audience by the same entry, still consent,
 * and still have the number. A change of these that is on its way in the lane comes too late for a text.
 */
export function createStillWanted({ profiles, memberships, settings }: StillWantedDeps): StillWanted {
  return async ({ canonicalKey, destinationId }, change, number) => {
    const rules = await settings();
    const destination = rules.destinations.get(destinationId);
    if (!destination || !isProfileDestination(destination) || !destination.enabled) return 'destinationDisabled';
    if (!destination.segments.includes(change.segmentId)) return 'segmentNotActivated';
    const [item] = (await loadItems([canonicalKey], profiles)).items;
    const held = await membershipsOf(canonicalKey, memberships);
    return item && held ? whyNot(destination, item, held, rules, change, number) : 'profileGone';
  };
}

function whyNot(
  destination: ProfileDestination,
  item: ProfileItem,
  held: MembershipItem,
  rules: RouteSettings,
  { segmentId, lastQualificationTime }: MembershipChange,
  number: string,
): string | undefined {
  const policies = profilesIn(item, rules);
  const { profiles } = policies.find(({ policy }) => policy.segments?.has(segmentId)) ?? policies[0]!;
  const members = activatedProfiles(destination, profiles, held, (id) => id === segmentId, rules.activation).filter(
    ({ realized }) => realized[segmentId]?.lastQualificationTime === lastQualificationTime,
  );
  if (members.length === 0) return 'leftMeanwhile';
  const allowed = permitted(destination, members, rules.governance).activated.filter(
    ({ realized }) => realized[segmentId],
  );
  if (allowed.length === 0) return 'notPermittedMeanwhile';
  const accepted = typeOf(destination).identities(destination);
  const key = identityKey({ namespace: NUMBER, value: number });
  const isThere = allowed.some(({ profile }) => identitiesFor(accepted, profile, NOTHING_ROUTED).keys.includes(key));
  return isThere ? undefined : 'numberGoneMeanwhile';
}

async function membershipsOf(
  canonicalKey: IdentityKey,
  memberships: Pick<MembershipStore, 'get'>,
): Promise<MembershipItem | undefined> {
  const stored = await memberships.get(canonicalKey);
  return isMergedIn(stored) ? membershipsOf(stored.redirectTo, memberships) : stored;
}
