import type { TimelineEntry } from '#core/profile/ports/timeline.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { AccessDeps, EntitiesRequest } from './access.ts';
import { selectFields } from './fields.ts';
import type { FoundProfile } from './find-profile.ts';
import { comparePlaces, type Place, tokenOf } from './page-token.ts';
import { fitsFilter, type PropertyFilter } from './property-filter.ts';

/** One page of a profile's events (aep.md §4.2); who asks adds the link to the next. */
export interface EventPage {
  readonly _page: {
    readonly orderby: 'timestamp' | '-timestamp';
    /** The token this page was asked with, empty for the first. */
    readonly start: string;
    readonly count: number;
    /** The token of the next page; empty when this is the last. */
    readonly next: string;
  };
  readonly children: readonly EventAnswer[];
}

export interface EventAnswer {
  readonly relatedEntityId: string;
  readonly entityId: string;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly entity: Readonly<Record<string, unknown>>;
  /** ISO 8601: when it arrived. */
  readonly lastModifiedAt: string;
}

export interface EventQuery extends Pick<EntitiesRequest, 'fields' | 'startTime' | 'endTime' | 'limit' | 'orderby'> {
  readonly filters: readonly PropertyFilter[];
  /** Only events of these; of all datasets where it is omitted. */
  readonly datasets?: readonly string[];
  /** Goes on after this place. */
  readonly after?: Place;
  /** Characters of JSON after which a page ends early; it has one event at least. */
  readonly maxCharacters: number;
}

/** An event that is shown: what is kept of it, and itself, cut down to the fields that were asked for. */
export interface FoundEvent {
  readonly entry: TimelineEntry;
  readonly event: Readonly<Record<string, unknown>>;
  readonly entity: Readonly<Record<string, unknown>>;
}

/**
 * A page of the events of all identities of a profile, as one list (aep.md §4.1). What has expired is not in it, even
 * while it is still stored.
 */
export async function pageOfEvents(
  asked: { readonly entityId: string; readonly start?: string },
  found: FoundProfile,
  query: EventQuery,
  deps: AccessDeps,
): Promise<EventPage> {
  const { events, next } = await findEvents(found, query, deps);
  const children = events.map(
    ({ entry, event, entity }): EventAnswer => ({
      relatedEntityId: asked.entityId,
      entityId: String(event._id ?? entry.id),
      timestamp: entry.time,
      entity,
      lastModifiedAt: new Date(entry.receivedAt).toISOString(),
    }),
  );
  return { _page: { orderby: query.orderby, start: asked.start ?? '', count: children.length, next }, children };
}

/** The same, with what is kept of each. @returns `next`: the token of the next page; empty when this is the last */
export async function findEvents(
  { profile }: FoundProfile,
  query: EventQuery,
  deps: AccessDeps,
): Promise<{ readonly events: readonly FoundEvent[]; readonly next: string }> {
  const entries = await entriesOf(profile.identities, query, deps);
  const events: FoundEvent[] = [];
  let characters = 0;
  let isLast = true;
  for (const entry of entries) {
    const event = JSON.parse(entry.json) as Readonly<Record<string, unknown>>;
    if (!query.filters.every((filter) => fitsFilter(event, filter))) continue;
    const entity = query.fields ? selectFields(event, query.fields) : event;
    characters += query.fields ? JSON.stringify(entity).length : entry.json.length;
    if (events.length === query.limit || (events.length > 0 && characters > query.maxCharacters)) {
      isLast = false;
      break;
    }
    events.push({ entry, event, entity });
  }
  const last = events.at(-1);
  return { events, next: last && !isLast ? tokenOf(last.entry) : '' };
}

type EventEntry = TimelineEntry & { readonly json: string };

/** The events that are asked for, in order, not looked into yet. */
async function entriesOf(
  identities: readonly IdentityKey[],
  query: EventQuery,
  deps: AccessDeps,
): Promise<EventEntry[]> {
  const { startTime = Number.NEGATIVE_INFINITY, endTime = Number.POSITIVE_INFINITY, after } = query;
  const sign = query.orderby === '-timestamp' ? -1 : 1;
  const found = new Map<string, EventEntry>();
  for (const identity of identities) {
    for await (const entry of deps.timeline.read(identity)) {
      const isAsked = entry.time >= startTime && entry.time < endTime;
      const isOfDataset = query.datasets?.includes(entry.datasetId) !== false;
      const isAhead = !after || sign * comparePlaces(entry, after) > 0;
      if (isEvent(entry) && isAsked && isOfDataset && isAhead && isShown(entry, deps)) {
        found.set(entry.id, entry);
      }
    }
  }
  return [...found.values()].sort((x, y) => sign * comparePlaces(x, y));
}

const isEvent = (entry: TimelineEntry): entry is EventEntry => entry.json !== undefined;

function isShown(entry: TimelineEntry, { settings, now }: AccessDeps): boolean {
  if (settings.isActiveDataset?.(entry.datasetId) === false) return false;
  const expiresAt = Math.min(
    entry.expiresAt ?? Number.POSITIVE_INFINITY,
    settings.expiryOf(entry.datasetId, entry.time) ?? Number.POSITIVE_INFINITY,
  );
  return expiresAt > now;
}
