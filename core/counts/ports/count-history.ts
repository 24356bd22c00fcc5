import type { StageCounts } from '../stage-counts.ts';

/** What was counted at the end of hours and days. */
export interface CountHistory {
  /** Writes what is counted at `counts.asOf`, as that of its hour and day; what was there is written over. */
  write(counts: StageCounts): Promise<void>;
  /**
   * What was counted last in each hour or day that overlaps the time from `from` to `to` (epoch ms), oldest first; those in which
   * nothing was written are omitted.
   */
  read(every: 'hour' | 'day', from: number, to: number): Promise<readonly StageCounts[]>;
}
