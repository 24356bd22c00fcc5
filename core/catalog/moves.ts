import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { EvaluationRules } from '#core/segmentation/evaluate-item.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { type PreviewDeps, recordsFor, viewOf } from '#core/segmentation/preview.ts';
import { eachAtOnce } from '#core/util/at-once.ts';

/** What a change of the catalog does to one audience. */
export interface Move {
  readonly id: string;
  readonly change: 'new' | 'changed' | 'removed' | 'unchanged';
  /** People in it afterwards. */
  readonly members: number;
  readonly entered: number;
  readonly left: number;
}

export interface Moves {
  readonly people: number;
  /** By id; audiences that stay as they are and that nobody enters or leaves are left out. */
  readonly segments: readonly Move[];
}

/** A catalog as far as audiences go: its published definitions, and the rules of evaluation that come of them. */
export interface Side {
  readonly definitions: ReadonlyMap<string, SegmentDefinition>;
  readonly rules: EvaluationRules;
}

const ITEMS_AT_ONCE = 16;

/** How many people would enter and leave each audience if one catalog took the place of another; nothing is written. */
export async function movesBetween(before: Side, after: Side, deps: PreviewDeps): Promise<Moves> {
  const ids = [...new Set([...before.definitions.keys(), ...after.definitions.keys()])].sort();
  const counts = new Map(ids.map((id) => [id, { members: 0, entered: 0, left: 0 }]));
  let people = 0;
  await eachAtOnce(deps.profiles.scan(), ITEMS_AT_ONCE, async (item) => {
    const [held, holds] = [await membersIn(item, before.rules, deps), await membersIn(item, after.rules, deps)];
    people += holds.people;
    for (const [id, count] of counts) {
      const [old, fresh] = [held.of(id), holds.of(id)];
      count.members += fresh.size;
      count.entered += fresh.difference(old).size;
      count.left += old.difference(fresh).size;
    }
  });
  const segments = ids.map((id): Move => ({ id, change: changeOf(id, before, after), ...counts.get(id)! }));
  return {
    people,
    segments: segments.filter(({ change, entered, left }) => change !== 'unchanged' || entered > 0 || left > 0),
  };
}

const NOBODY: ReadonlySet<string> = new Set();

/** Keys of the profiles of an item that are in each audience; each sees people under its own merge policy. */
async function membersIn(
  item: ProfileItem,
  rules: EvaluationRules,
  deps: PreviewDeps,
): Promise<{ readonly people: number; of(id: string): ReadonlySet<string> }> {
  const members = new Map<string, Set<string>>();
  for (const under of [rules, ...(rules.others ?? [])]) {
    for (const profile of profilesOf(item, under)) {
      if (profile.optedOut) continue;
      const view = await viewOf(profile, item, deps);
      const look = under.segments.look(view, await recordsFor(view, under.segments, deps));
      for (const id of under.segments.ids) {
        if (!look.answer(id, deps.now).isMember) continue;
        const keys = members.get(id) ?? new Set();
        members.set(id, keys.add(profile.key));
      }
    }
  }
  return { people: profilesOf(item, rules).length, of: (id) => members.get(id) ?? NOBODY };
}

function changeOf(id: string, before: Side, after: Side): Move['change'] {
  const [old, fresh] = [before.definitions.get(id), after.definitions.get(id)];
  if (!old) return 'new';
  if (!fresh) return 'removed';
  const meaning = ({ expression }: SegmentDefinition): string => formatPql(parsePql(expression.value));
  const policyOf = ({ mergePolicyId }: SegmentDefinition, { rules }: Side): string =>
    mergePolicyId ?? rules.mergePolicy.id;
  const isSame = meaning(old) === meaning(fresh) && policyOf(old, before) === policyOf(fresh, after);
  return isSame ? 'unchanged' : 'changed';
}
