import type { Clock } from '#core/ports/clock.ts';

/**
 * DynamoDB's time to live: an item goes at its instant or, as the service says, up to days later. What must be right at
 * both ends is tried at both.
 */
export interface TimeToLive {
  readonly now: Clock;
  /** Milliseconds after its instant at which an item goes. @default 0 */
  readonly lateBy?: number;
}

/** Whether an item is there no more. @param expiresAt epoch ms; whole seconds count, as in the table */
export const isGone = (expiresAt: number | undefined, ttl: TimeToLive | undefined): boolean =>
  expiresAt !== undefined && ttl !== undefined && Math.ceil(expiresAt / 1_000) * 1_000 + (ttl.lateBy ?? 0) <= ttl.now();
