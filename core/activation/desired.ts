import type { DestinationDefinition } from '#core/catalog/definitions.ts';
import type { Profile } from '#core/profile/profiles.ts';
import type { Membership, MembershipItem, ProfileMemberships } from '#core/segmentation/membership.ts';

/** A profile with its memberships in the segments that one destination activates. */
export interface ActivatedProfile {
  readonly profile: Profile;
  /** Realized only. */
  readonly realized: Readonly<Record<string, Membership>>;
  readonly memberships: ProfileMemberships['segments'];
  /** See {@link ProfileMemberships}. */
  readonly releasedAt?: number | undefined;
}

/** The profiles of an item as a destination is concerned with them. Opted-out people have no realized membership. */
export function activatedProfiles(
  destination: DestinationDefinition,
  profiles: readonly Profile[],
  memberships: MembershipItem,
): ActivatedProfile[] {
  return profiles.map((profile) => {
    const entry = memberships.profiles[profile.key];
    const all = entry?.segments ?? {};
    const own = Object.fromEntries(Object.entries(all).filter(([id]) => destination.segments.includes(id)));
    const realized = Object.fromEntries(
      Object.entries(own).filter(([, { status }]) => status === 'realized' && destination.enabled && !profile.optedOut),
    );
    return { profile, memberships: own, realized, releasedAt: entry?.releasedAt };
  });
}
