import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { type Profile, profilesOf } from '#core/profile/profiles.ts';
import { linkingRules } from './factories.ts';

const latestWins: MergePolicyDefinition = {
  id: 'default',
  default: true,
  identityGraph: { type: 'pdg' },
  attributeMerge: { type: 'timestampOrdered' },
};

export const profileSettings = { links: linkingRules(), mergePolicy: latestWins };

/** All profiles in a store, by key, as data that can be compared. */
export async function allProfiles(store: ProfileStore, rules = profileSettings): Promise<object[]> {
  const profiles: Profile[] = [];
  for await (const item of store.scan()) profiles.push(...profilesOf(item, rules));
  return profiles
    .sort((x, y) => (x.key < y.key ? -1 : 1))
    .map(({ key, identities, view, optedOut }) => ({
      key,
      identities,
      optedOut,
      view: { ...view, xEvent: [...view.xEvent].sort((x, y) => x.time - y.time || (x.id < y.id ? -1 : 1)) },
    }));
}
