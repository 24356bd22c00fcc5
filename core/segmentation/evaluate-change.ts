import stringify from 'safe-stable-stringify';
import type { IdentityKey } from '#core/identity/identity.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { type EvaluateDeps, type EvaluationRules, evaluate } from './evaluate.ts';
import { type MembershipChanges, NO_CHANGES } from './membership-changes.ts';

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
  const answers = answersOf(after, deps.rules, now);
  const isNothing = before
    ? before.absorbed.length === after.absorbed.length &&
      stringify(answersOf(before, deps.rules, now)) === stringify(answers)
    : after.absorbed.length === 0 && answers.every(({ held, dueAt }) => held.length === 0 && dueAt === undefined);
  return isNothing ? NO_CHANGES : evaluate(after.root, deps, { image: after });
}

/** Everything of a profile that decides what evaluation writes, apart from the memberships there are. */
interface Answers {
  readonly identities: readonly IdentityKey[];
  readonly optedOut: boolean;
  /** Segments evaluated as records come in; what is left to the batch job is the same before and after. */
  readonly held: readonly string[];
  readonly dueAt: number | undefined;
  /** Of members of any segment. */
  readonly mapped: unknown;
}

function answersOf(item: ProfileItem, rules: EvaluationRules, now: number): Answers[] {
  const { ids, plans, look } = rules.segments;
  const timed = ids.filter((id) => plans.get(id)?.method !== 'batch');
  return profilesOf(item, rules).map((profile) => {
    const { identities, optedOut, view } = profile;
    const looked = look(view);
    const dueAt = optedOut ? Number.POSITIVE_INFINITY : looked.nextChange(timed, now);
    return {
      identities,
      optedOut,
      held: optedOut ? [] : timed.filter((id) => looked.answer(id, now).isMember),
      dueAt: Number.isFinite(dueAt) ? dueAt : undefined,
      mapped: rules.mappedAttributes(profile),
    };
  });
}
