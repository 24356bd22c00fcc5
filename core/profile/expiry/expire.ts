import type { ExpiryBooks } from '#core/ports/expiry-books.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import { type ExpireItemDeps, expireItem } from './expire-item.ts';
import { refitTimeline } from './refit-timeline.ts';
import { changedRetentions, expiresAnything } from './rules.ts';

export interface ExpireDeps extends ExpireItemDeps {
  readonly books: ExpiryBooks;
}

export interface Expired {
  /** Items that were looked at. */
  readonly items: number;
  /** Events that left profile items. */
  readonly events: number;
  /** Profiles of which nothing is left. */
  readonly profiles: number;
  readonly timelineEntries: number;
  /** Items that could not be done; the next run does them. */
  readonly failed: number;
  readonly firstError?: Error;
}

const ITEMS_AT_ONCE = 16;

/**
 * The daily run of expiry over all profile items (aep.md §4.3). One that fails is counted and does not stop the others.
 * Where nothing expires and nothing did, nothing is read.
 */
export async function expire(deps: ExpireDeps): Promise<Expired> {
  const total = { items: 0, events: 0, profiles: 0, timelineEntries: 0, failed: 0 };
  const { rules, books, profiles } = deps;
  const changed = changedRetentions(await books.retentions(), rules.eventDays);
  if (changed.size === 0 && !expiresAnything(rules)) return total;
  let firstError: Error | undefined;
  await eachAtOnce(profiles.scan(), ITEMS_AT_ONCE, async (item) => {
    total.items += 1;
    try {
      if (changed.size > 0) total.timelineEntries += await refitTimeline(Object.keys(item.events), changed, deps);
      const expired = await expireItem(item, deps);
      total.events += expired.events;
      total.profiles += expired.profiles;
      total.timelineEntries += expired.timelineEntries;
    } catch (error) {
      total.failed += 1;
      firstError ??= error as Error;
    }
  });
  if (firstError) return { ...total, firstError };
  if (changed.size > 0) await books.keepRetentions(rules.eventDays);
  return total;
}
