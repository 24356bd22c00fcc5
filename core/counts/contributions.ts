import type { DeliveryStateItem, DestinationState } from '#core/activation/delivery-state.ts';
import { isDevice } from '#core/activation/destinations/aam/identities.ts';
import type { IdType } from '#core/identity/definition.ts';
import { countByDataset, type Finished, NO_COUNTS } from '#core/pipeline/counts.ts';
import { attributesOf } from '#core/profile/fragment.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { identitiesOfProfiles, type ProfileSettings } from '#core/profile/profiles.ts';
import { type IdentityKey, namespaceOf, parseIdentityKey } from '#core/record/identity.ts';
import type { Batch, OutcomeCounts } from '#core/record/operations.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { sameValue } from '#core/util/same-value.ts';
import { addCounters, type Counters, changeOf, inSeries } from './counters.ts';
import { writeOutcomes } from './outcomes.ts';
import { OF_BATCHES, OF_DESTINATION, SERIES } from './series.ts';

/**
 * What each stored thing contributes to the counters. A counter is the sum over all that is stored: it is kept up with the
 * difference that a change of an item makes, and checked by adding up all items. Pure.
 */

/** Namespaces by which somebody is known; who has none of them is anonymous: a browser, a device. */
const PERSONS: ReadonlySet<IdType> = new Set(['CROSS_DEVICE', 'EMAIL', 'PHONE']);

type CountedProfile = Pick<ProfileItem, 'fragments' | 'events' | 'linkHistory'>;

/** @param settings of the default merge policy, which says what a profile is */
export function profileCounters(item: CountedProfile, settings: ProfileSettings): Counters {
  const profiles = identitiesOfProfiles(item, settings);
  const isPerson = (key: IdentityKey): boolean => PERSONS.has(settings.links.typeOf(namespaceOf(key)));
  const known = profiles.filter((identities) => identities.some(isPerson)).length;
  return inSeries(SERIES.profiles, { all: profiles.length, known, anonymous: profiles.length - known });
}

/**
 * What a change of an item adds to the counters of profiles. Most changes bring new values or events of people that were there:
 * then no graph is made.
 */
export function profileChange(
  before: CountedProfile | undefined,
  after: CountedProfile | undefined,
  settings: ProfileSettings,
): Counters {
  if (before && after && haveSamePeople(before, after)) return {};
  const read = (item: CountedProfile | undefined): Counters => (item ? profileCounters(item, settings) : {});
  return changeOf(read(before), read(after));
}

/** Whether images have data of the same identities, linked in the same way; true only where that is certain. */
function haveSamePeople(before: CountedProfile, after: CountedProfile): boolean {
  const isSame = <T>(x: Readonly<Record<string, T>>, y: Readonly<Record<string, T>>, hasData: (one: T) => boolean) =>
    Object.keys(x).length === Object.keys(y).length &&
    Object.entries(x).every(([key, one]) => Object.hasOwn(y, key) && hasData(one) === hasData(y[key]!));
  return (
    isSame(before.fragments, after.fragments, (fragment) => attributesOf(fragment) !== undefined) &&
    isSame(before.events, after.events, () => true) &&
    sameValue(before.linkHistory, after.linkHistory)
  );
}

/** Members of each audience, as the merge policy of its segment sees people. */
export function audienceCounters({ profiles }: Pick<MembershipItem, 'profiles'>): Counters {
  const counters: Record<string, Record<string, number>> = {};
  for (const { segments } of Object.values(profiles)) {
    for (const [id, { status }] of Object.entries(segments)) {
      if (status === 'realized') increase(counters, SERIES.audiences(id), id);
    }
  }
  return counters;
}

/** What destinations have been told, and what they are not told, as last routed. */
export function destinationCounters({
  destinations,
  pending,
}: Pick<DeliveryStateItem, 'destinations' | 'pending'>): Counters {
  const counters: Record<string, Record<string, number>> = {};
  for (const [id, state] of Object.entries(destinations)) {
    const series = SERIES.destination(id);
    countLastRouted(counters, series, state);
    for (const [reason, memberships] of Object.entries(state.excluded)) {
      increase(counters, series, OF_DESTINATION.excluded + reason, memberships.length);
    }
  }
  for (const { delivery } of pending)
    increase(counters, SERIES.destination(delivery.destinationId), OF_DESTINATION.unsent);
  return counters;
}

function countLastRouted(
  counters: Record<string, Record<string, number>>,
  series: string,
  { lastRouted }: DestinationState,
): void {
  for (const [key, segments] of Object.entries(lastRouted)) {
    for (const [segmentId, { status, routes }] of Object.entries(segments)) {
      if (status === 'exited') {
        increase(counters, series, OF_DESTINATION.exits);
        continue;
      }
      increase(counters, series, OF_DESTINATION.members + segmentId);
      if (!routes || !isDevice(parseIdentityKey(key))) continue;
      for (const route of routes) increase(counters, series, `${OF_DESTINATION.route}${segmentId}|${route}`);
    }
  }
}

/** A file and its records, as they count at present. */
export const batchCounters = (batch: Pick<Batch, 'datasetId' | 'status' | 'counts'>): Counters =>
  inSeries(SERIES.records('batch', batch.datasetId), {
    ...writeOutcomes(standingCounts(batch)),
    [OF_BATCHES + batch.status]: 1,
  });

/** What became of records that came by the stream. */
export const streamedCounters = (finished: Finished, isKnown: (datasetId: string) => boolean): Counters =>
  addCounters(
    ...[...countByDataset(finished, isKnown)].map(([id, counts]) =>
      inSeries(SERIES.records('stream', id), writeOutcomes(counts)),
    ),
  );

/** What a replay of rejected records has changed. */
export const replayCounters = (datasetId: string, counts: OutcomeCounts): Counters =>
  inSeries(SERIES.records('replay', datasetId), writeOutcomes(counts));

/** What a batch has brought that is there: one that was taken back has brought nothing. */
export const standingCounts = ({ status, counts }: Pick<Batch, 'status' | 'counts'>): OutcomeCounts =>
  status === 'inactive' ? NO_COUNTS : counts;

function increase(counters: Record<string, Record<string, number>>, series: string, name: string, by = 1): void {
  if (by === 0) return;
  const numbers = Object.hasOwn(counters, series) ? counters[series]! : {};
  counters[series] = numbers;
  numbers[name] = (Object.hasOwn(numbers, name) ? numbers[name]! : 0) + by;
}
