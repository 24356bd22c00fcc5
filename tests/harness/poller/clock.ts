import type { Clock } from '#core/ports/clock.ts';

/** Time that passes only when it is told to. */
export interface VirtualClock {
  readonly now: Clock;
  /** Time never goes back: an earlier instant changes nothing. */
  advanceTo(instant: number): void;
  advanceBy(milliseconds: number): void;
}

export function createClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let present = start;
  const advanceTo = (instant: number): void => {
    present = Math.max(present, instant);
  };
  return { now: () => present, advanceTo, advanceBy: (milliseconds) => advanceTo(present + milliseconds) };
}
