/** A queue whose messages are worked on by functions, each at least once, in any order. */
export interface MessageQueue<T> {
  /** Puts all of them on the queue, or throws. */
  send(messages: readonly T[]): Promise<void>;
}
