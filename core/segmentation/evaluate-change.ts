import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type EvaluateDeps, evaluate } from './evaluate.ts';
import { type MembershipChanges, NO_CHANGES } from './membership-changes.ts';
import { givesSameAnswers, saysNothing } from './same-answers.ts';

/** Two images of one item; `before` is missing where the item is new. */
export interface ItemChange {
  readonly before: ProfileItem | undefined;
  readonly after: ProfileItem;
}

/**
 * Brings memberships up to date after a change of an item. Mostly that changes nothing: a new item to which no segment
 * says anything, or two images that give the same answers. Then nothing is read. What time alone has changed since the
 * last evaluation is the sweep's.
 */
export async function evaluateChange({ before, after }: ItemChange, deps: EvaluateDeps): Promise<MembershipChanges> {
  const now = deps.now();
  const isNothing = before
    ? givesSameAnswers(before, after, deps.settings, now)
    : saysNothing(after, deps.settings, now);
  return isNothing ? NO_CHANGES : evaluate(after.canonicalKey, deps, { image: after });
}
