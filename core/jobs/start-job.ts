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

/** Epoch ms: since when the catalog is active without a break, and since when everybody is routed as under it. */
export interface CatalogSince {
  /** @default since ever */
  readonly activeSince?: number | undefined;
  /** Omitted for jobs from which nothing is routed. */
  readonly routedSince?: number | undefined;
}

/** By then no call works under a catalog any more that was active before. */
const UNTIL_ALL_SEE_MS = 60_000;

export interface Started {
  readonly jobId: string;
  /** Whether it was on its way already. */
  readonly joined: boolean;
}

/**
 * Starts a pass over all profile items, or joins the one that is on its way under the same catalog. One under another
 * catalog is superseded, one that stands still has failed; their workers stop at their next step. May be called again
 * at any time: whoever dies in between leaves a job that the next call joins, and whose parts it queues again.
 * @param since since when the catalog is as it is
 * @throws ConflictError when others keep starting jobs at the same time
 */
export async function startJob(catalogVersion: string, deps: StartDeps, since: CatalogSince = {}): Promise<Started> {
  const { jobs, now } = deps;
  return await retryOnConflict(async () => {
    const { current, finished } = await jobs.latest();
    const stalled = current && isStalled(current, now());
    const isSame = current?.catalogVersion === catalogVersion && (since.activeSince ?? 0) <= current.startedAt;
    if (current && isActive(current) && !stalled && isSame) {
      if (current.status === 'queued') await dispatch(current.id, current.partitions.length, deps);
      return { jobId: current.id, joined: true };
    }
    const job = newJob(catalogVersion, finished, deps, since);
    await jobs.open(job, current && { job: current, as: stalled ? 'failed' : 'superseded' });
    await dispatch(job.id, job.partitions, deps);
    return { jobId: job.id, joined: false };
  }, deps);
}

function newJob(
  catalogVersion: string,
  finished: Job | undefined,
  { partitionCount, now, newId }: StartDeps,
  { activeSince = 0, routedSince }: CatalogSince,
): NewJob {
  // Another one may have been active in between.
  const isKnown = finished?.catalogVersion === catalogVersion && activeSince <= finished.startedAt;
  const isRouted = finished && (routedSince ?? 0) + UNTIL_ALL_SEE_MS <= finished.startedAt;
  const estimate = finished && tallyOf(finished).items;
  return {
    id: newId(),
    catalogVersion,
    startedAt: now(),
    partitions: partitionCount,
    ...(estimate !== undefined && { estimate }),
    ...(routedSince !== undefined && !isRouted && { writesAll: true as const }),
    ...(isKnown && finished?.endedAt !== undefined && { knownSince: finished.endedAt }),
  };
}

async function dispatch(jobId: string, partitionCount: number, { jobs, queue }: StartDeps): Promise<void> {
  await queue.send(Array.from({ length: partitionCount }, (_, partition) => ({ jobId, partition })));
  await jobs.dispatched(jobId);
}
