import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RateLimit } from '#core/activation/ports/rate-limit.ts';
import { MAX_LINE_MS } from '#core/activation/rate-limit.ts';
import { createClock, type VirtualClock } from '#tests/harness/poller/clock.ts';
import { runs } from '#tests/harness/runs.ts';

const START = Date.UTC(2026, 2, 1);
const PATIENCE_MS = 1_000;

export interface RateLimitWorld {
  /** One function's view of the rate limits; all of one world see the same destinations. */
  function(): RateLimit;
  /** Another destination each time: worlds may be kept. */
  destination(): string;
}

/** What every rate limit does. @param create over a clock that `sleep` moves on */
export function rateLimitContract(
  name: string,
  create: (clock: VirtualClock, sleep: (ms: number) => Promise<void>) => RateLimitWorld,
  numRuns: number,
): void {
  describe(`the rate limit of a destination: ${name}`, () => {
    let clock: VirtualClock;
    let slept = 0;
    let world: RateLimitWorld;
    let id: string;
    beforeEach(() => {
      clock = createClock(START);
      slept = 0;
      world = create(clock, async (ms) => {
        slept += ms;
        clock.advanceBy(ms);
      });
      id = world.destination();
    });
    const fresh = { isBack: false, patienceMs: PATIENCE_MS };
    const back = { isBack: true, patienceMs: PATIENCE_MS };

    it('lets everybody through at the distance of the limit, and has nobody come back often', async () => {
      const ingestionIds = fc.array(fc.nat(3_000), { minLength: 1, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(ingestionIds, fc.constantFrom(1, 2, 3, 10, 50), async (gaps, perSecond) => {
          id = world.destination();
          const functions = [world.function(), world.function(), world.function()];
          let at = clock.now();
          const waiting = gaps.map((gap, n) => {
            at += n % 4 === 0 ? gap : 0;
            return { at, n, asks: 0 };
          });
          const turns: number[] = [];
          while (waiting.length > 0) {
            waiting.sort((x, y) => x.at - y.at || x.n - y.n);
            const next = waiting.shift()!;
            clock.advanceTo(next.at);
            const asked = clock.now();
            const until = await functions[next.n % 3]!.acquire(id, perSecond, next.asks > 0 ? back : fresh);
            expect(clock.now() - asked).toBeLessThanOrEqual(PATIENCE_MS);
            if (until === undefined) turns.push(clock.now());
            else {
              expect(until).toBeGreaterThanOrEqual(asked);
              // A queue hides a message for whole seconds, and hands it out a little later.
              const seconds = Math.max(1, Math.ceil((until - clock.now()) / 1000));
              waiting.push({ at: clock.now() + seconds * 1000 + (next.n % 50), n: next.n, asks: next.asks + 1 });
            }
            expect(next.asks).toBeLessThan(8);
          }
          for (const [i, acquire] of turns.entries()) {
            if (i > 0) expect(acquire - turns[i - 1]!).toBeGreaterThanOrEqual(1000 / perSecond);
          }
          const last = Math.max(at, START) + gaps.length * (1000 / perSecond);
          expect(turns.at(-1)! - last).toBeLessThan(3_000 + (gaps.length * 1000) / perSecond);
        }),
        runs(0.2, numRuns),
      );
    });

    it('waits for a turn only where it is soon, and says when to come back otherwise', async () => {
      const rateLimit = world.function();
      expect(await rateLimit.acquire(id, 1, fresh)).toBeUndefined();
      expect(await rateLimit.acquire(id, 1, fresh)).toBeUndefined();
      expect(slept).toBe(1_000);
      expect(await rateLimit.acquire(id, 1, { ...fresh, patienceMs: 0 })).toBe(START + 2_000);
      expect(await rateLimit.acquire(id, 1, fresh)).toBe(START + 3_000);
      expect(slept).toBe(1_000);
    });

    it('lets nobody who comes for the first time go before those who wait', async () => {
      const rateLimit = world.function();
      await rateLimit.acquire(id, 1, fresh);
      const none = { isBack: false, patienceMs: 0 };
      expect(await rateLimit.acquire(id, 1, none)).toBe(START + 1_000);
      expect(await rateLimit.acquire(id, 1, none)).toBe(START + 2_000);
      clock.advanceTo(START + 1_001);
      expect(await rateLimit.acquire(id, 1, none)).toBe(START + 3_000);
      expect(await rateLimit.acquire(id, 1, { ...back, patienceMs: 0 })).toBeUndefined();
    });

    it('leaves a destination alone for as long as it asks, everywhere', async () => {
      for (const perSecond of [undefined, 10]) {
        id = world.destination();
        const [asked, other] = [world.function(), world.function()];
        const until = clock.now() + 60_000;
        expect(await asked.backOff(id, 60_000)).toBe(until);
        for (const rateLimit of [asked, other]) {
          expect(await rateLimit.acquire(id, perSecond, fresh)).toBeGreaterThanOrEqual(until);
          expect(await rateLimit.acquire(id, perSecond, back)).toBeGreaterThanOrEqual(until);
        }
        clock.advanceTo(until + 1);
        for (const rateLimit of [asked, other]) expect(await rateLimit.acquire(id, perSecond, back)).toBeUndefined();
      }
      expect(slept).toBeLessThanOrEqual(100);
    });

    it('never asks earlier because somebody else asked for less time', async () => {
      const rateLimit = world.function();
      await rateLimit.backOff(id, 60_000);
      await world.function().backOff(id, 1_000);
      clock.advanceBy(2_000);
      expect(await world.function().acquire(id, 5, fresh)).toBeGreaterThanOrEqual(START + 60_000);
      expect(await world.function().acquire(id, undefined, fresh)).toBeGreaterThanOrEqual(START + 60_000);
    });

    it('hears within seconds that a destination without a limit wants to be left alone', async () => {
      const [asked, other] = [world.function(), world.function()];
      expect(await other.acquire(id, undefined, fresh)).toBeUndefined();
      await asked.backOff(id, 600_000);
      clock.advanceBy(5_001);
      expect(await other.acquire(id, undefined, fresh)).toBe(START + 600_000);
    });

    it('sends away for a while whoever finds a line of an hour', async () => {
      const rateLimit = world.function();
      const free = START + MAX_LINE_MS * 0.9;
      await rateLimit.backOff(id, MAX_LINE_MS * 0.9);
      for (let n = 0; n <= 360; n++) expect(await rateLimit.acquire(id, 1, fresh)).toBe(free + n * 1_000);
      for (let n = 0; n < 5; n++) {
        const later = (await rateLimit.acquire(id, 1, fresh))!;
        expect(later).toBeGreaterThanOrEqual(free);
        expect(later).toBeLessThanOrEqual(START + MAX_LINE_MS);
      }
    });
  });
}
