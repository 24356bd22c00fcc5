import type { Suppress } from '#core/governance/suppress.ts';
import { addAssertions } from '#core/identity/add-assertions.ts';
import { NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import type { Assertion } from '#core/identity/linking-rules.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { assignToProfile } from '#core/profile/assign.ts';
import { withoutWhatExpired } from '#core/profile/expiry/expire-item.ts';
import { clearingOf, foldRecords, linkableOf, type StitchableRecord } from '#core/profile/fold.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline, TimelineEntry } from '#core/profile/ports/timeline.ts';
import { datasetOfFragment, type ProfileEvent, type ProfileItem } from '#core/profile/profile-item.ts';
import { timelineEntryOf } from '#core/profile/remember.ts';
import { eventsOf } from '#core/profile/reproject.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { ingestionKeyOf } from './affected-items.ts';
import type { RevertSettings } from './settings.ts';
import type { AffectedItem, FoundRow, LeftItem } from './work-files.ts';

export interface RebuildItemDeps {
  readonly settings: RevertSettings;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  /** Who was deleted does not come back from rows that were found before. */
  readonly suppress: Suppress;
  readonly now: () => number;
}

/**
 * The item as if the batch had never come: folded anew from all other rows of the lake that name it. What is not in the
 * lake stays: which links were withdrawn by hand. A record that was dropped because the batch had
 * brought it before now counts.
 * @param rows all rows that name an identity of the item, except the batch's
 * @param affected the item as it was when they began to be looked for
 * @returns the item; or which rows are missing, if its timeline has arrivals that are not among them and have not been looked
 * for before: they came while the others were looked for
 */
export async function rebuildItem(
  item: ProfileItem,
  rows: readonly FoundRow[],
  affected: AffectedItem,
  deps: RebuildItemDeps,
): Promise<{ readonly item: ProfileItem } | Missing> {
  const identities = new Set(affected.identities);
  const rules = deps.settings;
  const accepted = rows.flatMap((row) => acceptAgain(row, deps.settings)).sort(inOrderOfIngestion);
  const suppressed = await deps.suppress.records(accepted);
  const records = accepted.filter((_, place) => !suppressed.has(place));
  const entries = await entriesOf(identities, deps.timeline);
  const known = [...entries.values()].filter(({ datasetId }) => deps.settings.datasets.has(datasetId));
  const missing = missingAmong(rows, known, affected);
  if (missing) return missing;
  const own = await withPointers(item, identities, records, deps);
  const kept = await remembered(records, own, entries, rules.fold, deps);
  const { item: folded } = foldRecords(emptied(item, rules), kept, rules.fold);
  const events: Record<IdentityKey, readonly ProfileEvent[]> = {};
  const reading = { timeline: deps.timeline, settings: rules.fold, now: deps.now };
  for (const key of Object.keys(folded.events)) events[key] = await eventsOf(key, reading);
  const { projection } = rules.fold;
  const whole = { ...folded, events, projection, projectedAt: deps.now() };
  const { timeline } = deps;
  return { item: await withoutWhatExpired(whole, { timeline, settings: rules.expiry, now: deps.now() }) };
}

function acceptAgain(
  { datasetId, json, operation, ...ingestionId }: FoundRow,
  settings: RevertSettings,
): AcceptedRecord[] {
  const dataset = settings.datasets.get(datasetId);
  const result = dataset && acceptRecord(JSON.parse(json), dataset, ingestionId, operation);
  return result && 'record' in result ? [result.record] : [];
}

const inOrderOfIngestion = (x: AcceptedRecord, y: AcceptedRecord): number =>
  x.receivedAt - y.receivedAt || (x.tieBreaker < y.tieBreaker ? -1 : x.tieBreaker > y.tieBreaker ? 1 : 0);

/** What the timeline has of the item's identities. */
async function entriesOf(
  identities: ReadonlySet<IdentityKey>,
  timeline: Timeline,
): Promise<Map<string, TimelineEntry>> {
  const entries = new Map<string, TimelineEntry>();
  for (const identity of identities) {
    for await (const entry of timeline.read(identity)) entries.set(nameOf(entry), entry);
  }
  return entries;
}

/** What came while rows were looked for. What the lake does not have in spite of that is not waited for. */
export type Missing = Required<Omit<LeftItem, 'canonicalKey'>>;

function missingAmong(
  rows: readonly FoundRow[],
  entries: readonly TimelineEntry[],
  { missing: known = [] }: AffectedItem,
): Missing | undefined {
  const ingestionIds = new Set([...rows.map(ingestionKeyOf), ...known]);
  const unseen = entries.filter((entry) => !ingestionIds.has(ingestionKeyOf(entry)));
  if (unseen.length === 0) return undefined;
  const oldest = unseen.reduce((earliest, { receivedAt }) => Math.min(earliest, receivedAt), Number.POSITIVE_INFINITY);
  return { missing: [...known, ...unseen.map(ingestionKeyOf)], oldest };
}

const nameOf = ({ identity, id }: Pick<TimelineEntry, 'identity' | 'id'>): string => `${identity} ${id}`;

/** With identities that lead to the item though nothing in it names them any more. */
async function withPointers(
  { canonicalKey, mergedIn }: ProfileItem,
  identities: ReadonlySet<IdentityKey>,
  records: readonly AcceptedRecord[],
  { settings, profiles }: RebuildItemDeps,
): Promise<ReadonlySet<IdentityKey>> {
  const foldSettings = settings.fold;
  const named = records.flatMap((record) => linkableOf(record, foldSettings).identities);
  const unknown = [...new Set(named)].filter((key) => !identities.has(key));
  if (unknown.length === 0) return identities;
  const found = await profiles.lookup(unknown);
  const leadsHere = (key: IdentityKey): boolean => {
    const lookup = found.get(key);
    return lookup !== undefined && 'redirectTo' in lookup && [canonicalKey, ...mergedIn].includes(lookup.redirectTo);
  };
  return new Set([...identities, ...unknown.filter(leadsHere)]);
}

/**
 * The records that count, each with the place it has in this item: of several arrivals of one record the first, or the
 * newest of an event that has versions.
 */
async function remembered(
  records: readonly AcceptedRecord[],
  own: ReadonlySet<IdentityKey>,
  entries: Map<string, TimelineEntry>,
  foldSettings: FoldSettings,
  deps: RebuildItemDeps,
): Promise<StitchableRecord[]> {
  const kept: StitchableRecord[] = [];
  for (const record of records) {
    const assigned = assignToProfile(record, foldSettings);
    const { keyedBy } = assigned;
    // What names this item but was kept apart from it, because too many would have been connected.
    if (keyedBy && !own.has(keyedBy)) continue;
    const identities = linkableOf(record, foldSettings).identities.filter((key) => own.has(key));
    const asserted = { identities: identities.length > 1 ? identities : [] };
    const cleared = clearingOf(record, foldSettings);
    const counts = keyedBy
      ? await isArrivalThatCounts(timelineEntryOf(record, keyedBy, foldSettings), entries, deps)
      : asserted.identities.length > 0 || own.has(cleared.clearing?.identities[0] ?? '');
    if (counts) kept.push({ ...assigned, asserted, ...cleared });
  }
  return kept.filter(({ record, keyedBy }) => record.version === undefined || isCurrent(record, keyedBy, entries));
}

/** Of several versions of an event the newest is what the timeline has in the end. */
const isCurrent = (
  { id, ingestionId }: AcceptedRecord,
  identity: IdentityKey | undefined,
  entries: ReadonlyMap<string, TimelineEntry>,
): boolean => {
  const entry = identity === undefined ? undefined : entries.get(nameOf({ identity, id }));
  return !entry || entry.ingestionId === ingestionId;
};

/**
 * Whether no other arrival of the record has come before, or it is a newer version; it is remembered then, as long as it is
 * to be.
 */
async function isArrivalThatCounts(
  entry: TimelineEntry,
  entries: Map<string, TimelineEntry>,
  { timeline, now }: RebuildItemDeps,
): Promise<boolean> {
  const known = entries.get(nameOf(entry));
  if (known && (entry.version === undefined || known.ingestionId === entry.ingestionId))
    return known.ingestionId === entry.ingestionId;
  if ((entry.expiresAt ?? Number.POSITIVE_INFINITY) <= now()) return true;
  const remembered = await timeline.remember(entry);
  if (remembered === 'duplicate') return false;
  entries.set(nameOf(entry), entry);
  return true;
}

/** The item without what records have brought, but those of datasets that have left the catalog: they may come back. */
function emptied(item: ProfileItem, { datasets, fold }: RevertSettings): ProfileItem {
  const { canonicalKey, revision, mergedIn } = item;
  const others = item.linkHistory.assertions.filter((one) => !one.unlinking && !datasets.has(one.source));
  const { linkHistory } = addAssertions(NO_LINK_HISTORY, [...unlinkingsIn(item), ...others], fold.links);
  const fragments = Object.entries(item.fragments).filter(([key]) => !datasets.has(datasetOfFragment(key)));
  return {
    canonicalKey,
    revision,
    mergedIn,
    linkHistory,
    fragments: Object.fromEntries(fragments),
    events: {},
  };
}

/** Nobody can say these again: no record has them. */
function unlinkingsIn({ linkHistory: { assertions, removed = [] } }: ProfileItem): Assertion[] {
  const condensed = removed.flatMap(({ a, b, at, by, unlinking }): Assertion[] =>
    unlinking ? [{ id: by, time: at, source: 'unlink', identities: [a, b], unlinking }] : [],
  );
  return [...condensed, ...assertions.filter(({ unlinking }) => unlinking)];
}
