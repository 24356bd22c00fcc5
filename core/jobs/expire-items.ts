import { type ExpireItemDeps, expireItem } from '#core/profile/expiry/expire-item.ts';
import { refitTimeline } from '#core/profile/expiry/refit-timeline.ts';
import { changedRetentions, type ExpirySettings, expiresAnything } from '#core/profile/expiry/settings.ts';
import type { AppliedRetentions } from '#core/profile/ports/applied-retentions.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import type { StepResult } from './work-on-partition.ts';

export interface ExpireDeps extends ExpireItemDeps {
  readonly retentionStore: AppliedRetentions;
}

const ITEMS_CONCURRENCY = 16;

/** Whether expiry has to look at anything: where nothing expires and nothing did, nothing is read. */
export const hasAnythingToExpire = async (
  settings: ExpirySettings,
  retentionStore: AppliedRetentions,
): Promise<boolean> =>
  expiresAnything(settings) || changedRetentions(await retentionStore.retentions(), settings.eventDays).size > 0;

/**
 * Expiry of some profile items (aep.md §4.3). One that fails does not stop the others.
 * @returns counts of the events that left items, of the profiles of which nothing is left, and of timeline entries
 */
export async function expireItems(items: readonly ProfileItem[], deps: ExpireDeps): Promise<StepResult> {
  const changed = changedRetentions(await deps.retentionStore.retentions(), deps.settings.eventDays);
  const tally = { events: 0, profiles: 0, timelineEntries: 0 };
  const failed: IdentityKey[] = [];
  let firstError: Error | undefined;
  await mapWithConcurrency(items, ITEMS_CONCURRENCY, async (item) => {
    try {
      if (changed.size > 0) tally.timelineEntries += await refitTimeline(Object.keys(item.events), changed, deps);
      const expired = await expireItem(item, deps);
      tally.events += expired.events;
      tally.profiles += expired.profiles;
      tally.timelineEntries += expired.timelineEntries;
    } catch (error) {
      failed.push(item.canonicalKey);
      firstError ??= error as Error;
    }
  });
  return { tally, failed, ...(firstError && { firstError }) };
}
