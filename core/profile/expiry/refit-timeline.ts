import type { IdentityKey } from '#core/record/identity.ts';
import type { Timeline } from '../ports/timeline.ts';
import { type ExpirySettings, isExpired } from './settings.ts';

/**
 * Makes the timeline of identities keep events as long as their datasets do now: what is too old goes, of the rest each
 * event gets the instant at which it will. Needed only after the retention of a dataset was changed, since events that
 * arrive get theirs when they arrive.
 * @param changed the datasets whose retention is another one
 * @returns how many events were removed
 */
export async function refitTimeline(
  identities: readonly IdentityKey[],
  changed: ReadonlySet<string>,
  deps: { readonly timeline: Timeline; readonly settings: ExpirySettings; readonly now: number },
): Promise<number> {
  const { timeline, settings, now } = deps;
  let removed = 0;
  for (const identity of identities) {
    for await (const entry of timeline.read(identity)) {
      if (entry.json === undefined || !changed.has(entry.datasetId)) continue;
      if (isExpired(entry, settings.fold, now)) removed += await timeline.erase(identity, entry.id);
      else {
        const expiresAt = settings.fold.expiryOf(entry.datasetId, entry.time);
        if (seconds(expiresAt) !== seconds(entry.expiresAt)) await timeline.setExpiry(identity, entry.id, expiresAt);
      }
    }
  }
  return removed;
}

/** Instants of expiry are kept to the second. */
const seconds = (instant: number | undefined): number | undefined =>
  instant === undefined ? undefined : Math.ceil(instant / 1_000);
