import type { Counters } from '../counters.ts';
import type { CounterReading } from './count-store.ts';

/** Where a job that counts everything anew keeps what it has found, part by part. */
export interface Recounts {
  /** Notes what the counters were when the job began; an earlier note stays. */
  begin(jobId: string, reading: CounterReading): Promise<void>;
  /**
   * Notes what a step of a part has found, beside what the steps before have. A step that is done again takes the place of itself.
   * @param revision grows with every step of a part
   */
  found(jobId: string, step: { readonly partition: number; readonly revision: number }, found: Counters): Promise<void>;
  /** @returns undefined where nobody has noted the beginning */
  read(
    jobId: string,
    partitions: number,
  ): Promise<{ readonly before: CounterReading; readonly found: Counters } | undefined>;
  /** Notes a recount that has come to its end and waits to be compared with the counters, in place of an earlier one. */
  finish(recount: FinishedRecount): Promise<void>;
  /** The one that waits. */
  waiting(): Promise<FinishedRecount | undefined>;
  /** It waits no more. */
  compared(recount: FinishedRecount): Promise<void>;
}

export interface FinishedRecount {
  readonly jobId: string;
  readonly partitions: number;
  /** Epoch ms. */
  readonly finishedAt: number;
  /** Whether differences are errors: not where another catalog counts otherwise. */
  readonly isReported: boolean;
}
