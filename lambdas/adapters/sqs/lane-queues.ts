import type { LaneAssignmentStore } from '#core/activation/ports/lane-assignments.ts';
import { FILES_LANE, poolLane } from '#core/contract/delivery-lanes.ts';
import type { Clock } from '#core/ports/clock.ts';

/** Where the queues of the pool are. */
export interface PoolQueues {
  /** URL of the queue of the first lane; those of the others differ by the number. */
  readonly first: string;
  /** URL of the queue in which files gather. */
  readonly files: string;
}

/** The queue of a delivery lane, or undefined where there is none. */
export type QueueOf = (laneId: string) => Promise<string | undefined>;

/** For so long it is believed what was read. Whoever is not found is looked up anew. */
const FRESH_MS = 5_000;
const FIRST = poolLane(1);

/** The URL of a lane of the pool, or of its dead letters, by that of the first. */
export function queueOfPool(first: string, lane: string): string {
  const at = first.lastIndexOf(FIRST);
  return `${first.slice(0, at)}${lane}${first.slice(at + FIRST.length)}`;
}

/**
 * Finds queues: those of the stage's own lanes, and those of the pool by what the catalog's activation assigned.
 * @param fixed lane → URL
 */
export function createLaneQueues(
  fixed: Readonly<Record<string, string>>,
  pool: PoolQueues | undefined,
  assignments: Pick<LaneAssignmentStore, 'get'>,
  now: Clock,
): QueueOf {
  let known: Readonly<Record<string, string>> = {};
  let readAt = Number.NEGATIVE_INFINITY;
  const read = async (): Promise<void> => {
    known = (await assignments.get()).assignments;
    readAt = now();
  };
  return async (laneId) => {
    if (Object.hasOwn(fixed, laneId)) return fixed[laneId];
    if (!pool) return undefined;
    if (now() - readAt >= FRESH_MS || !Object.hasOwn(known, laneId)) await read();
    const lane = Object.hasOwn(known, laneId) ? known[laneId] : undefined;
    if (lane === undefined) return undefined;
    return lane === FILES_LANE ? pool.files : queueOfPool(pool.first, lane);
  };
}
