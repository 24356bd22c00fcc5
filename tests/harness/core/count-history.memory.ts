import type { CountHistory } from '#core/counts/ports/count-history.ts';
import type { StageCounts } from '#core/counts/stage-counts.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';

const LENGTH_MS = { hour: HOUR_MS, day: DAY_MS } as const;

/** What was counted at the end of hours and days, in memory. */
export class MemoryCountHistory implements CountHistory {
  readonly #counts = { hour: new Map<number, StageCounts>(), day: new Map<number, StageCounts>() };

  async write(counts: StageCounts): Promise<void> {
    for (const every of ['hour', 'day'] as const)
      this.#counts[every].set(Math.floor(counts.asOf / LENGTH_MS[every]), counts);
  }

  async read(every: 'hour' | 'day', from: number, to: number): Promise<readonly StageCounts[]> {
    const length = LENGTH_MS[every];
    return [...this.#counts[every]]
      .filter(([at]) => at >= Math.floor(from / length) && at <= Math.floor(to / length))
      .map(([, counts]) => counts)
      .sort((x, y) => x.asOf - y.asOf);
  }
}
