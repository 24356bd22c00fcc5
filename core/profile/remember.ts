import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import type { AssignedRecord } from './assign.ts';
import type { FoldSettings } from './fold-settings.ts';
import type { Timeline, TimelineEntry } from './ports/timeline.ts';

/** How long a record that is no event is recognised when it comes again. */
const RECORDS_REMEMBERED_MS = 90 * DAY_MS;
const ENTRIES_CONCURRENCY = 32;

export interface RememberedRecords {
  /** They may change profiles: they came for the first time, or what they did may have been interrupted. */
  readonly fresh: readonly AssignedRecord[];
  readonly duplicates: readonly AcceptedRecord[];
  readonly failed: readonly { readonly record: AcceptedRecord; readonly error: Error }[];
}

/**
 * Puts records on the timeline of the person they belong to, before any profile is touched, and tells which were there
 * already. Records that belong to nobody are fresh.
 */
export async function remember(
  records: readonly AssignedRecord[],
  timeline: Timeline,
  settings: FoldSettings,
): Promise<RememberedRecords> {
  const fresh: AssignedRecord[] = [];
  const duplicates: AcceptedRecord[] = [];
  const failed: { record: AcceptedRecord; error: Error }[] = [];
  const first = newestVersions(records);
  const entries: { assigned: AssignedRecord; entry: TimelineEntry }[] = [];
  for (const assigned of records) {
    const { record, keyedBy } = assigned;
    if (!keyedBy) {
      fresh.push(assigned);
      continue;
    }
    const entry = timelineEntryOf(record, keyedBy, settings);
    const key = `${entry.identity}|${entry.id}`;
    const other = first.get(key);
    if (!other || other === record) {
      first.set(key, record);
      entries.push({ assigned, entry });
    } else if (other.ingestionId === record.ingestionId)
      fresh.push(record.version === undefined ? assigned : { ...assigned, amends: 'perhaps' });
    else duplicates.push(record);
  }
  await mapWithConcurrency(entries, ENTRIES_CONCURRENCY, async ({ assigned, entry }) => {
    try {
      const remembered = await timeline.remember(entry);
      if (remembered === 'duplicate') duplicates.push(assigned.record);
      else fresh.push(assigned.record.version === undefined ? assigned : { ...assigned, amends: AMENDS[remembered] });
    } catch (error) {
      failed.push({ record: assigned.record, error: error as Error });
    }
  });
  return { fresh, duplicates, failed };
}

const AMENDS = { new: 'nothing', amended: 'another', repeated: 'itself', again: 'perhaps' } as const;

/** Of events that have versions the newest of each: it stands for the others. */
function newestVersions(records: readonly AssignedRecord[]): Map<string, AcceptedRecord> {
  const newest = new Map<string, AcceptedRecord>();
  for (const { record, keyedBy } of records) {
    if (record.version === undefined || !keyedBy) continue;
    const key = `${keyedBy}|${record.id}`;
    const other = newest.get(key);
    if (!other || other.version! < record.version) newest.set(key, record);
  }
  return newest;
}

/** What the timeline keeps of a record. @param identity the primary one of the record */
export function timelineEntryOf(record: AcceptedRecord, identity: IdentityKey, settings: FoldSettings): TimelineEntry {
  const { id, ingestionId, datasetId, time, receivedAt } = record;
  const expiresAt =
    record.behaviour === 'event' ? settings.expiryOf(datasetId, time) : receivedAt + RECORDS_REMEMBERED_MS;
  return {
    identity,
    id,
    ingestionId,
    datasetId,
    time,
    receivedAt,
    ...(record.behaviour === 'event' && { json: record.json }),
    ...(record.version !== undefined && { version: record.version }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
