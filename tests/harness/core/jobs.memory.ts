import { isActive, type Job, type JobPartition, type NewJob, UNTOUCHED } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { isGone, type TimeToLive } from '#lambdas/adapters/memory/time-to-live.ts';

/** As the table keeps them. */
const KEPT_MS = 90 * 86_400_000;

/** Jobs in memory, with the same conditions as the table has. */
export class MemoryJobs implements Jobs {
  readonly #jobs = new Map<string, Job>();
  #current: string | undefined;
  #finished: string | undefined;
  readonly #ttl: TimeToLive | undefined;

  constructor(ttl?: TimeToLive) {
    this.#ttl = ttl;
  }

  async latest(): Promise<{ current?: Job; finished?: Job }> {
    const [current, finished] = [this.#current, this.#finished].map((id) => (id ? this.#job(id) : undefined));
    return { ...(current && { current }), ...(finished && { finished }) };
  }

  async get(id: string): Promise<Job | undefined> {
    return this.#job(id);
  }

  #job(id: string): Job | undefined {
    const job = this.#jobs.get(id);
    if (job && isGone(job.startedAt + KEPT_MS, this.#ttl)) this.#jobs.delete(id);
    return this.#jobs.get(id);
  }

  async open(
    { partitions, ...job }: NewJob,
    instead: { readonly job: Job; readonly as: 'superseded' | 'failed' } | undefined,
  ): Promise<void> {
    if (this.#current !== instead?.job.id) throw new ConflictError('the current job');
    if (instead && isActive(instead.job)) {
      const before = this.#jobs.get(instead.job.id)!;
      if (!isActive(before)) throw new ConflictError('the current job');
      this.#jobs.set(before.id, {
        ...before,
        status: instead.as,
        endedAt: job.startedAt,
        partitions: before.partitions.map(({ after: _after, ...part }) => ({ ...part, again: [] })),
      });
    }
    const untouched = Array.from({ length: partitions }, () => UNTOUCHED);
    this.#jobs.set(job.id, { ...job, status: 'queued', touchedAt: job.startedAt, partitions: untouched });
    this.#current = job.id;
  }

  async dispatched(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job?.status === 'queued') this.#jobs.set(id, { ...job, status: 'running' });
  }

  async advance(id: string, index: number, part: JobPartition, now: number): Promise<Job | undefined> {
    const job = this.#job(id);
    if (!job || !isActive(job) || job.partitions[index]?.revision !== part.revision - 1) return undefined;
    const advanced = { ...job, touchedAt: now, partitions: job.partitions.with(index, part) };
    this.#jobs.set(id, advanced);
    return advanced;
  }

  async end({ id, startedAt }: Job, end: { status: 'finished' | 'failed'; endedAt: number }): Promise<void> {
    const before = this.#finished && this.#jobs.get(this.#finished);
    if (end.status === 'finished' && (!before || before.startedAt <= startedAt)) this.#finished = id;
    const job = this.#jobs.get(id);
    if (job && isActive(job)) this.#jobs.set(id, { ...job, ...end });
  }
}
