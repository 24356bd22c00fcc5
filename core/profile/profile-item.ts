import { joinLinkHistories } from '#core/identity/add-assertions.ts';
import { type LinkHistory, NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { Fragment } from './fragment.ts';

export type { Fragment } from './fragment.ts';

/**
 * The item that profiles are kept in. It holds all identities that link history ever connected within the window of
 * lateness, nearly always one person. Which of its fragments make a profile is decided by the graph when it is read, so
 * that a merge or a split moves no customer data: see `profiles.ts`.
 *
 * An identity is looked up by its key. It finds the item itself, or a pointer to the item that holds it.
 */
export interface ProfileItem {
  readonly canonicalKey: IdentityKey;
  /** Raised by every write; 0 for an item that was never written. */
  readonly revision: number;
  readonly linkHistory: LinkHistory;
  readonly fragments: Readonly<Record<FragmentKey, Fragment>>;
  /** Events that some segment looks at, by their primary identity. An identity without such events has an empty list. */
  readonly events: Readonly<Record<IdentityKey, readonly ProfileEvent[]>>;
  /** Under which segments the events were chosen and cut: `SegmentSet.fingerprint`. */
  readonly projection?: string;
  /** Epoch ms: when they were last chosen anew, from the timeline. */
  readonly projectedAt?: number;
  /**
   * When data last came in that changed it (epoch ms), and the revision that this made of it; kept where it is noted what
   * made somebody a member. Where the item has another revision now, something else has written it since.
   */
  readonly newData?: { readonly revision: number; readonly at: number };
  /** Items that were taken into this one. */
  readonly mergedIn: readonly IdentityKey[];
  /** Day of the last activity of an identity, since 1970; kept where pseudonymous profiles expire. */
  readonly activeOn?: Readonly<Record<IdentityKey, number>>;
}

/**
 * Identities that one item holds at most. Records may go on connecting people without end, through a shared kiosk or a
 * constant that some software sends for everybody; beyond this number they are kept apart, so that no item grows until
 * it cannot be written.
 */
export const MAX_IDENTITIES_IN_ITEM = 250;

/** Every identity that an item knows of. */
export function identitiesIn({ canonicalKey, linkHistory, fragments, events }: ProfileItem): ReadonlySet<IdentityKey> {
  return new Set([
    canonicalKey,
    ...linkHistory.condensed.flatMap(({ a, b }) => [a, b]),
    ...linkHistory.assertions.flatMap(({ identities }) => identities),
    ...Object.keys(fragments).map(identityOfFragment),
    ...Object.keys(events),
  ]);
}

/** `dataset|namespace:value`: one fragment per dataset and primary identity (aep.md §4.1). */
export type FragmentKey = string;

/** The key of a fragment: what one dataset has of one primary identity (aep.md §4.1). */
export const fragmentKey = (datasetId: string, primary: IdentityKey): FragmentKey => `${datasetId}|${primary}`;
/** The dataset of a fragment key; no id of a dataset has a `|`. */
export const datasetOfFragment = (key: FragmentKey): string => key.slice(0, key.indexOf('|'));
/** The primary identity of a fragment key. */
export const identityOfFragment = (key: FragmentKey): IdentityKey => key.slice(key.indexOf('|') + 1);

export interface ProfileEvent {
  /** Of the record. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly datasetId: string;
  /** Only the fields that segments read. */
  readonly entity: Readonly<Record<string, unknown>>;
}

/** Events that one identity may have in the item; the oldest go first (aep.md §4.4). */
export const MAX_EVENTS = 5_000;

/** By time. An event that is there already stays one event. */
export function joinEvents(known: readonly ProfileEvent[], fresh: readonly ProfileEvent[]): readonly ProfileEvent[] {
  const ids = new Set(known.map(({ id }) => id));
  const added = fresh.filter(({ id }) => !ids.has(id) && ids.add(id));
  if (added.length === 0) return known;
  return [...known, ...added].sort((x, y) => x.time - y.time || (x.id < y.id ? -1 : 1)).slice(-MAX_EVENTS);
}

/** An item of nobody yet, that was never written. */
export const emptyItem = (canonicalKey: IdentityKey): ProfileItem => ({
  canonicalKey,
  revision: 0,
  linkHistory: NO_LINK_HISTORY,
  fragments: {},
  events: {},
  mergedIn: [],
});

/** Events of two items that were chosen differently have to be chosen anew. */
function joinProjections(item: ProfileItem, other: ProfileItem): Pick<ProfileItem, 'projection' | 'projectedAt'> {
  const [ours, theirs] = [item, other].map(({ revision, projection }) => (revision === 0 ? undefined : projection));
  const projection = item.revision === 0 ? theirs : other.revision === 0 || ours === theirs ? ours : 'several';
  const projectedAt = Math.max(item.projectedAt ?? 0, other.projectedAt ?? 0);
  return { ...(projection !== undefined && { projection }), ...(projectedAt > 0 && { projectedAt }) };
}

/** Takes `other` into `item`; the root and revision of `item` stay. */
export function mergeIn(item: ProfileItem, other: ProfileItem): ProfileItem {
  const activeOn = { ...other.activeOn, ...item.activeOn };
  return {
    canonicalKey: item.canonicalKey,
    revision: item.revision,
    linkHistory: joinLinkHistories(item.linkHistory, other.linkHistory),
    fragments: { ...other.fragments, ...item.fragments },
    events: { ...other.events, ...item.events },
    ...joinProjections(item, other),
    mergedIn: other.revision > 0 ? [...item.mergedIn, ...other.mergedIn, other.canonicalKey] : item.mergedIn,
    ...(Object.keys(activeOn).length > 0 && { activeOn }),
  };
}
