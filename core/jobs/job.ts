import type { IdentityKey } from '#core/record/identity.ts';
import { HOUR_MS } from '#core/util/durations.ts';

/** What was counted, by what it is called. */
export type Tally = Readonly<Record<string, number>>;

/** One of the parts in which all profile items are read side by side, and how far it has come. */
export interface JobPartition {
  /** Raised by every step; only the step that was taken from this one is written. */
  readonly revision: number;
  /** `failed`: its items were looked at, and some of them could not be done. */
  readonly status: 'open' | 'done' | 'failed';
  /** Root of the last item that was read. */
  readonly after?: IdentityKey;
  /** Nothing is left to read; only what failed may be left. */
  readonly isRead: boolean;
  /** Roots of items that failed and are tried again. */
  readonly again: readonly IdentityKey[];
  readonly tally: Tally;
  /** Epoch ms. */
  readonly endedAt?: number;
}

/**
 * `queued`: its parts may not be on their queue yet. `superseded`: another took its place, under a newer catalog. A job
 * that came to its end and could not do some items has `failed`, and so has one that stood still.
 */
export type JobStatus = 'queued' | 'running' | 'finished' | 'failed' | 'superseded';

export interface NewJob {
  readonly id: string;
  readonly catalogVersion: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly partitions: number;
  /** About how many items there are: as many as the job before has read. */
  readonly estimate?: number;
  /** Epoch ms: since then, when the last job under the same catalog finished, all changes are known to be streamed. */
  readonly knownSince?: number;
  /**
   * Whether every item is written, changed or not, so that it is routed anew: since the last job that finished, or while
   * it ran, a catalog may have been active under which people are routed otherwise, whatever their evaluation says.
   */
  readonly writesAll?: true;
}

/** A pass over all profile items. */
export interface Job extends Omit<NewJob, 'partitions'> {
  readonly status: JobStatus;
  readonly partitions: readonly JobPartition[];
  /** Epoch ms: when anything was last written down about it. */
  readonly touchedAt: number;
  /** Epoch ms. */
  readonly endedAt?: number;
}

export const UNTOUCHED: JobPartition = { revision: 0, status: 'open', isRead: false, again: [], tally: {} };

/** Whether a job has not ended. */
export const isActive = ({ status }: Pick<Job, 'status'>): boolean => status === 'queued' || status === 'running';

/** Longer than every retry of a message takes: nobody works on a job in which nothing has moved for so long. */
const STALLED_AFTER_MS = 2 * HOUR_MS;

/** Whether nothing has moved in a job for so long that nobody can be working on it. @param now epoch ms */
export const isStalled = (job: Pick<Job, 'status' | 'touchedAt'>, now: number): boolean =>
  isActive(job) && now - job.touchedAt > STALLED_AFTER_MS;

/** Counts by name, added up. */
export const addTallies = (...tallies: readonly Tally[]): Tally => {
  const sum: Record<string, number> = {};
  for (const tally of tallies) {
    for (const [name, count] of Object.entries(tally)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
};

/** What all parts have counted so far. */
export const tallyOf = ({ partitions }: Pick<Job, 'partitions'>): Tally =>
  addTallies(...partitions.map(({ tally }) => tally));

/** How a job ended whose parts have all ended; undefined while one is open. */
export function endOf({
  partitions,
}: Pick<Job, 'partitions'>): { status: 'finished' | 'failed'; endedAt: number } | undefined {
  if (partitions.some(({ status }) => status === 'open')) return undefined;
  const status = partitions.every((partition) => partition.status === 'done') ? 'finished' : 'failed';
  return { status, endedAt: Math.max(...partitions.map(({ endedAt = 0 }) => endedAt)) };
}
