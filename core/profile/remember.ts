import { type IdentityKey, identityKey } from '#core/identity/identity.ts';
import type { AcceptedRecord } from '#core/ingestion/accepted-record.ts';
import type { Timeline, TimelineEntry } from '#core/ports/timeline.ts';
import { eachAtOnce } from '#core/util/at-once.ts';
import type { FoldRules } from './fold.ts';
import { placeInProfile } from './place.ts';

/** How long a record that is no event is recognised when it comes again. */
const RECORDS_REMEMBERED_MS = 90 * 86_400_000;
const ENTRIES_AT_ONCE = 32;

export interface RememberedRecords {
  /** They may change profiles: they came for the first time, or what they did may have been interrupted. */
  readonly fresh: readonly AcceptedRecord[];
  readonly duplicates: readonly AcceptedRecord[];
  readonly failed: readonly { readonly record: AcceptedRecord; readonly error: Error }[];
}

/**
 * Puts records on the timeline of the person they belong to, before any profile is touched, and tells which were there
 * already. Records that belong to nobody are fresh.
 */
export async function remember(
  records: readonly AcceptedRecord[],
  timeline: Timeline,
  rules: FoldRules,
): Promise<RememberedRecords> {
  const fresh: AcceptedRecord[] = [];
  const duplicates: AcceptedRecord[] = [];
  const failed: { record: AcceptedRecord; error: Error }[] = [];
  const first = new Map<string, AcceptedRecord>();
  const entries: { record: AcceptedRecord; entry: TimelineEntry }[] = [];
  for (const record of records) {
    const entry = entryOf(record, rules);
    if (!entry) {
      fresh.push(record);
      continue;
    }
    const key = `${entry.identity}|${entry.id}`;
    const other = first.get(key);
    if (!other) {
      first.set(key, record);
      entries.push({ record, entry });
    } else if (other.arrival === record.arrival) fresh.push(record);
    else duplicates.push(record);
  }
  await eachAtOnce(entries, ENTRIES_AT_ONCE, async ({ record, entry }) => {
    try {
      const remembered = await timeline.remember(entry);
      (remembered === 'duplicate' ? duplicates : fresh).push(record);
    } catch (error) {
      failed.push({ record, error: error as Error });
    }
  });
  return { fresh, duplicates, failed };
}

function entryOf(record: AcceptedRecord, rules: FoldRules): TimelineEntry | undefined {
  const primary = placeInProfile(record, rules);
  if (typeof primary === 'string') return undefined;
  const identity: IdentityKey = identityKey(primary);
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
