import { isGeneralOptOut } from '#core/profile/merge.ts';
import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import type { SegmentSet } from './segment-set.ts';

/**
 * The answers of all edge segments (aep.md §5.3) to one incoming event, within the request: from the profile as it is
 * stored and the event, which is in no profile yet. Pure; the profile may be that of somebody unknown, without anything.
 * @param event with the whole entity; an event of the future does not count until its time
 * @param now epoch ms
 * @returns edge segments only, in the order of their dependencies
 */
export function evaluateEdge(
  profile: ProfileView,
  event: EventView,
  segments: SegmentSet,
  now: number,
): ReadonlyMap<string, boolean> {
  const ids = segments.ids.filter((id) => segments.plans.get(id)?.method === 'edge');
  if (isGeneralOptOut(profile.privacyOptOuts)) return new Map(ids.map((id) => [id, false]));
  const isKnown = profile.xEvent.some(({ id }) => id === event.id);
  const entity = isKnown ? undefined : segments.projectEvent(event.entity);
  const xEvent = entity === undefined ? profile.xEvent : [...profile.xEvent, { ...event, entity }];
  const look = segments.evaluator({ ...profile, xEvent });
  return new Map(ids.map((id) => [id, look.answer(id, now).isMember]));
}
