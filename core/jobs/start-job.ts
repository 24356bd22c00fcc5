import type { Clock } from '#core/ports/clock.ts';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import { isActive, isStalled, type Job, type NewJob, tallyOf } from './job.ts';
import type { PartitionMessage } from './partition-message.ts';
import type { Jobs } from './ports/jobs.ts';

export interface StartDeps extends Backoff {
  readonly jobs: Jobs;
  readonly queue: MessageQueue<PartitionMessage>;
  /** Parts of a new job. */
  readonly partitionCount: number;
  readonly now: Clock;
  newId(): string;
}

export interface Started {
  readonly jobId: string;
  /** Whether it was on its way already. */
  readonly joined: boolean;
}

/**
 * Starts a pass over all profile items, or joins the one that is on its way under the same catalog. One under another
 * catalog is superseded, one that stands still has failed; their workers stop at their next step. May be called again
 * at any time: whoever dies in between leaves a job that the next call joins, and whose parts it queues again.
 * @param activeSince epoch ms: since when the catalog is active without a break; since ever when left out
 * @throws ConflictError when others keep starting jobs at the same time
 */
export async function startJob(catalogVersion: string, deps: StartDeps, activeSince = 0): Promise<Started> {
  const { jobs, now } = deps;
  return await retryOnConflict(async () => {
    const { current, finished } = await jobs.latest();
    const stalled = current && isStalled(current, now());
    if (current && isActive(current) && !stalled && current.catalogVersion === catalogVersion) {
      if (current.status === 'queued') await dispatch(current.id, current.partitions.length, deps);
      return { jobId: current.id, joined: true };
    }
    const isBrokenOff =
      current && current.status !== 'finished' && (current.writesAll || current.catalogVersion !== catalogVersion);
    const job = {
      ...newJob(catalogVersion, finished, deps, activeSince),
      ...(isBrokenOff && { writesAll: true as const }),
    };
    await jobs.open(job, current && { job: current, as: stalled ? 'failed' : 'superseded' });
    await dispatch(job.id, job.partitions, deps);
    return { jobId: job.id, joined: false };
  }, deps);
}

function newJob(
  catalogVersion: string,
  finished: Job | undefined,
  { partitionCount, now, newId }: StartDeps,
  activeSince: number,
): NewJob {
  // Another one may have been active in between.
  const isKnown = finished?.catalogVersion === catalogVersion && activeSince <= finished.startedAt;
  const estimate = finished && tallyOf(finished).items;
  return {
    id: newId(),
    catalogVersion,
    startedAt: now(),
    partitions: partitionCount,
    ...(estimate !== undefined && { estimate }),
    ...(isKnown && finished?.endedAt !== undefined && { knownSince: finished.endedAt }),
  };
}

async function dispatch(jobId: string, partitionCount: number, { jobs, queue }: StartDeps): Promise<void> {
  await queue.send(Array.from({ length: partitionCount }, (_, partition) => ({ jobId, partition })));
  await jobs.dispatched(jobId);
}
