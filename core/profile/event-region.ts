import { z } from 'zod';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { type Identity, type IdentityKey, identityKey } from '#core/record/identity.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import type { ActivityRegions, Fragment } from './fragment.ts';

/** Where and when a device was seen, as one event says (XDM "Data capture region for Experience Events"). */
export interface SeenInRegion {
  readonly region: string;
  readonly captureTimestamp: string;
}

/** Regions that the events of one device are kept of; XDM names some sixty in all. */
const MAX_REGIONS = 64;

const seenInRegion = z.object({
  // What is no code would be a name of a field that somebody else chose.
  dataCenterLocation: z.string().regex(/^[A-Z]{2,4}[0-9]{0,3}$/),
  captureTimestamp: z.iso.datetime({ offset: true }),
});

/**
 * The `userActivityRegion` of an event (aep.md §1.3). One that lies after the arrival of the event, or is no instant,
 * says nothing: it would stand in the way of those that are true.
 */
export function regionOfEvent({
  behaviour,
  entity,
  receivedAt,
}: Pick<AcceptedRecord, 'behaviour' | 'entity' | 'receivedAt'>): SeenInRegion | undefined {
  if (behaviour !== 'event' || entity.userActivityRegion === undefined) return undefined;
  const { data } = seenInRegion.safeParse(entity.userActivityRegion);
  if (!data || Date.parse(data.captureTimestamp) > receivedAt) return undefined;
  return { region: data.dataCenterLocation, captureTimestamp: data.captureTimestamp };
}

/** The device an event was seen on: its ECID where the item has it, else the identity the event is kept under. */
export function deviceOf(
  identities: readonly Identity[],
  linked: readonly IdentityKey[],
  primary: IdentityKey,
): IdentityKey {
  const ecids = identities.filter(({ namespace }) => namespace === 'ECID').map(identityKey);
  if (ecids.includes(primary)) return primary;
  return ecids.sort().find((key) => linked.includes(key)) ?? primary;
}

/**
 * The fragment of a dataset of events and a device, which holds nothing but regions: of each the first capture in the
 * last hour in which there was one. So most events change nothing and cost no write, and the result does not depend on
 * the order in which they come.
 * @returns the same fragment where the event says nothing new
 */
export function withRegion(known: Fragment | undefined, { region, captureTimestamp }: SeenInRegion): Fragment {
  const regions = known?.regions ?? {};
  const before = Object.hasOwn(regions, region) ? regions[region] : undefined;
  if (known && before && !replaces(captureTimestamp, before.captureTimestamp)) return known;
  const all = Object.entries({ ...regions, [region]: { captureTimestamp } });
  return regionFragment(all.length > MAX_REGIONS ? latest(all) : all)!;
}

/** What is left of such a fragment without the captures that have expired; undefined for nothing. */
export function withoutExpiredRegions(known: Fragment, isExpired: (time: number) => boolean): Fragment | undefined {
  const all = Object.entries(known.regions ?? {});
  const kept = all.filter(([, { captureTimestamp }]) => !isExpired(Date.parse(captureTimestamp)));
  return kept.length === all.length ? known : regionFragment(kept);
}

type Capture = readonly [region: string, ActivityRegions[string]];

function regionFragment(captures: readonly Capture[]): Fragment | undefined {
  if (captures.length === 0) return undefined;
  const time = Math.max(...captures.map(([, { captureTimestamp }]) => Date.parse(captureTimestamp)));
  return { time, tieBreaker: '', attributes: {}, regions: Object.fromEntries(captures) };
}

function replaces(fresh: string, known: string): boolean {
  const [at, before] = [Date.parse(fresh), Date.parse(known)];
  const hours = Math.floor(at / HOUR_MS) - Math.floor(before / HOUR_MS);
  return hours > 0 || (hours === 0 && (at < before || (at === before && fresh < known)));
}

const latest = (captures: readonly Capture[]): readonly Capture[] =>
  [...captures]
    .sort(([x, a], [y, b]) => Date.parse(b.captureTimestamp) - Date.parse(a.captureTimestamp) || (x < y ? -1 : 1))
    .slice(0, MAX_REGIONS);
