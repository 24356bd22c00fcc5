import { operationsKey } from '#core/contract/tables.ts';
import { retryOnConflict } from '#core/ports/conflict.ts';
import { type AssignedRecord, MAX_PROFILE_RECORD_BYTES, type ProfileRejection } from '#core/profile/assign.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import { changeFragment, type Fragment, repeats } from '#core/profile/fragment.ts';
import type { LookupItem, LookupStore } from '#core/profile/ports/lookup-store.ts';
import { remember } from '#core/profile/remember.ts';
import type { StitchDeps, StitchResult } from '#core/profile/stitch.ts';
import type { AcceptedRecord, LookupKey } from '#core/record/accepted-record.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';

export interface WriteLookupsDeps extends Pick<StitchDeps, 'timeline' | 'settings' | 'backoff'> {
  readonly lookups: LookupStore;
}

/** A record of an entity that is no person and no event. */
type LookedUp = AcceptedRecord & { readonly lookup: LookupKey };
/** Whether a record is one of a lookup dataset, found by its key, and of no person. */
export const isLookedUp = (record: AcceptedRecord): record is LookedUp => record.lookup !== undefined;

const KEYS_CONCURRENCY = 16;

/**
 * Keeps records of lookup datasets by their key. Of the records of one key the latest one counts (its time, then its
 * place), whichever door and order they come through; `merge` changes fields of it, `delete` removes it (aep.md §1.6).
 * They touch no profile. Each record ends either in `outcomes` or in `failed`, as those of people do.
 */
export async function writeLookups(records: readonly LookedUp[], deps: WriteLookupsDeps): Promise<StitchResult> {
  const { lookups, timeline, settings } = deps;
  const assigned = records.map((record) => placeUnderKey(record, settings));
  const known = await remember(assigned, timeline, settings);
  const outcomes: FoldOutcome[] = known.duplicates.map((record) => ({ record, duplicate: true }));
  const failed = [...known.failed];
  const fresh: LookedUp[] = [];
  for (const { record, withoutProfile } of known.fresh) {
    if (withoutProfile) outcomes.push({ record, duplicate: false, withoutProfile });
    else if (isLookedUp(record)) fresh.push(record);
  }
  const ofEntities = Map.groupBy(fresh, ({ lookup }) => lookup.entity);
  for (const [entity, ofEntity] of ofEntities) {
    const ofKeys = Map.groupBy(ofEntity, ({ lookup }) => lookup.key);
    const stored = await lookups.get(entity, [...ofKeys.keys()]).catch((error: Error) => error);
    if (stored instanceof Error) {
      failed.push(...ofEntity.map((record) => ({ record, error: stored })));
      continue;
    }
    await mapWithConcurrency(ofKeys, KEYS_CONCURRENCY, async ([key, ofKey]) => {
      try {
        const repeated = await keep(ofKey, { entity, key }, stored.get(key), deps);
        outcomes.push(...ofKey.map((record) => ({ record, duplicate: repeated.has(record) })));
      } catch (error) {
        failed.push(...ofKey.map((record) => ({ record, error: error as Error })));
      }
    });
  }
  return { outcomes, failed, late: 0 };
}

/** The timeline remembers by the key which records came; no namespace begins like it. */
function placeUnderKey(record: LookedUp, settings: WriteLookupsDeps['settings']): AssignedRecord {
  const withoutProfile = whyExcluded(record, settings);
  if (withoutProfile) return { record, withoutProfile };
  return { record, keyedBy: operationsKey.lookup(record.lookup.entity, record.lookup.key) };
}

function whyExcluded(
  { datasetId, json }: LookedUp,
  settings: WriteLookupsDeps['settings'],
): ProfileRejection | undefined {
  if (!settings.isProfileEnabled(datasetId)) return 'dataset-not-enabled';
  return json.length > MAX_PROFILE_RECORD_BYTES ? 'record-too-large' : undefined;
}

/** @returns the records that say only what was known before, see {@link repeats} */
async function keep(
  records: readonly LookedUp[],
  { entity, key }: LookupKey,
  stored: LookupItem | undefined,
  { lookups, backoff }: WriteLookupsDeps,
): Promise<ReadonlySet<LookedUp>> {
  const repeated = new Set<LookedUp>();
  let item = stored;
  let isStale = false;
  await retryOnConflict(
    async () => {
      if (isStale) item = (await lookups.get(entity, [key])).get(key);
      isStale = true;
      repeated.clear();
      const fragment = records.reduce((known: Fragment | undefined, record) => {
        const { operation, time, tieBreaker, id, entity: attributes } = record;
        const change = { time, tieBreaker: `${tieBreaker}|${id}`, attributes };
        if (repeats(known, operation, change)) repeated.add(record);
        return changeFragment(known, operation, change);
      }, item?.fragment);
      // What came too late, or has come before, costs no write.
      if (fragment === item?.fragment) return;
      await lookups.write({ entity, key, revision: item?.revision ?? 0, fragment: fragment! });
    },
    { backoff },
  );
  return repeated;
}
