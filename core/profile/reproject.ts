import { type Pausing, retryOnConflict } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { FoldRules } from './fold-settings.ts';
import { loadItem } from './load.ts';
import type { ProfileStore } from './ports/profile-store.ts';
import type { Timeline } from './ports/timeline.ts';
import { joinEvents, type ProfileEvent, type ProfileItem } from './profile-item.ts';

export interface ReprojectDeps extends Pausing {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly rules: FoldRules;
  readonly now: () => number;
}

/**
 * Chooses and cuts the events of an item anew from its timeline, after segments were added or changed: so that a new
 * segment sees everything that happened before it was written, as far as events are kept.
 * @returns whether the item was written
 */
export async function reproject(root: IdentityKey, deps: ReprojectDeps): Promise<boolean> {
  const { profiles, rules } = deps;
  return retryOnConflict(async () => {
    const item = await loadItem(root, profiles);
    if (!item || isProjected(item, rules)) return false;
    const events: Record<IdentityKey, readonly ProfileEvent[]> = {};
    for (const identity of Object.keys(item.events)) events[identity] = await eventsOf(identity, deps);
    await profiles.write({
      item: { ...item, events, projection: rules.projection, projectedAt: deps.now() },
      pointers: [],
      absorbed: [],
    });
    return true;
  }, deps);
}

/** Whether the events of an item were chosen under the segments in force. */
export const isProjected = ({ projection }: Pick<ProfileItem, 'projection'>, rules: FoldRules): boolean =>
  projection === rules.projection;

/** The events of an identity that segments look at, as they are on its timeline, without those that have expired. */
export async function eventsOf(
  identity: IdentityKey,
  { timeline, rules, now }: Pick<ReprojectDeps, 'timeline' | 'rules' | 'now'>,
): Promise<readonly ProfileEvent[]> {
  const events: ProfileEvent[] = [];
  for await (const { id, time, datasetId, json } of timeline.read(identity)) {
    const expiresAt = rules.expiryOf(datasetId, time) ?? Number.POSITIVE_INFINITY;
    const entity = json !== undefined && expiresAt > now() && rules.projectEvent(JSON.parse(json));
    if (entity) events.push({ id, time, datasetId, entity });
  }
  return rules.retainEvents(joinEvents([], events));
}
