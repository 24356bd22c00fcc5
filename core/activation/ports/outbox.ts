import type { Delivery } from '../delivery.ts';

/** One message for the queue of an outlet. */
export interface OutgoingDelivery {
  readonly outletId: string;
  /** Messages of one group keep their order where the outlet is ordered. */
  readonly group: string;
  readonly delivery: Delivery;
}

export interface Outbox {
  /** Puts all of them on their queues, or throws. */
  send(deliveries: readonly OutgoingDelivery[]): Promise<void>;
}
