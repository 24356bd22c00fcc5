import { addAssertions } from '#core/identity/evidence.ts';
import { NO_EVIDENCE } from '#core/identity/link-history.ts';
import type { Assertion, LinkRules } from '#core/identity/link-rules.ts';
import { acceptRecord } from '#core/ingestion/accept.ts';
import { withoutWhatExpired } from '#core/profile/expiry/expire-item.ts';
import { foldRecords, isErased, linkableOf, type StitchableRecord } from '#core/profile/fold.ts';
import type { FoldRules } from '#core/profile/fold-settings.ts';
import { placeInProfile } from '#core/profile/place.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline, TimelineEntry } from '#core/profile/ports/timeline.ts';
import type { ProfileEvent, ProfileItem } from '#core/profile/profile-item.ts';
import { timelineEntryOf } from '#core/profile/remember.ts';
import { eventsOf } from '#core/profile/reproject.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { arrivalOf } from './plan.ts';
import type { RevertSettings } from './settings.ts';
import type { AffectedItem, FoundRow, LeftItem } from './work-files.ts';

export interface RebuildItemDeps {
  readonly settings: RevertSettings;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly now: () => number;
}

/**
 * The item as if the batch had never come: folded anew from all other rows of the lake that name it. What is not in the
 * lake stays: who was deleted, and which links were withdrawn by hand. A record that was dropped because the batch had
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
  const records = rows.flatMap((row) => acceptAgain(row, deps.settings)).sort(inOrderOfArrival);
  const entries = await entriesOf(identities, deps.timeline);
  const missing = missingAmong(rows, [...entries.values()], affected);
  if (missing) return missing;
  const own = await withPointers(item, identities, records, deps);
  const kept = await remembered(records, item, own, entries, rules.fold, deps);
  const { item: folded } = foldRecords(emptied(item, rules.fold.links), kept, rules.fold);
  const events: Record<IdentityKey, readonly ProfileEvent[]> = {};
  const reading = { timeline: deps.timeline, rules: rules.fold, now: deps.now };
  for (const key of Object.keys(folded.events)) events[key] = await eventsOf(key, reading);
  const { projection } = rules.fold;
  const whole = { ...folded, events, projection, projectedAt: deps.now() };
  const { timeline } = deps;
  return { item: await withoutWhatExpired(whole, { timeline, rules: rules.expiry, now: deps.now() }) };
}

function acceptAgain({ datasetId, json, operation, ...arrival }: FoundRow, settings: RevertSettings): AcceptedRecord[] {
  const dataset = settings.datasets.get(datasetId);
  const result = dataset && acceptRecord(JSON.parse(json), dataset, arrival, operation);
  return result && 'record' in result ? [result.record] : [];
}

const inOrderOfArrival = (x: AcceptedRecord, y: AcceptedRecord): number =>
  x.receivedAt - y.receivedAt || (x.tie < y.tie ? -1 : x.tie > y.tie ? 1 : 0);

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
export type Missing = Required<Omit<LeftItem, 'root'>>;

function missingAmong(
  rows: readonly FoundRow[],
  entries: readonly TimelineEntry[],
  { missing: known = [] }: AffectedItem,
): Missing | undefined {
  const arrivals = new Set([...rows.map(arrivalOf), ...known]);
  const unseen = entries.filter((entry) => !arrivals.has(arrivalOf(entry)));
  if (unseen.length === 0) return undefined;
  const oldest = unseen.reduce((earliest, { receivedAt }) => Math.min(earliest, receivedAt), Number.POSITIVE_INFINITY);
  return { missing: [...known, ...unseen.map(arrivalOf)], oldest };
}

const nameOf = ({ identity, id }: Pick<TimelineEntry, 'identity' | 'id'>): string => `${identity} ${id}`;

/** With identities that lead to the item though nothing in it names them any more. */
async function withPointers(
  { root, absorbed }: ProfileItem,
  identities: ReadonlySet<IdentityKey>,
  records: readonly AcceptedRecord[],
  { settings, profiles }: RebuildItemDeps,
): Promise<ReadonlySet<IdentityKey>> {
  const rules = settings.fold;
  const named = records.flatMap((record) => linkableOf(record, rules).identities);
  const unknown = [...new Set(named)].filter((key) => !identities.has(key));
  if (unknown.length === 0) return identities;
  const found = await profiles.lookup(unknown);
  const leadsHere = (key: IdentityKey): boolean => {
    const lookup = found.get(key);
    return lookup !== undefined && 'movedTo' in lookup && [root, ...absorbed].includes(lookup.movedTo);
  };
  return new Set([...identities, ...unknown.filter(leadsHere)]);
}

/** The records that count, each with the place it has in this item: of several arrivals of one record the first. */
async function remembered(
  records: readonly AcceptedRecord[],
  item: ProfileItem,
  own: ReadonlySet<IdentityKey>,
  entries: Map<string, TimelineEntry>,
  rules: FoldRules,
  { timeline, now }: RebuildItemDeps,
): Promise<StitchableRecord[]> {
  const kept: StitchableRecord[] = [];
  for (const record of records) {
    const placed = placeInProfile(record, rules);
    const { under } = placed;
    // What names this item but was kept apart from it, because too many would have been connected.
    if (under && !own.has(under)) continue;
    if (under && isErased(item, under, record)) continue;
    const identities = linkableOf(record, rules).identities.filter((key) => own.has(key));
    const said = { identities: identities.length > 1 ? identities : [] };
    if (!under) {
      if (said.identities.length > 0) kept.push({ ...placed, said });
      continue;
    }
    const entry = timelineEntryOf(record, under, rules);
    const known = entries.get(nameOf(entry));
    if (known && known.arrival !== entry.arrival) continue;
    if (!known && (entry.expiresAt ?? Number.POSITIVE_INFINITY) > now()) {
      if ((await timeline.remember(entry)) === 'duplicate') continue;
      entries.set(nameOf(entry), entry);
    }
    kept.push({ ...placed, said });
  }
  return kept;
}

/** The item without what records have brought. */
function emptied(item: ProfileItem, rules: LinkRules): ProfileItem {
  const { root, revision, absorbed, erased } = item;
  const { evidence } = addAssertions(NO_EVIDENCE, withdrawalsIn(item), rules);
  return { root, revision, absorbed, evidence, fragments: {}, events: {}, ...(erased && { erased }) };
}

/** Nobody can say these again: no record has them. */
function withdrawalsIn({ evidence: { assertions, removed = [] } }: ProfileItem): Assertion[] {
  const settled = removed.flatMap(({ a, b, at, by, withdrawal }): Assertion[] =>
    withdrawal ? [{ id: by, time: at, source: 'unlink', identities: [a, b], withdrawal }] : [],
  );
  return [...settled, ...assertions.filter(({ withdrawal }) => withdrawal)];
}
