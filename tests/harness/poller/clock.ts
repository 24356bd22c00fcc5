import type { Clock } from '#core/ports/clock.ts';

/** Time that passes only when it is told to. */
export interface VirtualClock {
  readonly now: Clock;
  /** Time never goes back: an earlier instant changes nothing. */
  advanceTo(instant: number): void;
  advanceBy(milliseconds: number): void;
  /** Waits until then. Time passes by itself once everybody else waits too. */
  until(instant: number): Promise<void>;
}

export function createClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let present = start;
  const advanceTo = (instant: number): void => {
    present = Math.max(present, instant);
  };
  const waiting: { readonly instant: number; readonly wake: () => void }[] = [];
  let passing = false;

  /** Whoever is not waiting here has come to a stop by the time that the event loop turns: nothing else is waited for. */
  async function pass(): Promise<void> {
    passing = true;
    while (waiting.length > 0) {
      await new Promise((turned) => setImmediate(turned));
      const next = waiting.reduce((first, one) => (one.instant < first.instant ? one : first));
      waiting.splice(waiting.indexOf(next), 1);
      advanceTo(next.instant);
      next.wake();
    }
    passing = false;
  }

  return {
    now: () => present,
    advanceTo,
    advanceBy: (milliseconds) => advanceTo(present + milliseconds),
    until: (instant) =>
      new Promise((wake) => {
        waiting.push({ instant, wake });
        if (!passing) void pass();
      }),
  };
}
