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
  let [hits, sampled] = [0, 0];
  const examine = async ({ profile }: Person): Promise<void> => {
    sampled += 1;
    if (profile.optedOut) return;
    const view = await viewOf(profile, deps);
    const records = await recordsFor(view, segments, deps);
    if (segments.evaluator(view, records).answer(segmentId, deps.now).isMember) hits += 1;
  };
  if (sample === undefined) {
    await mapWithConcurrency(profilesIn(deps.profiles, settings), CONCURRENCY, examine);
    return estimate(hits, sampled, sampled);
  }
  const drawn = await sampleOf(profilesIn(deps.profiles, settings), sample, deps.random);
  await mapWithConcurrency(drawn.sample, CONCURRENCY, examine);
  return estimate(hits, sampled, drawn.total);
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
