import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import { type StitchDeps, type StitchResult, stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { isLookedUp, writeLookups } from './write-lookups.ts';

export interface IngestDeps extends StitchDeps {
  readonly lookups: LookupStore;
}

/** Takes accepted records in: those of people and events into profiles, those of other entities under their keys. */
export async function ingest(records: readonly AcceptedRecord[], deps: IngestDeps): Promise<StitchResult> {
  const ofLookups = records.filter(isLookedUp);
  if (ofLookups.length === 0) return stitch(records, deps);
  const ofPeople = records.filter((record) => !isLookedUp(record));
  const [kept, stitched] = await Promise.all([writeLookups(ofLookups, deps), stitch(ofPeople, deps)]);
  return {
    outcomes: [...kept.outcomes, ...stitched.outcomes],
    failed: [...kept.failed, ...stitched.failed],
    late: stitched.late,
  };
}
