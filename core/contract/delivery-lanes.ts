/**
 * Deliveries go through lanes: a queue, its dead letters and an event source each. A destination has a lane of the stage's
 * pool, which the catalog's activation gives to it, or one of its own, where the stage's file says so.
 */
export const LANE_KINDS = ['http', 's3-file', 'aam'] as const;
/** How a destination is delivered to: in requests, in files, or as Audience Manager is. */
export type LaneKind = (typeof LANE_KINDS)[number];

/** A way out of the platform: one queue and one function mapping. Audience Manager has two, its edge and its hub. */
export type LaneType = 'http' | 's3-file' | 'aam-edge' | 'aam-hub';

export interface DeliveryLane {
  /** The destination's id, for Audience Manager with `.edge` or `.hub`: the key of its queue, and of its lane of the pool. */
  readonly id: string;
  readonly destinationId: string;
  readonly type: LaneType;
  /** Whether the queue keeps the order of one profile's messages; files carry revisions instead. */
  readonly ordered: boolean;
}

/** The delivery lane through which a destination reaches the edge of Audience Manager. */
export const edgeLaneId = (destinationId: string): string => `${destinationId}.edge`;
/** The delivery lane through which it reaches the hub. */
export const hubLaneId = (destinationId: string): string => `${destinationId}.hub`;

/** The destination of a delivery lane of which nobody knows any more whose it was. */
export const destinationOfLane = (laneId: string): string => laneId.replace(/\.(?:edge|hub)$/, '');

/**
 * How often a delivery in order is tried before it becomes a dead letter: two retries (aep.md §6.2), and two hours of the
 * edge, at three minutes each. Waiting for a rate limit, or because the destination asks for it, is no attempt.
 */
export const DELIVERY_ATTEMPTS = { http: 3, 'aam-edge': 40 } as const satisfies Partial<Record<LaneType, number>>;

/** Messages that a function of an ordered delivery lane is called with at most: a FIFO queue gives no more. */
export const ORDERED_BATCH = 10;

/** How long the queue of an ordered delivery lane keeps a message, and how old one may become by waiting. */
export const KEEP_ORDERED_DAYS = 13;
export const MAX_WAIT_DAYS = 12;

/** Most lanes of the pool that a stage may have: as many as a catalog may have destinations (aep.md §6.5). */
export const MAX_POOL_LANES = 100;
/** The lane of the pool in which the deliveries of all file destinations gather. */
export const FILES_LANE = 'files';
/** A lane of the pool, by its number from 1. */
export const poolLane = (n: number): string => `lane-${String(n).padStart(3, '0')}`;
/** The name of the queue of a lane of the pool: functions know one of them and tell the others from it. */
export const poolQueueName = (stage: string, lane: string): string => `tributary-${stage}-${lane}.fifo`;
/** The name of the dead letters of a lane of the pool. */
export const poolDeadLettersName = (stage: string, lane: string): string =>
  `tributary-${stage}-${lane}-dead-letters.fifo`;
/** Where the secrets of destinations lie that were not there when the stage was deployed. */
export const destinationSecretPrefix = (stage: string): string => `tributary/${stage}/destinations/`;

/** What the secrets of those among them are marked with that send texts to people. */
export const TEXT_SECRET_TAG = { key: 'tributary:texts', value: 'yes' } as const;

/** Names of the roles that deliveries to services of AWS may assume. */
export const ASSUMED_ROLES = 'tributary-*';

/** The delivery lanes of a destination. */
export function lanesOf(destination: { readonly id: string; readonly type: LaneKind }): DeliveryLane[] {
  const { id, type } = destination;
  if (type !== 'aam') {
    return [{ id, destinationId: id, type, ordered: type === 'http' }];
  }
  return [
    { id: edgeLaneId(id), destinationId: id, type: 'aam-edge', ordered: true },
    { id: hubLaneId(id), destinationId: id, type: 'aam-hub', ordered: false },
  ];
}
