import { operationsKey } from '#core/contract/tables.ts';
import { retryOnConflict } from '#core/ports/conflict.ts';
import type { FoldOutcome } from '#core/profile/fold.ts';
import { changeFragment, type Fragment } from '#core/profile/fragment.ts';
import { MOST_RECORD_BYTES, type PlacedRecord, type ProfileRefusal } from '#core/profile/place.ts';
import type { LookupItem, LookupStore } from '#core/profile/ports/lookup-store.ts';
import { remember } from '#core/profile/remember.ts';
import type { StitchDeps, StitchResult } from '#core/profile/stitch.ts';
import type { AcceptedRecord, LookupKey } from '#core/record/accepted-record.ts';
import { eachAtOnce } from '#core/util/at-once.ts';

export interface KeepLookupsDeps extends Pick<StitchDeps, 'timeline' | 'rules' | 'pause'> {
  readonly lookups: LookupStore;
}

/** A record of an entity that is no person and no event. */
type LookedUp = AcceptedRecord & { readonly lookup: LookupKey };
export const isLookedUp = (record: AcceptedRecord): record is LookedUp => record.lookup !== undefined;

const KEYS_AT_ONCE = 16;

/**
 * Keeps records of lookup datasets by their key. Of the records of one key the latest one counts (its time, then its
 * place), whichever door and order they come through; `merge` changes fields of it, `delete` removes it (aep.md §1.6).
 * They touch no profile. Each record ends either in `outcomes` or in `failed`, as those of people do.
 */
export async function keepLookups(records: readonly LookedUp[], deps: KeepLookupsDeps): Promise<StitchResult> {
  const { lookups, timeline, rules } = deps;
  const placed = records.map((record) => placeUnderKey(record, rules));
  const known = await remember(placed, timeline, rules);
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
    await eachAtOnce(ofKeys, KEYS_AT_ONCE, async ([key, ofKey]) => {
      try {
        await keep(ofKey, { entity, key }, stored.get(key), deps);
        outcomes.push(...ofKey.map((record) => ({ record, duplicate: false })));
      } catch (error) {
        failed.push(...ofKey.map((record) => ({ record, error: error as Error })));
      }
    });
  }
  return { outcomes, failed, late: 0 };
}

/** The timeline remembers by the key which records came; no namespace begins like it. */
function placeUnderKey(record: LookedUp, rules: KeepLookupsDeps['rules']): PlacedRecord {
  const withoutProfile = leftOut(record, rules);
  if (withoutProfile) return { record, withoutProfile };
  return { record, under: operationsKey.lookup(record.lookup.entity, record.lookup.key) };
}

function leftOut({ datasetId, json }: LookedUp, rules: KeepLookupsDeps['rules']): ProfileRefusal | undefined {
  if (!rules.isProfileEnabled(datasetId)) return 'dataset-not-enabled';
  return json.length > MOST_RECORD_BYTES ? 'record-too-large' : undefined;
}

async function keep(
  records: readonly LookedUp[],
  { entity, key }: LookupKey,
  stored: LookupItem | undefined,
  { lookups, pause }: KeepLookupsDeps,
): Promise<void> {
  let item = stored;
  let isStale = false;
  await retryOnConflict(
    async () => {
      if (isStale) item = (await lookups.get(entity, [key])).get(key);
      isStale = true;
      const fragment = records.reduce(
        (known: Fragment | undefined, { operation, time, tie, entity: attributes }) =>
          changeFragment(known, operation, { time, tie, attributes }),
        item?.fragment,
      );
      await lookups.write({ entity, key, revision: item?.revision ?? 0, fragment: fragment! });
    },
    { pause },
  );
}
