import { type ExpireDeps, expireSlice, hasAnythingToExpire } from '#core/jobs/expire-slice.ts';

/** The whole job of expiry, in one slice. */
export async function expireAll(deps: ExpireDeps) {
  const nothing = { items: 0, events: 0, profiles: 0, timelineEntries: 0, failed: 0 };
  if (!(await hasAnythingToExpire(deps.rules, deps.books))) return nothing;
  const items = await Array.fromAsync(deps.profiles.scan());
  const { tally, failed, firstError } = await expireSlice(items, deps);
  if (failed.length === 0) await deps.books.keepRetentions(deps.rules.eventDays);
  return { ...nothing, items: items.length, ...tally, failed: failed.length, ...(firstError && { firstError }) };
}
