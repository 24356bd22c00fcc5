import { attributesOf } from '#core/profile/fragment.ts';
import { datasetOfFragment, identityOfFragment } from '#core/profile/profile-item.ts';
import { type AttributeSource, provenanceOf } from '#core/profile/provenance.ts';
import type { AccessSettings } from './access.ts';
import type { FoundProfile } from './find-profile.ts';

/**
 * What each value of a profile comes from, under a merge policy: of the fragments of the person those whose datasets count
 * (docs/profiles.md, "Where a value comes from").
 */
export function sourcesOfAttributes(
  { item, profile }: Pick<FoundProfile, 'item' | 'profile'>,
  { mergePolicy, isActiveDataset }: Pick<AccessSettings, 'mergePolicy' | 'isActiveDataset'>,
): AttributeSource[] {
  const own = new Set(profile.identities);
  const fragments = Object.entries(item.fragments).filter(
    ([key, fragment]) =>
      own.has(identityOfFragment(key)) &&
      isActiveDataset?.(datasetOfFragment(key)) !== false &&
      attributesOf(fragment) !== undefined,
  );
  return provenanceOf(fragments, mergePolicy);
}
