import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { type Profile, type ProfileSettings, profilesOf } from '#core/profile/profiles.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { sampleOf } from '#core/util/sample.ts';
import { type Estimate, estimate } from './estimate.ts';
import { type LookupReader, type LookupRecords, loadLookups } from './lookups.ts';
import type { EventView, ProfileView, SegmentSet } from './segment-set.ts';

/** Whose members are counted, and how; nothing is written. */
export interface PreviewDeps {
  readonly profiles: ProfileStore;
  /**
   * Whole events, for segments that read more of them than is kept with the profiles. Left out where what is kept is
   * enough: when the segments active keep the same of every event.
   */
  readonly history?: History;
  /** For segments that look up records of other entities. */
  readonly lookups?: LookupReader;
  readonly now: number;
  readonly random: () => number;
}

export interface History {
  readonly timeline: Timeline;
  /** Whether events of a dataset are those of profiles. */
  isProfileEnabled(datasetId: string): boolean;
}

const CONCURRENCY = 16;

/**
 * How many people would be in a segment now (aep.md §5.4). Opted-out people are left out, as they would be.
 * @param sample how many people to look at; all where it is omitted
 */
export async function estimateMembers(
  segmentId: string,
  segments: SegmentSet,
  settings: ProfileSettings,
  deps: PreviewDeps,
  sample?: number,
): Promise<Estimate> {
  const { of } = await estimateEach([segmentId], segments, settings, deps, sample);
  return of.get(segmentId)!;
}

export interface Estimates {
  readonly of: ReadonlyMap<string, Estimate>;
  /** People who meet the rule of the last of the segments and are in no audience, since they have opted out. */
  readonly optedOut: Estimate;
}

/** The same of several segments, by one look at each person. */
export async function estimateEach(
  ids: readonly string[],
  segments: SegmentSet,
  settings: ProfileSettings,
  deps: PreviewDeps,
  sample?: number,
): Promise<Estimates> {
  const hits = new Map(ids.map((id) => [id, 0]));
  let [sampled, optedOut] = [0, 0];
  const examine = async ({ profile }: Person): Promise<void> => {
    sampled += 1;
    const view = await viewOf(profile, deps);
    const evaluator = segments.evaluator(view, await recordsFor(view, segments, deps));
    const isIn = (id: string): boolean => evaluator.answer(id, deps.now).isMember;
    if (profile.optedOut) optedOut += isIn(ids.at(-1)!) ? 1 : 0;
    else for (const [id, count] of hits) if (isIn(id)) hits.set(id, count + 1);
  };
  const people = profilesIn(deps.profiles, settings);
  const drawn = sample === undefined ? undefined : await sampleOf(people, sample, deps.random);
  await mapWithConcurrency(drawn?.sample ?? people, CONCURRENCY, examine);
  const total = drawn?.total ?? sampled;
  return {
    of: new Map([...hits].map(([id, count]) => [id, estimate(count, sampled, total)])),
    optedOut: estimate(optedOut, sampled, total),
  };
}

interface Person {
  readonly profile: Profile;
  readonly item: ProfileItem;
}

async function* profilesIn(profiles: ProfileStore, settings: ProfileSettings): AsyncIterable<Person> {
  for await (const item of profiles.scan()) {
    for (const profile of profilesOf(item, settings)) yield { profile, item };
  }
}

/** The profile with its whole events where they are asked for. */
export async function viewOf(
  { view, identities }: Profile,
  { history, now }: Pick<PreviewDeps, 'history' | 'now'>,
): Promise<ProfileView> {
  if (!history) return view;
  const xEvent: EventView[] = [];
  for (const identity of identities) {
    for await (const { id, time, json, datasetId, expiresAt } of history.timeline.read(identity)) {
      const isKept = expiresAt === undefined || expiresAt > now;
      if (json === undefined || !isKept || !history.isProfileEnabled(datasetId)) continue;
      xEvent.push({ id, time, entity: JSON.parse(json) as Record<string, unknown> });
    }
  }
  return { ...view, xEvent };
}

/** What the segments look up for a profile. */
export const recordsFor = async (
  view: ProfileView,
  { lookups }: SegmentSet,
  deps: Pick<PreviewDeps, 'lookups'>,
): Promise<LookupRecords | undefined> => deps.lookups && loadLookups([view], lookups, deps.lookups);
