import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { EvaluateSettings } from '#core/segmentation/evaluate-item.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { type PreviewDeps, recordsFor, viewOf } from '#core/segmentation/preview.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';

/** What a change of the catalog does to one audience. */
export interface Move {
  readonly id: string;
  readonly change: 'new' | 'changed' | 'removed' | 'unchanged';
  /** People in it afterwards. */
  readonly members: number;
  readonly entered: number;
  readonly left: number;
}

export interface AudienceImpact {
  readonly profileCount: number;
  /** By id; audiences that stay as they are and that nobody enters or leaves are left out. */
  readonly segments: readonly Move[];
}

/** A catalog as far as audiences go: its published definitions, and the rules of evaluation that come of them. */
export interface Side {
  readonly definitions: ReadonlyMap<string, SegmentDefinition>;
  readonly settings: EvaluateSettings;
}

const ITEMS_CONCURRENCY = 16;

/** Audience → keys of the profiles of an item that are in it. */
type Members = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * How many people would enter and leave each audience if one catalog took the place of another; nothing is written.
 * @param look is given each profile item with those who would be members of it
 */
export async function audienceImpact(
  before: Side,
  after: Side,
  deps: PreviewDeps,
  look: (item: ProfileItem, members: Members) => Promise<void> = async () => {},
): Promise<AudienceImpact> {
  const ids = [...new Set([...before.definitions.keys(), ...after.definitions.keys()])].sort();
  const counts = new Map(ids.map((id) => [id, { members: 0, entered: 0, left: 0 }]));
  let profileCount = 0;
  await mapWithConcurrency(deps.profiles.scan(), ITEMS_CONCURRENCY, async (item) => {
    const [held, holds] = [await membersIn(item, before.settings, deps), await membersIn(item, after.settings, deps)];
    profileCount += holds.profileCount;
    await look(item, holds.members);
    for (const [id, count] of counts) {
      const [old, fresh] = [held.of(id), holds.of(id)];
      count.members += fresh.size;
      count.entered += fresh.difference(old).size;
      count.left += old.difference(fresh).size;
    }
  });
  const segments = ids.map((id): Move => ({ id, change: changeOf(id, before, after), ...counts.get(id)! }));
  return {
    profileCount,
    segments: segments.filter(({ change, entered, left }) => change !== 'unchanged' || entered > 0 || left > 0),
  };
}

const NOBODY: ReadonlySet<string> = new Set();

/** Keys of the profiles of an item that are in each audience; each sees people under its own merge policy. */
export async function membersIn(
  item: ProfileItem,
  settings: EvaluateSettings,
  deps: PreviewDeps,
): Promise<{ readonly profileCount: number; readonly members: Members; of(id: string): ReadonlySet<string> }> {
  const members = new Map<string, Set<string>>();
  for (const under of [settings, ...(settings.others ?? [])]) {
    for (const profile of profilesOf(item, under)) {
      if (profile.optedOut) continue;
      const view = await viewOf(profile, depsUnder(under, deps));
      const evaluator = under.segments.evaluator(view, await recordsFor(view, under.segments, deps));
      for (const id of under.segments.ids) {
        if (!evaluator.answer(id, deps.now).isMember) continue;
        const keys = members.get(id) ?? new Set();
        members.set(id, keys.add(profile.key));
      }
    }
  }
  return { profileCount: profilesOf(item, settings).length, members, of: (id) => members.get(id) ?? NOBODY };
}

/** Events of datasets that a catalog does not have count for nothing under it. */
function depsUnder({ isActiveDataset = () => true }: EvaluateSettings, { history, ...deps }: PreviewDeps): PreviewDeps {
  if (!history) return deps;
  const isProfileEnabled = (id: string): boolean => history.isProfileEnabled(id) && isActiveDataset(id);
  return { ...deps, history: { ...history, isProfileEnabled } };
}

function changeOf(id: string, before: Side, after: Side): Move['change'] {
  const [old, fresh] = [before.definitions.get(id), after.definitions.get(id)];
  if (!old) return 'new';
  if (!fresh) return 'removed';
  const meaning = ({ expression }: SegmentDefinition): string => formatPql(parsePql(expression.value));
  const policyOf = ({ mergePolicyId }: SegmentDefinition, { settings }: Side): string =>
    mergePolicyId ?? settings.mergePolicy.id;
  const isSame = meaning(old) === meaning(fresh) && policyOf(old, before) === policyOf(fresh, after);
  return isSame ? 'unchanged' : 'changed';
}
