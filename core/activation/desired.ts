import type { Profile } from '#core/profile/profiles.ts';
import type { Membership, MembershipItem, ProfileMemberships } from '#core/segmentation/membership.ts';
import { asActivated, type IdentityActivation } from './activated-identities.ts';
import type { DestinationDefinition } from './definition.ts';

/** A profile with its memberships in the segments that one destination activates. */
export interface ActivatedProfile {
  readonly profile: Profile;
  /** Realized only. */
  readonly realized: Readonly<Record<string, Membership>>;
  readonly memberships: ProfileMemberships['segments'];
  /** See {@link ProfileMemberships}. */
  readonly releasedAt?: number | undefined;
}

/**
 * The profiles of an item as a destination is concerned with them. Opted-out people have no realized membership. A
 * membership under another merge policy belongs to the profile that has the identity it is kept under.
 * @param isOwn which segments are looked at
 * @param activation which identities are told; all where it is omitted
 */
export function activatedProfiles(
  destination: DestinationDefinition,
  profiles: readonly Profile[],
  memberships: MembershipItem,
  isOwn: (segmentId: string) => boolean = () => true,
  activation?: IdentityActivation,
): ActivatedProfile[] {
  const isActivated = (id: string): boolean => destination.segments.includes(id) && isOwn(id);
  return profiles.map((profile) => {
    const own: Record<string, Membership> = {};
    for (const key of profile.identities) {
      for (const [id, membership] of Object.entries(memberships.profiles[key]?.segments ?? {})) {
        if (isActivated(id) && own[id]?.status !== 'realized') own[id] = membership;
      }
    }
    const realized = Object.fromEntries(
      Object.entries(own).filter(([, { status }]) => status === 'realized' && destination.enabled && !profile.optedOut),
    );
    // Memberships under other merge policies are kept under other identities of the person, and released there.
    const released = profile.identities.flatMap((key) => memberships.profiles[key]?.releasedAt ?? []);
    const releasedAt = released.length > 0 ? Math.max(...released) : undefined;
    return { profile: asActivated(profile, activation), memberships: own, realized, releasedAt };
  });
}
