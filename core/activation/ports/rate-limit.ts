import type { TurnRequest } from '../rate-limit.ts';

/** How fast a destination may be asked, by all functions together. Nobody waits in here for longer than it says. */
export interface RateLimit {
  /**
   * Takes a turn; waits for it where it is soon enough.
   * @param perSecond what the destination takes; undefined: it has not said
   * @returns undefined: the request may be made; otherwise when to come back, in epoch ms
   */
  acquire(
    destinationId: string,
    perSecond: number | undefined,
    request: Pick<TurnRequest, 'isBack' | 'patienceMs'>,
  ): Promise<number | undefined>;
  /** The destination asks to be left alone for so long. @returns until when, in epoch ms */
  backOff(destinationId: string, ms: number): Promise<number>;
}
