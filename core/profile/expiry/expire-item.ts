import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import { withoutExpiredRegions } from '../event-region.ts';
import { attributesOf, lastChange } from '../fragment.ts';
import { loadItem } from '../load.ts';
import type { ProfileStore } from '../ports/profile-store.ts';
import type { Timeline } from '../ports/timeline.ts';
import {
  datasetOfFragment,
  type Fragment,
  identityOfFragment,
  type ProfileEvent,
  type ProfileItem,
} from '../profile-item.ts';
import { type Profile, profilesOf } from '../profiles.ts';
import { eventsOf } from '../reproject.ts';
import { dayOf, type ExpirySettings, inactiveBefore, isExpired, isInactive } from './settings.ts';

export interface ExpireItemDeps extends Backoff {
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly settings: ExpirySettings;
  /** Epoch ms. */
  readonly now: number;
}

export interface ItemExpired {
  /** Events that left the item. */
  readonly events: number;
  /** Profiles of which nothing is left. */
  readonly profiles: number;
  readonly timelineEntries: number;
}

/**
 * Takes out of an item what has expired (aep.md §4.3): events of datasets that keep them for a time only, and whole
 * profiles that are pseudonymous and inactive, with what the timeline has of them. A profile of which nothing is left
 * ceases to exist; its links stay, so that it is the same person who comes back. What arrives meanwhile wins: the write is
 * conditional, and the item is then looked at again. May be done again at any time.
 * @param image the item as it was read by a scan
 * @throws ConflictError when others went on writing first
 */
export async function expireItem(image: ProfileItem, deps: ExpireItemDeps): Promise<ItemExpired> {
  const total = { events: 0, profiles: 0, timelineEntries: 0 };
  let scanned: ProfileItem | undefined = image;
  const isDone = async (): Promise<boolean> => {
    const item = scanned ?? (await loadItem(image.canonicalKey, deps.profiles));
    scanned = undefined;
    if (!item) return true;
    const left = await withoutWhatExpired(item, deps);
    const idle = left === item ? idleIn(item, deps) : [];
    // The timeline of inactive profiles goes after their data; until it has gone, the days of their activity stay.
    for (const identity of idle) total.timelineEntries += await eraseInactive(identity, deps);
    const next = idle.length > 0 ? withoutActivity(item, idle) : left;
    if (next === item) return true;
    await deps.profiles.write({ item: next, pointers: [], mergedIn: [] });
    total.events += countEvents(item) - countEvents(next);
    total.profiles += profilesOf(item, deps.settings).length - profilesOf(next, deps.settings).length;
    return false;
  };
  while (!(await retryOnConflict(isDone, deps)));
  return total;
}

type ReadDeps = Pick<ExpireItemDeps, 'timeline' | 'settings' | 'now'>;

/** The item without what has expired in it; the same object where nothing has. */
export async function withoutWhatExpired(item: ProfileItem, deps: ReadDeps): Promise<ProfileItem> {
  const current = withoutOldRegions(await withoutExpired(item, deps), deps);
  return await withoutInactive(await withoutEmpty(current, deps), deps);
}

/** Events are chosen anew from the timeline where some are gone: others may now be the ones that count. */
async function withoutExpired(item: ProfileItem, deps: ReadDeps): Promise<ProfileItem> {
  const { settings, timeline, now } = deps;
  const events: Record<IdentityKey, readonly ProfileEvent[]> = {};
  for (const [identity, own] of Object.entries(item.events)) {
    if (!own.some((event) => isExpired(event, settings.fold, now))) continue;
    events[identity] = await eventsOf(identity, { timeline, settings: settings.fold, now: () => now });
  }
  return Object.keys(events).length > 0 ? { ...item, events: { ...item.events, ...events } } : item;
}

/** What events said about regions goes when events of that time go. */
function withoutOldRegions(item: ProfileItem, { settings, now }: ReadDeps): ProfileItem {
  const fragments: [string, Fragment][] = [];
  let isSame = true;
  for (const [key, fragment] of Object.entries(item.fragments)) {
    const datasetId = datasetOfFragment(key);
    const isEvents = Object.hasOwn(settings.eventDays, datasetId);
    const left = isEvents
      ? withoutExpiredRegions(fragment, (time) => isExpired({ datasetId, time }, settings.fold, now))
      : fragment;
    if (left !== fragment) isSame = false;
    if (left) fragments.push([key, left]);
  }
  return isSame ? item : { ...item, fragments: Object.fromEntries(fragments) };
}

/** Profiles without attributes whose last event has expired. */
async function withoutEmpty(item: ProfileItem, deps: ReadDeps): Promise<ProfileItem> {
  if (Object.keys(deps.settings.eventDays).length === 0) return item;
  const gone: IdentityKey[] = [];
  for (const { identities } of profilesOf(item, deps.settings)) {
    const isBare = identities.every((identity) => !hasAttributes(item, identity) && !item.events[identity]?.length);
    const asked = identities.filter((identity) => item.events[identity]);
    if (isBare && !(await hasEvents(asked, deps))) gone.push(...asked);
  }
  return gone.length > 0 ? { ...item, events: without(item.events, gone) } : item;
}

const hasAttributes = (item: ProfileItem, identity: IdentityKey): boolean =>
  Object.entries(item.fragments).some(
    ([key, fragment]) => identityOfFragment(key) === identity && attributesOf(fragment) !== undefined,
  );

async function hasEvents(identities: readonly IdentityKey[], deps: ReadDeps): Promise<boolean> {
  for (const identity of identities) {
    for await (const entry of deps.timeline.read(identity)) {
      if (entry.json !== undefined && !isExpired(entry, deps.settings.fold, deps.now)) return true;
    }
  }
  return false;
}

/** Profiles that are pseudonymous and were not active for too long, without the links. */
async function withoutInactive(item: ProfileItem, deps: ReadDeps): Promise<ProfileItem> {
  const { pseudonymous } = deps.settings;
  if (!pseudonymous) return item;
  const days = new Map<IdentityKey, number>();
  for (const profile of profilesOf(item, deps.settings)) {
    if (!profile.identities.every((identity) => pseudonymous.namespaces.has(namespaceOf(identity)))) continue;
    const lastDay = await lastActiveDay(profile, item, deps);
    if (!isInactive(lastDay, pseudonymous.days, deps.now)) continue;
    for (const identity of profile.identities) days.set(identity, lastDay);
  }
  if (days.size === 0) return item;
  const fragments = Object.keys(item.fragments).filter((key) => days.has(identityOfFragment(key)));
  return {
    ...item,
    fragments: without(item.fragments, fragments),
    events: without(item.events, [...days.keys()]),
    activeOn: { ...item.activeOn, ...Object.fromEntries(days) },
  };
}

/** The day of the last arrival. Where it was not kept yet, the timeline knows, and after that the records themselves. */
async function lastActiveDay({ identities }: Profile, item: ProfileItem, deps: ReadDeps): Promise<number> {
  const kept = identities.flatMap((identity) => item.activeOn?.[identity] ?? []);
  if (kept.length > 0) return Math.max(...kept);
  let latest = 0;
  for (const identity of identities) {
    for await (const { receivedAt } of deps.timeline.read(identity)) latest = Math.max(latest, receivedAt);
  }
  for (const [key, fragment] of Object.entries(item.fragments)) {
    if (identities.includes(identityOfFragment(key))) latest = Math.max(latest, lastChange(fragment).time);
  }
  return dayOf(latest);
}

/** Identities of inactive profiles whose data have gone and whose timeline may still be there. */
function idleIn(item: ProfileItem, { settings, now }: ExpireItemDeps): IdentityKey[] {
  const { pseudonymous } = settings;
  if (!pseudonymous || !item.activeOn) return [];
  const alive = new Set(profilesOf(item, settings).flatMap(({ identities }) => identities));
  return Object.entries(item.activeOn).flatMap(([identity, lastDay]) => {
    const isIdle = isInactive(lastDay, pseudonymous.days, now) && !alive.has(identity);
    return isIdle && pseudonymous.namespaces.has(namespaceOf(identity)) ? [identity] : [];
  });
}

/** What has just arrived, and is on its way into the item, stays. */
async function eraseInactive(identity: IdentityKey, { timeline, settings, now }: ExpireItemDeps): Promise<number> {
  const before = inactiveBefore(settings.pseudonymous!.days, now);
  const old: string[] = [];
  for await (const { id, receivedAt } of timeline.read(identity)) if (receivedAt < before) old.push(id);
  for (const id of old) await timeline.erase(identity, id);
  return old.length;
}

function withoutActivity({ activeOn = {}, ...item }: ProfileItem, identities: readonly IdentityKey[]): ProfileItem {
  const left = without(activeOn, identities);
  return Object.keys(left).length > 0 ? { ...item, activeOn: left } : item;
}

function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Readonly<Record<string, T>> {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(record).filter(([key]) => !gone.has(key)));
}

const countEvents = (item: ProfileItem): number =>
  Object.values(item.events).reduce((sum, events) => sum + events.length, 0);
