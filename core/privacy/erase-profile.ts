import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { identitiesIn } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { type ErasedFromItem, eraseFromItem } from './erase-item.ts';

export interface EraseProfileDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
}

/** Is told, before an item is written, of the identities that nothing in it names afterwards. */
export type Linked = (identities: readonly IdentityKey[]) => Promise<void>;

/**
 * Takes a person out of all items that name one of their identities, and off the timeline. Memberships end, and
 * destinations are told, by the usual way, because both follow the profile item. Done again, it finds nothing.
 */
export async function eraseProfile(
  identities: readonly IdentityKey[],
  linked: Linked,
  deps: EraseProfileDeps,
): Promise<{ readonly profile: ErasedFromItem; readonly timelineEntries: number }> {
  const theirs = new Set(identities);
  const profile = { fragments: 0, events: 0, links: 0 };
  const { items } = await loadItems(identities, deps.profiles);
  for (const { canonicalKey } of items) {
    const counts = await retryOnConflict(async () => {
      const [item] = (await loadItems([canonicalKey], deps.profiles)).items;
      if (!item) return undefined;
      const erased = eraseFromItem(item, theirs);
      if (isNothing(erased.counts) && !namesThem(erased.item, item)) return undefined;
      const left = identitiesIn(item).difference(identitiesIn(erased.item)).difference(theirs);
      if (left.size > 0) await linked([...left]);
      await deps.profiles.write({ item: erased.item, pointers: [], mergedIn: [] });
      return erased.counts;
    }, deps);
    profile.fragments += counts?.fragments ?? 0;
    profile.events += counts?.events ?? 0;
    profile.links += counts?.links ?? 0;
  }
  let timelineEntries = 0;
  for (const identity of identities) timelineEntries += await deps.timeline.erase(identity);
  return { profile, timelineEntries };
}

const isNothing = ({ fragments, events, links }: ErasedFromItem): boolean => fragments + events + links === 0;

/** What is counted as nothing may still have names: of an identity without events, or of a link that was withdrawn. */
const namesThem = (after: object, before: object): boolean => JSON.stringify(after) !== JSON.stringify(before);
