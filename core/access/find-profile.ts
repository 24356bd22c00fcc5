import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, profilesOf } from '#core/profile/profiles.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { AccessDeps } from './access.ts';

export interface FoundProfile {
  readonly item: ProfileItem;
  readonly profile: Profile;
}

/**
 * The profile of an identity as a merge policy sees it, or undefined where nothing is known of it: with stitching `none`
 * an identity that is only linked to others has no profile of its own (aep.md §4.1).
 * @throws ConflictError when an item was moved meanwhile: to be asked again
 */
export async function findProfile(
  key: IdentityKey,
  mergePolicy: MergePolicyDefinition,
  { profiles, settings }: Pick<AccessDeps, 'profiles' | 'settings'>,
): Promise<FoundProfile | undefined> {
  const [item] = (await loadItems([key], profiles)).items;
  if (!item) return undefined;
  const profile = profilesOf(item, { ...settings, mergePolicy }).find(({ identities }) => identities.includes(key));
  return profile && { item, profile };
}
