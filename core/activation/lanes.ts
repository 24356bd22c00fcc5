import { type DeliveryLane, FILES_LANE, poolLane } from '#core/contract/delivery-lanes.ts';

/** Delivery lane of a destination, by its id → the lane of the pool that it is. */
export type LaneAssignments = Readonly<Record<string, string>>;

/** A delivery lane of a destination that has to be one of the pool. Audience Manager needs two: its edge's and its hub's. */
export interface WantsLane {
  readonly id: string;
  /** Files gather in one lane that all of them share; requests need one each. */
  readonly kind: 'requests' | 'files';
}

export interface LanePlan {
  readonly assignments: LaneAssignments;
  /** Delivery lanes that are one of the pool now and were not. */
  readonly taken: readonly string[];
  /** Lanes of the pool that nobody has any more. */
  readonly freed: readonly string[];
  /** Delivery lanes for which none of the pool is left. */
  readonly without: readonly string[];
}

/** What the delivery lanes of a destination need of the pool. */
export const lanesWanted = (lanes: readonly DeliveryLane[]): WantsLane[] =>
  lanes.map(({ id, ordered }) => ({ id, kind: ordered ? 'requests' : 'files' }));

/**
 * Which lane of the pool each destination has. Whoever has one keeps it; the lane of a destination that is gone is free once
 * nothing is in its queue any more; a new destination gets the first that is free.
 * @param lanes how many the stage has
 * @param mayFree whether nobody routes to a destination any more, and its lane has no messages, dead letters included
 */
export function assignLanes(
  known: LaneAssignments,
  wanted: readonly WantsLane[],
  lanes: number,
  mayFree: (id: string, lane: string) => boolean,
): LanePlan {
  const kinds = new Map(wanted.map(({ id, kind }) => [id, kind]));
  /** Whoever had one keeps it: those that are there, and those that still have messages. */
  const kept = Object.entries(known).filter(([id, lane]) => {
    if (lane === FILES_LANE) return false;
    return kinds.get(id) === 'requests' || !mayFree(id, lane);
  });
  const ofFiles = wanted.filter(({ kind }) => kind === 'files').map(({ id }) => [id, FILES_LANE] as const);
  const assignments = new Map<string, string>([...kept, ...ofFiles]);
  const used = new Set(assignments.values());
  const free = Array.from({ length: lanes }, (_, n) => poolLane(n + 1)).filter((lane) => !used.has(lane));
  const taken: string[] = [];
  const without: string[] = [];
  for (const { id } of wanted.filter((each) => !assignments.has(each.id))) {
    const lane = free.shift();
    if (lane === undefined) without.push(id);
    else {
      assignments.set(id, lane);
      taken.push(id);
    }
  }
  const inUse = new Set(assignments.values());
  return {
    assignments: Object.fromEntries([...assignments].sort(([a], [b]) => (a < b ? -1 : 1))),
    taken,
    freed: [...new Set(Object.values(known))].filter((lane) => lane !== FILES_LANE && !inUse.has(lane)).sort(),
    without,
  };
}
