import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import type { FoldRules } from './fold-settings.ts';
import type { PlacedRecord } from './place.ts';
import type { Timeline, TimelineEntry } from './ports/timeline.ts';

/** How long a record that is no event is recognised when it comes again. */
const RECORDS_REMEMBERED_MS = 90 * 86_400_000;
const ENTRIES_AT_ONCE = 32;

export interface RememberedRecords {
  /** They may change profiles: they came for the first time, or what they did may have been interrupted. */
  readonly fresh: readonly PlacedRecord[];
  readonly duplicates: readonly AcceptedRecord[];
  readonly failed: readonly { readonly record: AcceptedRecord; readonly error: Error }[];
}

/**
 * Puts records on the timeline of the person they belong to, before any profile is touched, and tells which were there
 * already. Records that belong to nobody are fresh.
 */
export async function remember(
  records: readonly PlacedRecord[],
  timeline: Timeline,
  rules: FoldRules,
): Promise<RememberedRecords> {
  const fresh: PlacedRecord[] = [];
  const duplicates: AcceptedRecord[] = [];
  const failed: { record: AcceptedRecord; error: Error }[] = [];
  const first = new Map<string, AcceptedRecord>();
  const entries: { placed: PlacedRecord; entry: TimelineEntry }[] = [];
  for (const placed of records) {
    const { record, under } = placed;
    if (!under) {
      fresh.push(placed);
      continue;
    }
    const entry = timelineEntryOf(record, under, rules);
    const key = `${entry.identity}|${entry.id}`;
    const other = first.get(key);
    if (!other) {
      first.set(key, record);
      entries.push({ placed, entry });
    } else if (other.arrival === record.arrival) fresh.push(placed);
    else duplicates.push(record);
  }
  await eachAtOnce(entries, ENTRIES_AT_ONCE, async ({ placed, entry }) => {
    try {
      const remembered = await timeline.remember(entry);
      if (remembered === 'duplicate') duplicates.push(placed.record);
      else fresh.push(placed);
    } catch (error) {
      failed.push({ record: placed.record, error: error as Error });
    }
  });
  return { fresh, duplicates, failed };
}

/** What the timeline keeps of a record. @param identity the primary one of the record */
export function timelineEntryOf(record: AcceptedRecord, identity: IdentityKey, rules: FoldRules): TimelineEntry {
  const { id, arrival, datasetId, time, receivedAt } = record;
  const expiresAt = record.behaviour === 'event' ? rules.expiryOf(datasetId, time) : receivedAt + RECORDS_REMEMBERED_MS;
  return {
    identity,
    id,
    arrival,
    datasetId,
    time,
    receivedAt,
    ...(record.behaviour === 'event' && { json: record.json }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
