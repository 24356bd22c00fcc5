import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, profilesOf } from '#core/profile/profiles.ts';
import { sameValue } from '#core/util/same-value.ts';
import type { EvaluateSettings } from './evaluate-item.ts';
import type { SegmentSet } from './segment-set.ts';

/**
 * Whether the change from one image of an item to another leaves everything that evaluation writes as it is: the answers
 * of every profile, and what destinations are told of members; and whether time alone changes an answer no earlier than
 * it did before. Then there is nothing to evaluate, and nothing has to be read to know it. Only segments that the change
 * can affect are looked at. What waits for the batch job, and what time alone has changed since, is not the change's.
 * @param now epoch ms
 */
export function givesSameAnswers(
  before: ProfileItem,
  after: ProfileItem,
  settings: EvaluateSettings,
  now: number,
): boolean {
  if (before.mergedIn.length !== after.mergedIn.length) return false;
  return [settings, ...(settings.others ?? [])].every((each) => {
    const [were, are] = [profilesOf(before, each), profilesOf(after, each)];
    return were.length === are.length && were.every((was, index) => isSameIn(was, are[index]!, each, now));
  });
}

/**
 * Whether no segment says anything of a new item, now or later. What waits for the batch job is left to it.
 * @param now epoch ms
 */
export function saysNothing(item: ProfileItem, settings: EvaluateSettings, now: number): boolean {
  if (item.mergedIn.length > 0) return false;
  return [settings, ...(settings.others ?? [])].every((each) => saysNothingUnder(item, each, now));
}

function saysNothingUnder(item: ProfileItem, settings: EvaluateSettings, now: number): boolean {
  const { segments } = settings;
  const { streamed } = segments;
  return profilesOf(item, settings).every(({ view, optedOut }) => {
    if (optedOut) return true;
    const look = segments.evaluator(view);
    return (
      !streamed.some((id) => look.answer(id, now).isMember) &&
      look.nextChange(streamed, now) === Number.POSITIVE_INFINITY
    );
  });
}

function isSameIn(was: Profile, is: Profile, settings: EvaluateSettings, now: number): boolean {
  if (was.optedOut !== is.optedOut || !sameValue(was.identities, is.identities)) return false;
  if (is.optedOut) return true;
  if (!sameValue(settings.mappedAttributes(was), settings.mappedAttributes(is))) return false;
  return hasSameAnswers(was, is, settings.segments, now);
}

function hasSameAnswers(was: Profile, is: Profile, set: SegmentSet, now: number): boolean {
  const all = set.affectedBy(was.view, is.view);
  const affected = set.streamed.filter((id) => all.has(id));
  if (affected.length === 0) return true;
  const [before, after] = [set.evaluator(was.view), set.evaluator(is.view)];
  if (!affected.every((id) => before.answer(id, now).isMember === after.answer(id, now).isMember)) return false;
  const next = after.nextChange(affected, now);
  if (next >= before.nextChange(affected, now)) return true;
  // It may still be no earlier than what the other segments are waiting for.
  const others = set.streamed.filter((id) => !all.has(id));
  return next >= before.nextChange(others, now);
}
