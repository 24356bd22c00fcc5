/** How fast a destination may be asked, by all functions together. */
export interface RateLimit {
  /**
   * Waits until the next request may be made.
   * @param perSecond what the destination takes; undefined: it has not said
   * @returns false where that is too long to wait for: the messages come again
   */
  acquire(destinationId: string, perSecond: number | undefined): Promise<boolean>;
  /** The destination asks to be left alone for so long. */
  backOff(destinationId: string, ms: number): Promise<void>;
}
