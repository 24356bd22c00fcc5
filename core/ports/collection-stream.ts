/** A message on its way to the stream `collection`. */
export interface CollectedMessage {
  /** Messages of one key keep their order. */
  readonly key: string;
  readonly data: Uint8Array;
}

export interface CollectionStream {
  /**
   * Puts messages on the stream, in order.
   * @returns the indexes of those that it had no room for, after several attempts
   */
  put(messages: readonly CollectedMessage[]): Promise<ReadonlySet<number>>;
}
