import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { MembershipChange } from '#core/activation/delivery.ts';
import type { ActivatedProfile } from '#core/activation/desired.ts';
import type { Membership } from '#core/segmentation/membership.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import type { AamDestination } from './definition.ts';

/**
 * When pairs of destination and segment were first shared, in epoch ms: destination id → segment id → instant. A pair
 * that is not listed has long been set up.
 */
export type SharedSince = Readonly<Record<string, Readonly<Record<string, number>>>>;

type Destinations = Iterable<DestinationDefinition>;

/** Audience Manager needs this long before it knows a new segment (aep.md §7.1 step 10). */
const FIRST_USE_HOURS = 4;
/** By then the batch job has long been there. */
const REMEMBERED_MS = 30 * DAY_MS;

/**
 * The pairs of a catalog that is put active now: those that the catalog before shared as well keep their instant, the
 * others begin.
 * @param before the catalog that was active, if there was one
 */
export function sharedSince(
  destinations: Destinations,
  before: { readonly destinations: Destinations; readonly sharedSince: SharedSince } | undefined,
  now: number,
): SharedSince {
  const sharedBefore = new Map([...(before?.destinations ?? [])].map((each) => [each.id, sharedSegments(each)]));
  const since: Record<string, Record<string, number>> = {};
  for (const destination of destinations) {
    for (const segmentId of sharedSegments(destination)) {
      const began = sharedBefore.get(destination.id)?.has(segmentId)
        ? before?.sharedSince[destination.id]?.[segmentId]
        : now;
      if (began === undefined || now - began > REMEMBERED_MS) continue;
      since[destination.id] = { ...since[destination.id], [segmentId]: began };
    }
  }
  return since;
}

const sharedSegments = (destination: DestinationDefinition): ReadonlySet<string> =>
  new Set(destination.type === 'aam' && destination.enabled ? destination.segments : []);

/** Epoch ms at which the first-use period of a pair ends, or undefined where it never had one that matters. */
function firstUseEnd(destination: AamDestination, segmentId: string, since: SharedSince): number | undefined {
  const began = since[destination.id]?.[segmentId];
  const hours = destination.firstUseHours ?? FIRST_USE_HOURS;
  return began === undefined || hours === 0 ? undefined : began + hours * HOUR_MS;
}

/**
 * Whether a membership has to wait (AAM-11): while the period lasts, and if it was realized before the period's end
 * also until a batch job has run since.
 * @param end see {@link firstUseEnd}
 * @param releasedAt epoch ms of the last batch job that released memberships of the profile
 */
function isHeld(
  end: number | undefined,
  { lastQualificationTime }: Membership,
  releasedAt: number | undefined,
  now: number,
): boolean {
  if (end === undefined) return false;
  return now < end || (lastQualificationTime < end && (releasedAt ?? Number.NEGATIVE_INFINITY) < end);
}

/**
 * Whether a batch job that runs now ends the waiting of a realized membership of these segments, which no earlier job
 * has done.
 * @param now epoch ms
 */
export function releases(
  destinations: Destinations,
  since: SharedSince,
  segmentIds: readonly string[],
  releasedAt: number | undefined,
  now: number,
): boolean {
  return [...destinations].some(
    (destination) =>
      destination.type === 'aam' &&
      segmentIds.some((id) => {
        const end = destination.segments.includes(id) ? firstUseEnd(destination, id, since) : undefined;
        return end !== undefined && end <= now && (releasedAt ?? Number.NEGATIVE_INFINITY) < end;
      }),
  );
}

/** The first-use periods of one destination (AAM-11). */
export class FirstUse {
  readonly #destination: AamDestination;
  readonly #since: SharedSince;
  readonly #now: number;

  constructor(destination: AamDestination, since: SharedSince, now: number) {
    this.#destination = destination;
    this.#since = since;
    this.#now = now;
  }

  holds({ realized, releasedAt }: Pick<ActivatedProfile, 'realized' | 'releasedAt'>, segmentId: string): boolean {
    const membership = realized[segmentId];
    return membership !== undefined && isHeld(this.#end(segmentId), membership, releasedAt, this.#now);
  }

  /** Says of a member who had to wait that it was one already. */
  marked(change: MembershipChange): MembershipChange {
    const end = this.#end(change.segmentId);
    const hasWaited = change.status === 'realized' && end !== undefined && change.lastQualificationTime < end;
    return hasWaited ? { ...change, existing: true } : change;
  }

  #end(segmentId: string): number | undefined {
    return firstUseEnd(this.#destination, segmentId, this.#since);
  }
}
