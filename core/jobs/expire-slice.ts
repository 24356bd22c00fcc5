import { type ExpireItemDeps, expireItem } from '#core/profile/expiry/expire-item.ts';
import { refitTimeline } from '#core/profile/expiry/refit-timeline.ts';
import { changedRetentions, type ExpiryRules, expiresAnything } from '#core/profile/expiry/rules.ts';
import type { ExpiryBooks } from '#core/profile/ports/expiry-books.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import type { SliceDone } from './work-part.ts';

export interface ExpireDeps extends ExpireItemDeps {
  readonly books: ExpiryBooks;
}

const ITEMS_AT_ONCE = 16;

/** Whether expiry has to look at anything: where nothing expires and nothing did, nothing is read. */
export const hasAnythingToExpire = async (rules: ExpiryRules, books: ExpiryBooks): Promise<boolean> =>
  expiresAnything(rules) || changedRetentions(await books.retentions(), rules.eventDays).size > 0;

/**
 * Expiry of some profile items (aep.md §4.3). One that fails does not stop the others.
 * @returns counts of the events that left items, of the profiles of which nothing is left, and of timeline entries
 */
export async function expireSlice(items: readonly ProfileItem[], deps: ExpireDeps): Promise<SliceDone> {
  const changed = changedRetentions(await deps.books.retentions(), deps.rules.eventDays);
  const tally = { events: 0, profiles: 0, timelineEntries: 0 };
  const failed: IdentityKey[] = [];
  let firstError: Error | undefined;
  await eachAtOnce(items, ITEMS_AT_ONCE, async (item) => {
    try {
      if (changed.size > 0) tally.timelineEntries += await refitTimeline(Object.keys(item.events), changed, deps);
      const expired = await expireItem(item, deps);
      tally.events += expired.events;
      tally.profiles += expired.profiles;
      tally.timelineEntries += expired.timelineEntries;
    } catch (error) {
      failed.push(item.root);
      firstError ??= error as Error;
    }
  });
  return { tally, failed, ...(firstError && { firstError }) };
}
