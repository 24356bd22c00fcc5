import stringify from 'safe-stable-stringify';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { EvaluationRules } from './evaluate.ts';

/**
 * Whether the change from one image of an item to another leaves everything that evaluation writes as it is: the answers
 * of every profile, the next instant at which time changes them, and what destinations are told of members. Then there
 * is nothing to evaluate, and nothing has to be read to know it. What time alone has changed since is the sweep's.
 */
export function givesSameAnswers(
  before: ProfileItem,
  after: ProfileItem,
  rules: EvaluationRules,
  now: number,
): boolean {
  if (before.absorbed.length !== after.absorbed.length) return false;
  return stringify(answersOf(before, rules, now)) === stringify(answersOf(after, rules, now));
}

function answersOf(item: ProfileItem, rules: EvaluationRules, now: number): unknown {
  return profilesOf(item, rules).map((profile) => {
    const held = [...rules.segments.evaluate(profile.view, now)].filter(([, isMember]) => isMember);
    return [
      profile.identities,
      profile.optedOut,
      held.map(([id]) => id),
      rules.segments.nextChange(profile.view, now),
      held.length > 0 && rules.mappedAttributes(profile),
    ];
  });
}
