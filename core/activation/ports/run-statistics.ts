import type { DataflowCounts, DataflowRun } from '../dataflow.ts';

/** The books of what flows to destinations, and which of them are paused. */
export interface RunStatistics {
  /** Adds to the run of the hour that `at` falls in (epoch ms). */
  add(destinationId: string, at: number, counts: Partial<DataflowCounts>): Promise<void>;
  /** The runs of the hours from `from` to `to` (epoch ms), oldest first; hours in which nothing happened are left out. */
  runs(destinationId: string, from: number, to: number): Promise<DataflowRun[]>;
  /** @param since epoch ms, or undefined to go on */
  pause(destinationId: string, since: number | undefined): Promise<void>;
  /** Since when a destination is paused, in epoch ms. */
  pausedSince(destinationId: string): Promise<number | undefined>;
}
