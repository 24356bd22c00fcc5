import { type ExpireDeps, expireItems, hasAnythingToExpire } from '#core/jobs/expire-items.ts';

/** The whole job of expiry, in one slice. */
export async function expireAll(deps: ExpireDeps) {
  const nothing = { items: 0, events: 0, profiles: 0, timelineEntries: 0, failed: 0 };
  if (!(await hasAnythingToExpire(deps.settings, deps.retentionStore))) return nothing;
  const items = await Array.fromAsync(deps.profiles.scan());
  const { tally, failed, firstError } = await expireItems(items, deps);
  if (failed.length === 0) await deps.retentionStore.writeRetentions(deps.settings.eventDays);
  return { ...nothing, items: items.length, ...tally, failed: failed.length, ...(firstError && { firstError }) };
}
