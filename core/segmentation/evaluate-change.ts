import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type EvaluateDeps, evaluate } from './evaluate.ts';
import { type Arrival, type EvaluateSettings, evaluateItem } from './evaluate-item.ts';
import { noMemberships } from './membership.ts';
import { type MembershipChanges, NO_CHANGES } from './membership-changes.ts';
import { givesSameAnswers, saysNothing } from './same-answers.ts';

/** Two images of one item; `before` is missing where the item is new. */
export interface ItemChange {
  readonly before: ProfileItem | undefined;
  readonly after: ProfileItem;
}

/** More changes of one item than these are not compared: reading it once is cheaper. */
const MAX_COMPARED = 4;

/**
 * Brings memberships up to date after changes of an item, which are given in their order. Mostly they change nothing: a
 * new item to which no segment says anything, or images that give the same answers. Then nothing is read. Each change is
 * compared by itself: somebody who evaluates the item at the same time may have seen it between any two. What time alone
 * has changed since the last evaluation is the sweep's.
 */
export async function evaluateChanges(changes: readonly ItemChange[], deps: EvaluateDeps): Promise<MembershipChanges> {
  const last = changes.at(-1);
  if (!last) return NO_CHANGES;
  const now = deps.now();
  const isNothing = ({ before, after }: ItemChange): boolean =>
    before ? givesSameAnswers(before, after, deps.settings, now) : saysNothing(after, deps.settings, now);
  if (changes.length <= MAX_COMPARED && changes.every(isNothing)) return NO_CHANGES;
  return evaluate(last.after.canonicalKey, deps, {
    image: last.after,
    inOrder: true,
    cause: arrivalIn(changes, deps.settings, now),
  });
}

/** What had just come in and changed the item, if anything had: not what was rebuilt, replayed, taken back or chosen anew. */
function arrivalIn(changes: readonly ItemChange[], settings: EvaluateSettings, now: number): Arrival | undefined {
  if (!settings.notedEntries) return undefined;
  const arrived = changes.filter(({ after: { newData, revision } }) => newData?.revision === revision);
  if (arrived.length === 0) return undefined;
  let before: ReadonlySet<string> | undefined;
  const segmentsBefore = (): ReadonlySet<string> => {
    const image = arrived[0]!.before;
    if (!image) return new Set();
    const { profiles } = evaluateItem(image, noMemberships(image.canonicalKey), settings, now, 'changed');
    return new Set(Object.values(profiles).flatMap(({ segments }) => Object.keys(segments)));
  };
  return {
    at: Math.max(...arrived.map(({ after: { newData } }) => newData!.at)),
    wasIn: (segmentId) => {
      before ??= segmentsBefore();
      return before.has(segmentId);
    },
  };
}
