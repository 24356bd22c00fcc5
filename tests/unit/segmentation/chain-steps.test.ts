import { describe, expect, it, vi } from 'vitest';
import type { History } from '#core/segmentation/pql/run/history.ts';
import { event, HOUR, isMember, NOW, profile } from './factories.ts';

let steps = 0;

/** Counts each look at what a selector selects, and at each event of it. */
const counted = (history: History): History => ({
  select(selector) {
    steps += 1;
    const selection = history.select(selector);
    const events = new Proxy(selection.events, {
      get(all, key) {
        steps += 1;
        return Reflect.get(all, key);
      },
    });
    return { ...selection, events };
  },
});

vi.mock('#core/segmentation/pql/run/history.ts', async (original) => {
  const { historyOf, ...others } = await original<typeof import('#core/segmentation/pql/run/history.ts')>();
  return { ...others, historyOf: (...given: Parameters<typeof historyOf>) => counted(historyOf(...given)) };
});

const text = `CHAIN(xEvent, timestamp, [
  ${['A', 'B', 'C', 'D', 'E'].map((name) => `${name}: WHAT(kind = "x")`).join(', ')}, Z: WHAT(kind = "z") COUNT(0)])`;

describe('a chain of which each place is broken by what comes after', () => {
  it.each([
    ['apart', (index: number) => index * HOUR],
    ['in pairs', (index: number) => Math.floor(index / 2) * HOUR],
    ['at one instant', () => 0],
  ])('takes steps in proportion to the events: %s', (_, away) => {
    const stepsFor = (amount: number): number => {
      const events = Array.from({ length: amount }, (_unused, index) => event(NOW - away(index), { kind: 'x' }));
      steps = 0;
      expect(isMember(text, profile([...events, event(NOW, { kind: 'z' })]))).toBe(false);
      return steps;
    };
    expect(stepsFor(50), 'few events: no power of them beyond the square').toBeLessThan(5 * stepsFor(25));
    expect(stepsFor(800), 'many events: in proportion').toBeLessThan(2.5 * stepsFor(400));
  });
});
