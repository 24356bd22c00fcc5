import type { Lookup, ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { identityMapOf, type Profile, type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import { isRedirect, type MembershipStore } from '#core/segmentation/membership.ts';
import type { EdgeEntry, EdgeProfileStore } from './ports/edge-profile-store.ts';
import { type EdgeProjection, membersOf, profileIn, viewOf } from './projection.ts';

/** Where people are looked up while somebody waits. */
export interface EdgeStores {
  readonly profiles: Pick<ProfileStore, 'lookup'>;
  readonly memberships: Pick<MembershipStore, 'get'>;
  /** Copies made for the edge, where the stage answers from them. */
  readonly copies?: Pick<EdgeProfileStore, 'lookup'> | undefined;
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

/** So often a profile item may have been moved into another: each time is a read more, while somebody waits. */
const MAX_MOVES = 10;

/**
 * The profile of somebody who calls, from the copies that are made for the edge, or, where there are none or they were made
 * under another catalog, from the tables.
 * @param identities those that count, strongest first
 */
export async function readEdgeProfile(
  identities: readonly IdentityKey[],
  stores: EdgeStores,
  { profile, projection }: { readonly profile: ProfileSettings; readonly projection: EdgeProjection | undefined },
): Promise<EdgeProfile> {
  const { copies } = stores;
  const copied = copies && projection && (await readCopy(identities, copies, projection));
  return copied ?? readTables(identities, stores, profile);
}

/**
 * By the strongest identity that is known, with at most two reads one after the other.
 * @returns undefined where the copy is one of another catalog
 */
async function readCopy(
  identities: readonly IdentityKey[],
  copies: Pick<EdgeProfileStore, 'lookup'>,
  { shape }: EdgeProjection,
): Promise<EdgeProfile | undefined> {
  const entries = await copies.lookup(identities);
  const key = identities.find((one) => entries.has(one));
  if (key === undefined) return nobody(identities);
  const first = entries.get(key)!;
  const entry = 'redirectTo' in first ? await entryAt(first.redirectTo, entries, copies) : first;
  if (!entry || 'redirectTo' in entry) return nobody(identities);
  if (entry.shape !== shape) return undefined;
  const profile = profileIn(entry, key);
  if (!profile) return nobody(identities);
  const view = viewOf(profile, identityMapOf(profile.identities));
  const known = withIdentities({ identities: profile.identities, view }, identities);
  return { ...known, memberOf: new Set(profile.memberOf), isKnown: true };
}

const entryAt = async (
  key: IdentityKey,
  known: ReadonlyMap<IdentityKey, EdgeEntry>,
  copies: Pick<EdgeProfileStore, 'lookup'>,
): Promise<EdgeEntry | undefined> => known.get(key) ?? (await copies.lookup([key])).get(key);

/**
 * The profile of somebody who calls, from the tables, by the strongest identity that is known: with two reads one after the other, and one
 * more for each time that the item under which the identity was first known was merged into another.
 */
async function readTables(
  identities: readonly IdentityKey[],
  { profiles, memberships }: EdgeStores,
  settings: ProfileSettings,
): Promise<EdgeProfile> {
  const lookups = await profiles.lookup(identities);
  const key = identities.find((one) => lookups.has(one));
  if (key === undefined) return nobody(identities);
  const { item, stored } = await follow(lookups.get(key)!, { profiles, memberships });
  const profile = item && profilesOf(item, settings).find((one) => one.identities.includes(key));
  if (!profile) return nobody(identities);
  const segments = stored && !isRedirect(stored) ? stored.profiles[profile.key]?.segments : undefined;
  return { ...withIdentities(profile, identities), memberOf: new Set(membersOf(segments)), isKnown: true };
}

/** The item that something under an identity's key leads to, and its memberships; both are read at once. */
async function follow(first: Lookup, { profiles, memberships }: EdgeStores) {
  if ('item' in first) return { item: first.item, stored: await memberships.get(first.item.canonicalKey) };
  let { redirectTo } = first;
  for (let moves = 0; moves < MAX_MOVES; moves += 1) {
    const [lookups, stored] = await Promise.all([profiles.lookup([redirectTo]), memberships.get(redirectTo)]);
    const found = lookups.get(redirectTo);
    if (!found) break;
    if ('item' in found) return { item: found.item, stored };
    redirectTo = found.redirectTo;
  }
  return { item: undefined, stored: undefined };
}

/** Somebody of whom nothing is known but what the call says. */
const nobody = (identities: readonly IdentityKey[]): EdgeProfile => ({
  identities,
  view: { identityMap: identityMapOf(identities), xEvent: [] },
  memberOf: new Set(),
  isKnown: false,
});

/** The identities of the call are theirs, also those that are new. */
function withIdentities({ identities, view }: Pick<Profile, 'identities' | 'view'>, called: readonly IdentityKey[]) {
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
