import { HOUR_MS } from '#core/util/durations.ts';
/**
 * Who may ask a destination when, as one item for each destination knows it. Requests follow each other at the distance
 * of the limit (`freeAt`). Who would have to wait for longer than a function waits goes away and comes back when it may
 * be its turn: a line with a place for each request (`lineEnd`), so that all of them do not come back at once. Who comes
 * for the first time does not go before those in the line; who comes back takes the next turn that is free.
 */
export interface RateState {
  /** Epoch ms from which on the next request may be made; 0 where none was made yet. */
  readonly freeAt: number;
  /** Epoch ms at which the line ends; 0 where nobody waited yet. */
  readonly lineEnd: number;
}

export interface TurnRequest {
  /** Ms between two requests. */
  readonly distance: number;
  /** How long the turn may be waited for, in ms. */
  readonly patienceMs: number;
  /** Whether it was sent away before. */
  readonly isBack: boolean;
}

/**
 * - `first`: nobody is ahead, the request may be made now;
 * - `next`: it may be made at `freeAt`, which is soon;
 * - `join`: the place at `lineEnd`; `begin`: the first place of a new line, at `freeAt`;
 * - `later`: the line is too long to join, or the destination wants to be left alone for longer than a line lasts.
 */
export type TurnStep = 'first' | 'next' | 'join' | 'begin' | 'later';

/** How long a line may be. Who finds it longer comes back before it has come to its end. */
export const MAX_LINE_MS = HOUR_MS;

/** What is to be done about a request for a turn. @param now epoch ms */
export function nextStep({ freeAt, lineEnd }: RateState, { patienceMs, isBack }: TurnRequest, now: number): TurnStep {
  if (isBack || lineEnd <= now) {
    if (freeAt < now) return 'first';
    if (freeAt <= now + patienceMs) return 'next';
  }
  if (Math.max(freeAt, lineEnd) > now + MAX_LINE_MS) return 'later';
  return lineEnd > now && lineEnd >= freeAt ? 'join' : 'begin';
}

/**
 * When to come back who finds the line too long: within the second half of the longest line, and not before the
 * destination wants to be asked again.
 * @param share 0 to 1, another for each
 */
export const comeBackAt = ({ freeAt }: RateState, now: number, share: number): number =>
  Math.max(freeAt, now + Math.ceil((MAX_LINE_MS * (1 + share)) / 2));
