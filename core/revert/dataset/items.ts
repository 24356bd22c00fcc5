import { hasSource, withoutSource } from '#core/identity/source.ts';
import type { StepResult } from '#core/jobs/work-on-partition.ts';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import { loadItem } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { datasetOfFragment, identityOfFragment, type ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';

export interface DeleteItemsDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
}

const ITEMS_CONCURRENCY = 16;

/**
 * Takes everything of a dataset out of some profile items and their timelines: fragments, events, and the links that only it
 * asserted. Audiences and destinations follow, as after every change of an item. May be done again at any time: timelines
 * are found by the item, so they go first.
 * @returns counts of profile items and timeline entries that lost something
 */
export async function deleteFromItems(
  datasetId: string,
  items: readonly ProfileItem[],
  deps: DeleteItemsDeps,
): Promise<StepResult> {
  const tally = { profiles: 0, timelineEntries: 0 };
  const failed: IdentityKey[] = [];
  let firstError: Error | undefined;
  await mapWithConcurrency(items, ITEMS_CONCURRENCY, async (item) => {
    try {
      const { isWritten, entries } = await deleteFromItem(datasetId, item, deps);
      tally.profiles += isWritten ? 1 : 0;
      tally.timelineEntries += entries;
    } catch (error) {
      failed.push(item.canonicalKey);
      firstError ??= error as Error;
    }
  });
  return { tally, failed, ...(firstError && { firstError }) };
}

async function deleteFromItem(datasetId: string, image: ProfileItem, deps: DeleteItemsDeps) {
  const { profiles, timeline } = deps;
  let scanned: ProfileItem | undefined = image;
  let entries = 0;
  return await retryOnConflict(async () => {
    const item = scanned ?? (await loadItem(image.canonicalKey, profiles));
    scanned = undefined;
    if (!item) return { isWritten: false, entries };
    const bare = new Set<IdentityKey>();
    for (const key of identitiesOnTimelines(datasetId, item)) {
      const { ids, hasEvents } = await timelineOf(key, datasetId, timeline);
      for (const id of ids) entries += await timeline.erase(key, id);
      if (!hasEvents) bare.add(key);
    }
    const left = withoutDataset(item, datasetId, bare);
    if (left !== item) await profiles.write({ item: left, pointers: [], mergedIn: [] });
    return { isWritten: left !== item, entries };
  }, deps);
}

/** Under which identities of an item the dataset may have something: those that have events, or a fragment of it. */
function identitiesOnTimelines(datasetId: string, { events, fragments }: ProfileItem): ReadonlySet<IdentityKey> {
  const own = Object.keys(fragments).filter((key) => datasetOfFragment(key) === datasetId);
  return new Set([...Object.keys(events), ...own.map(identityOfFragment)]);
}

/** What is on a timeline: ids of the dataset's entries, and whether others have events there. */
async function timelineOf(key: IdentityKey, datasetId: string, timeline: Timeline) {
  const ids: string[] = [];
  let hasEvents = false;
  for await (const entry of timeline.read(key)) {
    if (entry.datasetId === datasetId) ids.push(entry.id);
    else hasEvents ||= entry.json !== undefined;
  }
  return { ids, hasEvents };
}

/**
 * The item without what a dataset has brought; the same object where it has brought nothing.
 * @param bare identities that have no event of another dataset on their timeline
 */
export function withoutDataset(item: ProfileItem, datasetId: string, bare: ReadonlySet<IdentityKey>): ProfileItem {
  const linkHistory = withoutSource(item.linkHistory, datasetId);
  const fragments = Object.entries(item.fragments).filter(([key]) => datasetOfFragment(key) !== datasetId);
  let isSame = linkHistory === item.linkHistory && fragments.length === Object.keys(item.fragments).length;
  const events: [IdentityKey, ProfileItem['events'][string]][] = [];
  for (const [key, all] of Object.entries(item.events)) {
    const left = all.filter((event) => event.datasetId !== datasetId);
    const isGone = left.length === 0 && bare.has(key);
    isSame &&= left.length === all.length && !isGone;
    if (!isGone) events.push([key, left]);
  }
  if (isSame) return item;
  return { ...item, linkHistory, fragments: Object.fromEntries(fragments), events: Object.fromEntries(events) };
}

/** Whether a profile item holds something of a dataset: an attribute, an event that segments look at, or a link. */
export const holds = (item: ProfileItem, datasetId: string): boolean =>
  Object.keys(item.fragments).some((key) => datasetOfFragment(key) === datasetId) ||
  Object.values(item.events).some((events) => events.some((event) => event.datasetId === datasetId)) ||
  hasSource(item.linkHistory, datasetId);
