import { DAY_MS } from '#core/util/durations.ts';
import { fnv1a } from '#core/util/fnv.ts';
import type { DestinationDefinition } from './definition.ts';
import type { LastRouted } from './delivery-state.ts';
import { isProfileDestination, typeOf } from './registry.ts';

/** How often memberships are renewed that a vendor forgets: twice in their lifetime. */
const periodOf = (days: number): number => Math.max(DAY_MS, (days * DAY_MS) / 2);

/** After how many days the vendor of a destination forgets a member, or undefined where it never does. */
const lifetimeOf = (destination: DestinationDefinition): number | undefined =>
  isProfileDestination(destination) ? typeOf(destination).membershipDays?.(destination) : undefined;

/** When members are to be sent again because their vendors would forget them. */
export interface Renewal {
  /** Changes when one of a profile's memberships is to be renewed; empty where none ever is. */
  tick(profileKey: string, realized: readonly string[], now: number): string;
  /** When it changes next, in epoch ms. */
  next(profileKey: string, realized: readonly string[], now: number): number;
}

/**
 * The renewal of all memberships with a lifetime: each profile at instants of its own, so that not all come at once.
 * @returns undefined where no destination forgets
 */
export function renewalOf(destinations: Iterable<DestinationDefinition>): Renewal | undefined {
  const periods = [...destinations].flatMap((destination) => {
    const days = lifetimeOf(destination);
    return days === undefined ? [] : [{ segments: new Set(destination.segments), period: periodOf(days) }];
  });
  if (periods.length === 0) return undefined;
  const concerned = (realized: readonly string[]): number[] => [
    ...new Set(periods.flatMap(({ segments, period }) => (realized.some((id) => segments.has(id)) ? [period] : []))),
  ];
  return {
    tick: (key, realized, now) =>
      concerned(realized)
        .map((period) => Math.floor((now + phaseOf(key, period)) / period))
        .join(),
    next: (key, realized, now) =>
      Math.min(
        ...concerned(realized).map((period) => {
          const phase = phaseOf(key, period);
          return (Math.floor((now + phase) / period) + 1) * period - phase;
        }),
      ),
  };
}

const phaseOf = (key: string, period: number): number => Math.floor((fnv1a(key) / 2 ** 32) * period);

/**
 * Whether what was last routed has to be renewed: it is older than half of the time between two renewals. A renewal that
 * comes too early for it is followed by one that is not too late.
 * @param days lifetime of memberships at the vendor
 * @param now epoch ms
 */
export function isDueForRenewal(days: number | undefined, now: number): (entry: LastRouted) => boolean {
  if (days === undefined) return () => false;
  const age = periodOf(days) / 2;
  return ({ status, routedAt, lastQualificationTime }) =>
    status === 'realized' && now - (routedAt ?? lastQualificationTime) >= age;
}
