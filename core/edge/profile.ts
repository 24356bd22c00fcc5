import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { identityMapOf, type Profile, type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import { isRedirect, type MembershipStore } from '#core/segmentation/membership.ts';

/** Where people are looked up while somebody waits. */
export interface EdgeStores {
  readonly profiles: Pick<ProfileStore, 'lookup'>;
  readonly memberships: Pick<MembershipStore, 'get'>;
}

/** What is known of somebody when they call. */
export interface EdgeProfile {
  /** Strongest first. */
  readonly identities: readonly IdentityKey[];
  readonly view: ProfileView;
  /** Segments that they are in, as last evaluated. */
  readonly memberOf: ReadonlySet<string>;
  /** Whether there is a profile of them. */
  readonly isKnown: boolean;
}

/**
 * The profile of somebody who calls, by the strongest identity that is known: with at most two reads one after the other.
 * What was moved between the two is not followed, it is found at the next call.
 * @param identities those that count, strongest first
 */
export async function readEdgeProfile(
  identities: readonly IdentityKey[],
  { profiles, memberships }: EdgeStores,
  settings: ProfileSettings,
): Promise<EdgeProfile> {
  const lookups = await profiles.lookup(identities);
  const key = identities.find((one) => lookups.has(one));
  if (key === undefined) return nobody(identities);
  const found = lookups.get(key)!;
  const canonicalKey = 'item' in found ? found.item.canonicalKey : found.redirectTo;
  const [item, stored] = await Promise.all([
    'item' in found ? found.item : itemAt(canonicalKey, profiles),
    memberships.get(canonicalKey),
  ]);
  const profile = item && profilesOf(item, settings).find((one) => one.identities.includes(key));
  if (!profile) return nobody(identities);
  const segments = stored && !isRedirect(stored) ? stored.profiles[profile.key]?.segments : undefined;
  const memberOf = Object.entries(segments ?? {}).flatMap(([id, { status }]) => (status === 'realized' ? [id] : []));
  return { ...withIdentities(profile, identities), memberOf: new Set(memberOf), isKnown: true };
}

async function itemAt(key: IdentityKey, profiles: EdgeStores['profiles']) {
  const found = (await profiles.lookup([key])).get(key);
  return found && 'item' in found ? found.item : undefined;
}

/** Somebody of whom nothing is known but what the call says. */
const nobody = (identities: readonly IdentityKey[]): EdgeProfile => ({
  identities,
  view: { identityMap: identityMapOf(identities), xEvent: [] },
  memberOf: new Set(),
  isKnown: false,
});

/** The identities of the call are theirs, also those that are new. */
function withIdentities({ identities, view }: Profile, called: readonly IdentityKey[]) {
  const isSame = called.every((key) => identities.includes(key));
  if (isSame) return { identities, view };
  const all = [...new Set([...identities, ...called])];
  return { identities: all, view: { ...view, identityMap: identityMapOf(all) } };
}

/** The identities of a record that count, strongest first. @param map as the record has it */
export const keysIn = (map: unknown, rank: (namespace: string) => number): IdentityKey[] =>
  Object.entries((map ?? {}) as Readonly<Record<string, readonly { readonly id?: unknown }[]>>)
    .flatMap(([namespace, items]) =>
      items.flatMap(({ id }) => (typeof id === 'string' && id !== '' ? `${namespace}:${id}` : [])),
    )
    .sort((x, y) => rank(namespaceOf(x)) - rank(namespaceOf(y)) || (x < y ? -1 : 1));
