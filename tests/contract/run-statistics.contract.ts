import { describe, expect, it } from 'vitest';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T10:00:00Z');
let unique = 0;
const destination = (): string => `destination-${process.pid}-${unique++}`;

/** What the books of dataflows do. */
export function dataflowBooksContract(name: string, create: () => RunStatistics): void {
  describe(`books of dataflows: ${name}`, () => {
    it('add up what happens in an hour, by destination', async () => {
      const runStatistics = create();
      const id = destination();
      await runStatistics.add(id, START, { received: 3, excluded: { noAcceptedIdentity: 1 } });
      await runStatistics.add(id, START + HOUR - 1, {
        activated: 2,
        failed: 1,
        retried: 4,
        excluded: { superseded: 2 },
      });
      await runStatistics.add(id, START + HOUR, { activated: 5 });
      await runStatistics.add(destination(), START, { activated: 7 });
      expect(await runStatistics.runs(id, START, START + HOUR)).toEqual([
        {
          hour: START,
          received: 3,
          activated: 2,
          failed: 1,
          retried: 4,
          excluded: { noAcceptedIdentity: 1, superseded: 2 },
        },
        { hour: START + HOUR, received: 0, activated: 5, failed: 0, retried: 0, excluded: {} },
      ]);
    });

    it('leave out hours without anything, and those outside', async () => {
      const runStatistics = create();
      const id = destination();
      await runStatistics.add(id, START, {});
      await runStatistics.add(id, START - HOUR, { received: 1 });
      await runStatistics.add(id, START + 200 * HOUR, { received: 2 });
      const runs = await runStatistics.runs(id, START, START + 300 * HOUR);
      expect(runs.map(({ hour, received }) => [hour, received])).toEqual([[START + 200 * HOUR, 2]]);
    });

    it('remember who is paused, and since when', async () => {
      const runStatistics = create();
      const id = destination();
      expect(await runStatistics.pausedSince(id)).toBeUndefined();
      await runStatistics.pause(id, START);
      expect(await runStatistics.pausedSince(id)).toBe(START);
      expect(await runStatistics.pausedSince(destination())).toBeUndefined();
      await runStatistics.pause(id, undefined);
      expect(await runStatistics.pausedSince(id)).toBeUndefined();
    });
  });
}
