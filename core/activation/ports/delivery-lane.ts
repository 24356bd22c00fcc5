/** A message that was taken off the queue of a lane. */
export interface LaneMessage {
  readonly id: string;
  /** Names this very receive. */
  readonly receipt: string;
  readonly group: string | undefined;
  readonly body: string;
  /** How often the queue has handed it out, this time included. */
  readonly receives: number;
  /** Epoch ms. */
  readonly sentAt: number;
}

/** What a delivery lane can do with its messages, and with those that were taken off its queue and are not deleted yet. */
export interface DeliveryLane {
  /**
   * Takes further messages off the queue, ten at most, without waiting for any. None is of a group of which a message is
   * taken already and not deleted.
   */
  receive(most: number): Promise<readonly LaneMessage[]>;
  /** Hides messages for so many seconds from now, and what follows them in their groups with them. */
  hide(messages: readonly { readonly receipt: string; readonly seconds: number }[]): Promise<void>;
  /** Deletes messages, by their receipts, before the function that works on them has ended. */
  acknowledge(receipts: readonly string[]): Promise<void>;
  /** Puts all of them into the dead letters, or throws. They are still in the queue afterwards. */
  deadLetter(messages: readonly DeadLetter[]): Promise<void>;
}

export interface DeadLetter {
  readonly id: string;
  readonly group: string | undefined;
  readonly body: string;
}

/**
 * How often messages were tried: a request was made, or what it takes was missing. The queue itself counts how often a
 * message was handed out, and that is another number where messages wait.
 */
export interface AttemptCounts {
  /** Of messages that were tried, by their ids. */
  get(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** @param by 1 for an attempt; −1 where it turns out to have been none */
  add(ids: readonly string[], by: 1 | -1): Promise<void>;
}
