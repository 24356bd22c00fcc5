import { Buffer } from 'node:buffer';
import type { LaneMessage } from '#core/activation/ports/delivery-lane.ts';
import { ORDERED_BATCH } from '#core/contract/delivery-lanes.ts';
import { type LaneDeps, type LaneItem, RESERVE_MS } from './lane-session.ts';
import { logFailure } from './log.ts';

/** How many messages like these are best worked on at once. */
export type MostOf<T> = (items: readonly LaneItem<T>[]) => Promise<number>;

/** However many a request may hold: what has to be hidden again, or counted, must be done before the function ends. */
const MAX_MESSAGES = 500;
const MAX_BYTES = 4 * 1024 * 1024;
/** So long messages are taken, and for half of the time at most that is not kept for a request. */
const TAKING_MS = 3_000;

/**
 * Takes further messages off the queue of a lane, for a request that may hold more than Lambda hands over from a FIFO queue.
 * Only where it handed over as many as it does: else there is nothing more. Each group is still handed out in order, and to
 * nobody else meanwhile. Lambda knows nothing of these messages: the function deletes them.
 */
export async function takeMore<T>(
  given: readonly LaneMessage[],
  items: readonly LaneItem<T>[],
  mostOf: MostOf<T>,
  { lane, now, deadline }: Pick<LaneDeps, 'lane' | 'now'> & { readonly deadline: number },
): Promise<readonly LaneMessage[]> {
  const taken: LaneMessage[] = [];
  if (given.length < ORDERED_BATCH || items.length === 0) return taken;
  const until = now() + Math.min(TAKING_MS, (deadline - RESERVE_MS - now()) / 2);
  try {
    const most = Math.min(await mostOf(items), MAX_MESSAGES);
    let bytes = sizeOf(given);
    while (given.length + taken.length < most && bytes < MAX_BYTES && now() < until) {
      const some = await lane.receive(Math.min(ORDERED_BATCH, most - given.length - taken.length));
      if (some.length === 0) break;
      taken.push(...some);
      bytes += sizeOf(some);
    }
  } catch (error) {
    // Those that are there are worked on all the same.
    logFailure(error, { messages: given.length + taken.length });
  }
  return taken;
}

const sizeOf = (messages: readonly LaneMessage[]): number =>
  messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
