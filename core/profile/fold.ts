import { addAssertions } from '#core/identity/add-assertions.ts';
import { type GraphRejection, type Linkable, linkableIdentities, NOTHING_TO_LINK } from '#core/identity/eligibility.ts';
import type { Assertion } from '#core/identity/linking-rules.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { sameValue } from '#core/util/same-value.ts';
import { type AssignedRecord, type ProfileRejection, primaryIdentity } from './assign.ts';
import { deviceOf, regionOfEvent, withRegion } from './event-region.ts';
import type { FoldSettings } from './fold-settings.ts';
import { changeFragment, repeats } from './fragment.ts';
import {
  type Fragment,
  fragmentKey,
  identitiesIn,
  joinEvents,
  type ProfileEvent,
  type ProfileItem,
} from './profile-item.ts';

/** A record with the place it has in a profile, and what it says to the identity graph: less than by itself where its
 * batch says too much. */
export interface StitchableRecord extends AssignedRecord {
  readonly asserted: Linkable;
  /** What an update takes back of what its dataset has said to the graph. */
  readonly clearing?: Assertion;
}

/** What became of a record in the profile. Whether it is in the lake has been settled before. */
export interface FoldOutcome {
  readonly record: AcceptedRecord;
  readonly duplicate: boolean;
  /** Why it is in no profile although its dataset is enabled (aep.md §3.6). */
  readonly withoutProfile?: ProfileRejection;
  /** Why the graph did not take everything it says, although it names several identities. */
  readonly graphRejection?: GraphRejection;
  /** Whether it has taken the place of an older version of the same event. */
  readonly amends?: true;
}

/**
 * Folds records into an item. Every effect is a union over sets ordered by time, so the result is the same in whatever
 * order and however often the records come.
 * @returns the item (the same object when nothing changed), one outcome a record, and how many assertions came too late
 */
export function foldRecords(
  item: ProfileItem,
  records: readonly StitchableRecord[],
  settings: FoldSettings,
): { item: ProfileItem; outcomes: FoldOutcome[]; late: number } {
  const outcomes: FoldOutcome[] = [];
  const assertions: Assertion[] = [];
  const draft = new Draft(item);
  for (const assigned of records) {
    const { record, asserted, clearing, amends } = assigned;
    if (mayAmend(assigned)) draft.replaceEvent(assigned.keyedBy!, record.id);
    assertions.push(...assertionOf(assigned));
    if (clearing) assertions.push(clearing);
    const duplicate = amends === 'itself' || isRepetition(draft, assigned);
    const withoutProfile = retainInProfile(draft, assigned, settings);
    outcomes.push({
      record,
      duplicate,
      ...(withoutProfile && { withoutProfile }),
      ...(asserted.rejection && !duplicate && { graphRejection: asserted.rejection }),
      ...(amends === 'another' && { amends: true }),
    });
  }
  const before = withoutReplaced(item.linkHistory, records, assertions);
  const { linkHistory, late } = addAssertions(before, assertions, settings.links, settings.linkHistoryLimits);
  return { item: draft.finish(linkHistory, settings), outcomes, late };
}

/**
 * The link history without what older versions of events have asserted. What is condensed is not told apart any more: there
 * a link that an event no longer asserts stays.
 */
function withoutReplaced(
  linkHistory: ProfileItem['linkHistory'],
  records: readonly StitchableRecord[],
  added: readonly Assertion[],
): ProfileItem['linkHistory'] {
  const replaced = new Set(records.filter(mayAmend).flatMap((one) => [one.record.id, assertionId(one)]));
  if (replaced.size === 0) return linkHistory;
  const fresh = new Map(added.map((assertion) => [assertion.id, assertion]));
  const stays = (one: Assertion): boolean => !replaced.has(one.id) || sameValue(one, fresh.get(one.id));
  return linkHistory.assertions.every(stays)
    ? linkHistory
    : { ...linkHistory, assertions: linkHistory.assertions.filter(stays) };
}

/** The parts of an item that records change. What stays the same stays the same object. */
class Draft {
  readonly #item: ProfileItem;
  readonly #fragments = new Map<string, Fragment>();
  readonly #events = new Map<IdentityKey, ProfileEvent[]>();
  readonly #activeOn = new Map<IdentityKey, number>();
  /** Ids of events in whose place others come, or none. */
  readonly #replaced = new Map<IdentityKey, Set<string>>();
  #identities: ReadonlySet<IdentityKey> | undefined;

  constructor(item: ProfileItem) {
    this.#item = item;
  }

  fragment(at: string): Fragment | undefined {
    return this.#fragments.get(at) ?? this.#item.fragments[at];
  }

  /** Whether the item had the identity before. */
  knows(identity: IdentityKey): boolean {
    this.#identities ??= identitiesIn(this.#item);
    return this.#identities.has(identity);
  }

  setFragment(at: string, fragment: Fragment): void {
    this.#fragments.set(at, fragment);
  }

  addEvents(key: IdentityKey, events: readonly ProfileEvent[]): void {
    const fresh = this.#events.get(key) ?? [];
    fresh.push(...events);
    this.#events.set(key, fresh);
  }

  replaceEvent(key: IdentityKey, id: string): void {
    this.#replaced.set(key, (this.#replaced.get(key) ?? new Set()).add(id));
    this.addEvents(key, NO_EVENTS);
  }

  wasActive(key: IdentityKey, receivedAt: number): void {
    const day = Math.floor(receivedAt / DAY_MS);
    const known = this.#activeOn.get(key) ?? this.#item.activeOn?.[key] ?? 0;
    if (day > known) this.#activeOn.set(key, day);
  }

  finish(linkHistory: ProfileItem['linkHistory'], settings: FoldSettings): ProfileItem {
    const item = this.#item;
    const fragments = changed(item.fragments, this.#fragments);
    const joined = [...this.#events].map(
      ([key, fresh]) => [key, withEvents(item.events[key], fresh, settings, this.#replaced.get(key))] as const,
    );
    const events = changed(item.events, new Map(joined));
    const activeOn = changed(item.activeOn ?? NOTHING, this.#activeOn);
    const isSame =
      linkHistory === item.linkHistory &&
      fragments === item.fragments &&
      events === item.events &&
      this.#activeOn.size === 0;
    if (isSame) return item;
    const projection = item.revision === 0 && item.projection === undefined ? settings.projection : item.projection;
    return {
      ...item,
      linkHistory,
      fragments,
      events,
      ...(projection !== undefined && { projection }),
      ...(activeOn !== NOTHING && { activeOn }),
    };
  }
}

/** The events of an identity with more of them, as far as they are needed; the same list where nothing changes. */
function withEvents(
  known: readonly ProfileEvent[] | undefined,
  fresh: readonly ProfileEvent[],
  settings: FoldSettings,
  replaced?: ReadonlySet<string>,
): readonly ProfileEvent[] {
  if (!known) return settings.retainEvents(joinEvents(NO_EVENTS, fresh));
  if (replaced && known.some(({ id }) => replaced.has(id))) {
    const joined = joinEvents(
      known.filter(({ id }) => !replaced.has(id)),
      fresh,
    );
    const retained = settings.retainEvents(joined);
    return sameValue(retained, known) ? known : retained;
  }
  const joined = joinEvents(known, fresh);
  if (joined === known) return known;
  const retained = settings.retainEvents(joined);
  const isSame = retained.length === known.length && retained.every(({ id }, at) => id === known[at]!.id);
  return isSame ? known : retained;
}

const NOTHING: Readonly<Record<string, never>> = {};
const NO_EVENTS: readonly ProfileEvent[] = [];

/** The record with other values in place, or the record itself where each is what it was. */
function changed<T>(record: Readonly<Record<string, T>>, values: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  const differing = [...values].filter(([key, value]) => record[key] !== value);
  return differing.length === 0 ? record : { ...record, ...Object.fromEntries(differing) };
}

/** What a record says to the identity graph by itself. */
export function linkableOf(record: AcceptedRecord, settings: FoldSettings): Linkable {
  if (!settings.isIdentityEnabled(record.datasetId) || record.operation === 'delete') return NOTHING_TO_LINK;
  return linkableIdentities(record.identities, settings.links);
}

function assertionOf(assigned: StitchableRecord): Assertion[] {
  const { record, asserted } = assigned;
  if (asserted.identities.length < 2) return [];
  const { time, datasetId: source, identityFields: fields } = record;
  const said = { id: assertionId(assigned), time, source, identities: asserted.identities };
  return [{ ...said, ...inOrderOfUpdates(record), ...(fields && { fields }) }];
}

/** Versions of an event are versions of it as long as they are of one identity; under another it is another event. */
const assertionId = ({ record: { id, version }, keyedBy = '' }: StitchableRecord): string =>
  version === undefined ? id : `${id}|${keyedBy}`;

/** Whether an older version of the event may be there. */
export const mayAmend = ({ amends, keyedBy }: StitchableRecord): boolean =>
  keyedBy !== undefined && amends !== undefined && amends !== 'nothing';

/** Only updates have to be told apart at one instant: what one of them clears another may have set. */
const inOrderOfUpdates = ({ operation, tieBreaker, id }: AcceptedRecord): Pick<Assertion, 'tieBreaker'> =>
  operation === 'merge' ? { tieBreaker: `${tieBreaker}|${id}` } : {};

/** What an update says to the graph by the identities that it clears, of the person whom it is about. */
export function clearingOf(record: AcceptedRecord, settings: FoldSettings): { readonly clearing?: Assertion } {
  const { id, time, datasetId: source, clears } = record;
  if (!clears || !settings.isIdentityEnabled(source)) return {};
  const person = primaryIdentity(record, settings.links);
  if (typeof person === 'string') return {};
  const order = inOrderOfUpdates(record);
  return { clearing: { id: `${id}!`, time, source, identities: [identityKey(person)], ...order, clears } };
}

/**
 * Whether a record says what its dataset said of this person before, and names nobody else: it is a duplicate by content,
 * though only its time tells it from the one before, and it is folded all the same, since nothing is older by being said again.
 */
function isRepetition(draft: Draft, { record, keyedBy: key, asserted }: StitchableRecord): boolean {
  if (!key || record.behaviour === 'event') return false;
  const { identityMap: _identities, ...attributes } = record.entity;
  const change = { time: record.time, tieBreaker: record.tieBreaker, attributes };
  return (
    repeats(draft.fragment(fragmentKey(record.datasetId, key)), record.operation, change) &&
    asserted.identities.every((identity) => draft.knows(identity))
  );
}

function retainInProfile(
  draft: Draft,
  { record, keyedBy: key, withoutProfile, asserted }: StitchableRecord,
  settings: FoldSettings,
): ProfileRejection | undefined {
  if (!key) return withoutProfile;
  if (isTooOld(record, settings)) return 'event-expired';
  if (settings.keepsActivity) draft.wasActive(key, record.receivedAt);
  if (record.behaviour === 'event') {
    const entity = settings.projectEvent(record.entity);
    const { id, time, datasetId } = record;
    draft.addEvents(key, entity ? [{ id, time, datasetId, entity }] : NO_EVENTS);
    keepRegion(draft, record, deviceOf(record.identities, asserted.identities, key), settings);
    return undefined;
  }
  const at = fragmentKey(record.datasetId, key);
  const { identityMap: _identities, ...attributes } = record.entity;
  // The id decides between records that nothing else puts in order.
  const change = { time: record.time, tieBreaker: `${record.tieBreaker}|${record.id}`, attributes };
  draft.setFragment(at, changeFragment(draft.fragment(at), record.operation, change));
  return undefined;
}

/** Where an event says in which region it was captured, its device was seen there (aep.md §1.3). */
function keepRegion(draft: Draft, record: AcceptedRecord, device: IdentityKey, settings: FoldSettings): void {
  const seen = regionOfEvent(record);
  if (!seen) return;
  const expiresAt = settings.expiryOf(record.datasetId, Date.parse(seen.captureTimestamp));
  if (expiresAt !== undefined && expiresAt <= record.receivedAt) return;
  const at = fragmentKey(record.datasetId, device);
  draft.setFragment(at, withRegion(draft.fragment(at), seen));
}

/** Whether an event was older when it arrived than its dataset keeps events (aep.md §4.3). */
const isTooOld = ({ behaviour, datasetId, time, receivedAt }: AcceptedRecord, settings: FoldSettings): boolean =>
  behaviour === 'event' && (settings.expiryOf(datasetId, time) ?? Number.POSITIVE_INFINITY) <= receivedAt;
