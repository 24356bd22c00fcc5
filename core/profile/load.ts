import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { ProfileStore } from './ports/profile-store.ts';
import type { ProfileItem } from './profile-item.ts';

/** The item under a root; undefined where nothing lies, or where it was taken into another. */
export async function loadItem(
  canonicalKey: IdentityKey,
  profiles: Pick<ProfileStore, 'lookup'>,
): Promise<ProfileItem | undefined> {
  const found = (await profiles.lookup([canonicalKey])).get(canonicalKey);
  return found && 'item' in found ? found.item : undefined;
}

/** The items that hold the identities, following pointers, and the identities that nobody knows yet. */
export async function loadItems(
  identities: readonly IdentityKey[],
  profiles: Pick<ProfileStore, 'lookup'>,
): Promise<{ items: ProfileItem[]; unknown: IdentityKey[] }> {
  const items = new Map<IdentityKey, ProfileItem>();
  const unknown: IdentityKey[] = [];
  let wanted = [...identities];
  let first = true;
  while (wanted.length > 0) {
    const found = await profiles.lookup(wanted);
    const next = new Set<IdentityKey>();
    for (const key of wanted) {
      const lookup = found.get(key);
      if (!lookup) {
        // A pointer to nothing cannot be: items are never removed while something points to them.
        if (!first) throw new ConflictError('an item');
        unknown.push(key);
      } else if ('item' in lookup) items.set(lookup.item.canonicalKey, lookup.item);
      else if (!items.has(lookup.redirectTo)) next.add(lookup.redirectTo);
    }
    wanted = [...next];
    first = false;
  }
  return { items: [...items.values()], unknown };
}
