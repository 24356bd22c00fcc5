import type { IdentityKey } from '#core/record/identity.ts';
import type { Lookup, ProfileStore } from './ports/profile-store.ts';
import type { ProfileItem } from './profile-item.ts';

/** The item under a root; undefined where nothing lies, or where it was taken into another. */
export async function loadItem(
  canonicalKey: IdentityKey,
  profiles: Pick<ProfileStore, 'lookup'>,
): Promise<ProfileItem | undefined> {
  const found = (await profiles.lookup([canonicalKey])).get(canonicalKey);
  return found && 'item' in found ? found.item : undefined;
}

/**
 * The items that hold the identities, following pointers, and the identities that nobody knows.
 * @returns among those that nobody knows: `dangling`, pointers whose item was deleted with a person, and where they lead
 */
export async function loadItems(
  identities: readonly IdentityKey[],
  profiles: Pick<ProfileStore, 'lookup'>,
): Promise<{
  items: ProfileItem[];
  unknown: IdentityKey[];
  dangling: ReadonlyMap<IdentityKey, IdentityKey>;
}> {
  const items = new Map<IdentityKey, ProfileItem>();
  const found = new Map<IdentityKey, Lookup | undefined>();
  let wanted = [...new Set(identities)];
  while (wanted.length > 0) {
    const lookups = await profiles.lookup(wanted);
    for (const key of wanted) found.set(key, lookups.get(key));
    const next = [...lookups.values()].flatMap((lookup) => ('redirectTo' in lookup ? [lookup.redirectTo] : []));
    for (const lookup of lookups.values()) if ('item' in lookup) items.set(lookup.item.canonicalKey, lookup.item);
    wanted = [...new Set(next)].filter((key) => !found.has(key));
  }
  const dangling = new Map<IdentityKey, IdentityKey>();
  for (const [key, lookup] of found) {
    if (lookup && 'redirectTo' in lookup && !leadsToItem(key, found)) dangling.set(key, lookup.redirectTo);
  }
  const unknown = [...new Set(identities)].filter((key) => !leadsToItem(key, found));
  return { items: [...items.values()], unknown, dangling };
}

function leadsToItem(key: IdentityKey, found: ReadonlyMap<IdentityKey, Lookup | undefined>): boolean {
  let lookup = found.get(key);
  while (lookup && 'redirectTo' in lookup) lookup = found.get(lookup.redirectTo);
  return lookup !== undefined;
}
