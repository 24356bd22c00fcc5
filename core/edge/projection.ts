import { identitiesIn, type ProfileItem } from '#core/profile/profile-item.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { type Profile, type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { isRedirect, type MembershipStore } from '#core/segmentation/membership.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { EdgeItem, ProjectedProfile } from './ports/edge-profile-store.ts';

/** What the memberships of an item are read as; undefined where it was never evaluated. */
export type StoredMemberships = Awaited<ReturnType<MembershipStore['get']>>;

/** What of profiles is kept for answers within a request, under one catalog. */
export interface EdgeProjection {
  /** Changes when something else would be kept: what was projected under another one does not count any more. */
  readonly shape: string;
  readonly profile: ProfileSettings;
  /** Edge segments, and those that they build on. */
  readonly segments: Pick<SegmentSet, 'projectEvent'>;
  /** Segments that answers ask for: of destinations of the edge, and of activities. */
  readonly asked: ReadonlySet<string>;
  /** Cuts attributes down to those that edge segments and destinations read, consents and opt-outs included. */
  attributes(view: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/**
 * What the edge needs of the profiles of an item. Pure: the same item and memberships give the same.
 * @param memberships of the item, as they are stored
 */
export function projectItem(item: ProfileItem, memberships: StoredMemberships, projection: EdgeProjection): EdgeItem {
  const stored = memberships && !isRedirect(memberships) ? memberships.profiles : {};
  const { canonicalKey, mergedIn } = item;
  const leadHere = new Set([...identitiesIn(item), ...mergedIn]);
  leadHere.delete(canonicalKey);
  return {
    shape: projection.shape,
    identities: [...leadHere].sort(),
    profiles: profilesOf(item, projection.profile).map((profile) =>
      projectProfile(profile, membersOf(stored[profile.key]?.segments), projection),
    ),
  };
}

/** The segments that somebody is in, as last evaluated. */
export const membersOf = (segments: Readonly<Record<string, { readonly status: string }>> | undefined): string[] =>
  Object.entries(segments ?? {}).flatMap(([id, { status }]) => (status === 'realized' ? [id] : []));

function projectProfile(
  { identities, view }: Profile,
  memberOf: readonly string[],
  { segments, asked, attributes }: EdgeProjection,
): ProjectedProfile {
  const { xEvent, identityMap: _again, ...rest } = view;
  const events = xEvent.flatMap(({ id, time, entity }) => {
    const kept = segments.projectEvent(entity);
    return kept ? [{ id, time, entity: kept }] : [];
  });
  return { identities, attributes: attributes(rest), events, memberOf: memberOf.filter((id) => asked.has(id)).sort() };
}

/** A projected profile as segments see it. @param identityMap of its identities */
export const viewOf = (
  { attributes, events }: ProjectedProfile,
  identityMap: Readonly<Record<string, unknown>>,
): ProfileView => ({ ...attributes, identityMap, xEvent: events });

/** The profile of an identity among those of an item. */
export const profileIn = ({ profiles }: EdgeItem, key: IdentityKey): ProjectedProfile | undefined =>
  profiles.find(({ identities }) => identities.includes(key));
