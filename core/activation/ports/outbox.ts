import type { Delivery } from '../delivery.ts';

/** One message for the queue of a delivery lane. */
export interface OutgoingDelivery {
  readonly laneId: string;
  /** Messages of one group keep their order where the delivery lane is ordered. */
  readonly group: string;
  readonly delivery: Delivery;
}

export interface Outbox {
  /** Puts all of them on their queues, or throws. */
  send(deliveries: readonly OutgoingDelivery[]): Promise<void>;
}
