import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { FoldSettings } from './fold-settings.ts';
import { loadItem } from './load.ts';
import type { ProfileStore } from './ports/profile-store.ts';
import type { Timeline } from './ports/timeline.ts';
import { joinEvents, type ProfileEvent, type ProfileItem } from './profile-item.ts';

export interface ReprojectDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly settings: FoldSettings;
  readonly now: () => number;
}

/**
 * Chooses and cuts the events of an item anew from its timeline, after segments were added or changed: so that a new
 * segment sees everything that happened before it was written, as far as events are kept.
 * @returns whether the item was written
 * @throws ConflictError when others went on writing first
 */
export async function reproject(canonicalKey: IdentityKey, deps: ReprojectDeps): Promise<boolean> {
  const { profiles, settings } = deps;
  return retryOnConflict(async () => {
    const item = await loadItem(canonicalKey, profiles);
    if (!item || isProjected(item, settings)) return false;
    const events: Record<IdentityKey, readonly ProfileEvent[]> = {};
    for (const identity of Object.keys(item.events)) events[identity] = await eventsOf(identity, deps);
    await profiles.write({
      item: { ...item, events, projection: settings.projection, projectedAt: deps.now() },
      pointers: [],
      mergedIn: [],
    });
    return true;
  }, deps);
}

/** Whether the events of an item were chosen under the segments active. */
export const isProjected = ({ projection }: Pick<ProfileItem, 'projection'>, settings: FoldSettings): boolean =>
  projection === settings.projection;

/** The events of an identity that segments look at, as they are on its timeline, without those that have expired. */
export async function eventsOf(
  identity: IdentityKey,
  { timeline, settings, now }: Pick<ReprojectDeps, 'timeline' | 'settings' | 'now'>,
): Promise<readonly ProfileEvent[]> {
  const events: ProfileEvent[] = [];
  for await (const { id, time, datasetId, json } of timeline.read(identity)) {
    if (settings.isActiveDataset?.(datasetId) === false) continue;
    const expiresAt = settings.expiryOf(datasetId, time) ?? Number.POSITIVE_INFINITY;
    const entity = json !== undefined && expiresAt > now() && settings.projectEvent(JSON.parse(json));
    if (entity) events.push({ id, time, datasetId, entity });
  }
  return settings.retainEvents(joinEvents([], events));
}
