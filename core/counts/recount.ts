import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { BulkStore } from '#core/identity/versioned-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { ProfileSettings } from '#core/profile/profiles.ts';
import { isRedirect, type MembershipItem } from '#core/segmentation/membership.ts';
import { MINUTE_MS } from '#core/util/durations.ts';
import { audienceCounters, destinationCounters, profileCounters } from './contributions.ts';
import { addCounters, type Counters, changeOf, isNothing } from './counters.ts';
import type { CounterReading, CountStore, SeriesTotals } from './ports/count-store.ts';
import type { Recounts } from './ports/recounts.ts';
import { SERIES } from './series.ts';

/** Which series are counted anew: all that follow from profile items and what lies beside them. */
export const recountedSeries = (destinationIds: Iterable<string>): string[] => [
  SERIES.profiles,
  ...SERIES.allAudiences,
  ...[...destinationIds].map(SERIES.destination),
];

export interface RecountSource {
  readonly memberships: BulkStore<MembershipItem>;
  readonly deliveryStates: BulkStore<DeliveryStateItem>;
  readonly settings: ProfileSettings;
}

/** Counts profile items and what lies beside them, from what is stored. */
export async function recountItems(
  items: readonly ProfileItem[],
  { memberships, deliveryStates, settings }: RecountSource,
): Promise<Counters> {
  const keys = items.map(({ canonicalKey }) => canonicalKey);
  const [members, states] = await Promise.all([memberships.getMany(keys), deliveryStates.getMany(keys)]);
  return addCounters(
    ...items.map((item) => profileCounters(item, settings)),
    ...[...members.values()].map((item) => (isRedirect(item) ? {} : audienceCounters(item))),
    ...[...states.values()].map((item) => (isRedirect(item) ? {} : destinationCounters(item))),
  );
}

/** A number that was not what it should be. */
export interface Drift {
  readonly series: string;
  readonly name: string;
  readonly counted: number;
  readonly found: number;
}

/**
 * Compares what was counted with what was found by counting everything. While that goes on things change: what a series has
 * changed meanwhile explains as large a difference, and nothing is said of it. Where nothing has changed the comparison is exact.
 * @param before the counters when it began, `after` when it ended
 */
export function driftOf(
  found: Counters,
  series: readonly string[],
  { before, after }: { readonly before: CounterReading; readonly after: CounterReading },
): readonly Drift[] {
  return series.flatMap((id) => {
    const is = after.get(id) ?? NEVER;
    const numbers = found[id] ?? {};
    const explained = is.changes - (before.get(id) ?? NEVER).changes;
    return [...new Set([...Object.keys(numbers), ...Object.keys(is.numbers)])].flatMap((name) => {
      const [counted, there] = [is.numbers[name] ?? 0, numbers[name] ?? 0];
      return Math.abs(there - counted) > explained ? [{ series: id, name, counted, found: there }] : [];
    });
  });
}

const NEVER: SeriesTotals = { numbers: {}, changes: 0 };

/** Adds what is missing, and takes away what is too much. */
export async function adjustFor(drifts: readonly Drift[], counts: Pick<CountStore, 'adjust'>): Promise<void> {
  const change = addCounters(
    ...drifts.map(({ series, name, counted, found }) =>
      changeOf({ [series]: { [name]: counted } }, { [series]: { [name]: found } }),
    ),
  );
  if (!isNothing(change)) await counts.adjust(change);
}

export interface RepairDeps {
  readonly counts: CountStore;
  readonly recounts: Recounts;
  now(): number;
}

/** Counters follow what is stored within seconds; while they are further behind, an alarm rings. */
const BEHIND_MS = 10 * MINUTE_MS;

/**
 * Makes counters right by what a job has found that went through everything, once they have caught up with it: what it saw and
 * they had not counted yet is a change by then, and explains itself.
 * @param series which were counted anew
 * @returns what was wrong and is right now. What a stage had before it began to count, or what another catalog counts otherwise,
 *   is made right and is no error
 */
export async function repairCounts(
  series: readonly string[],
  { counts, recounts, now }: RepairDeps,
): Promise<readonly Drift[]> {
  const recount = await recounts.waiting();
  if (!recount || now() - recount.finishedAt < BEHIND_MS) return [];
  const result = await recounts.read(recount.jobId, recount.partitions);
  const drifts = result
    ? driftOf(result.found, series, { before: result.before, after: await counts.totals(series) })
    : [];
  // Whoever dies in between leaves a difference that the next job finds.
  await recounts.compared(recount);
  await adjustFor(drifts, counts);
  const { profiles } = await counts.completeSince();
  if (result) await counts.markComplete({ profiles: now() });
  return profiles !== undefined && recount.isReported ? drifts : [];
}
