import type { Job, JobPartition, NewJob } from '../job.ts';

/** The records of one kind of job. At most one of them is the current one. */
export interface Jobs {
  /** The one that was started last, and the last in which nothing failed. */
  latest(): Promise<{ readonly current?: Job; readonly finished?: Job }>;
  get(id: string): Promise<Job | undefined>;
  /**
   * Opens a job in place of the current one, which ends if it is active. All or nothing.
   * @param instead the current job as it was read, and how it ends; undefined when there was none
   * @throws ConflictError when meanwhile another is the current one, or that one has ended
   */
  open(job: NewJob, instead: { readonly job: Job; readonly as: 'superseded' | 'failed' } | undefined): Promise<void>;
  /** Notes that all parts of a queued job are on their queue. */
  dispatched(id: string): Promise<void>;
  /**
   * Writes a step of a part, if the part still is where the step was taken from and the job is active.
   * @returns the job as it then is; undefined when nothing was written
   */
  advance(id: string, index: number, partition: JobPartition, now: number): Promise<Job | undefined>;
  /** Ends an active job. One that finished is then the last that did, unless a later one has. */
  end(job: Job, end: { readonly status: 'finished' | 'failed'; readonly endedAt: number }): Promise<void>;
}
