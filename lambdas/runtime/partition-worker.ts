import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { PART_TRIES } from '#core/contract/functions.ts';
import type { Job, Tally } from '#core/jobs/job.ts';
import type { PartitionMessage } from '#core/jobs/partition-message.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import { type JobItems, type Step, type StepResult, workOnPartition } from '#core/jobs/work-on-partition.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { logBatch } from './log.ts';
import type { QueueItem } from './sqs-handler.ts';

export interface JobWorkerDeps<T> {
  readonly catalog: CatalogPort;
  readonly jobs: Jobs;
  readonly queue: MessageQueue<PartitionMessage>;
  readonly items: JobItems<T>;
  readonly now: Clock;
  /** After so long a part is handed on to another call. */
  readonly workMs: number;
  readonly itemsPerStep: number;
  /** Waits until this function too sees the catalog that others see already. */
  untilSeen(): Promise<void>;
}

/** What a worker of a job over all profiles needs. */
export interface PartitionDeps extends Omit<JobWorkerDeps<ProfileItem>, 'items'> {
  readonly profiles: ProfileStore;
}

/** What is done with the items of a job. */
export interface PartitionWork<T = ProfileItem> {
  run(items: readonly T[], job: Job, catalog: CompiledCatalog, step: Step): Promise<StepResult>;
  counted(tally: Tally): void;
  /** What comes last, once nothing has failed. May be done more than once. */
  finishing?(job: Job, catalog: CompiledCatalog): Promise<void>;
}

/** Works on a part of a job over all profiles. */
export const createPartitionWorker = (deps: PartitionDeps, work: PartitionWork) =>
  createJobWorker<ProfileItem>({ ...deps, items: deps.profiles }, work);

/** Works on a part of a job for as long as a call may take; then its message is sent again. */
export function createJobWorker<T extends { readonly canonicalKey: string }>(
  deps: JobWorkerDeps<T>,
  { run, counted, finishing }: PartitionWork<T>,
) {
  return async ({ value: message, attempt }: QueueItem<PartitionMessage>): Promise<void> => {
    const catalogOf = createCatalogOf(deps);
    const outcome = await workOnPartition(message, {
      ...deps,
      until: deps.now() + deps.workMs,
      isLastTry: attempt >= PART_TRIES - 1,
      run: async (items, job, step) => await run(items, job, await catalogOf(job), step),
      counted,
      finishing: async (job) => await finishing?.(job, await catalogOf(job)),
    });
    if (outcome === 'unfinished') await deps.queue.send([message]);
    logBatch({ ...message, attempt, outcome });
  };
}

/** Another catalog than the job's may be an older one, which this function has kept for some seconds, or a newer. */
function createCatalogOf({ catalog, untilSeen }: Pick<PartitionDeps, 'catalog' | 'untilSeen'>) {
  let hasWaited = false;
  return async ({ catalogVersion }: Job): Promise<CompiledCatalog> => {
    const seen = await catalog.current();
    if (seen.version === catalogVersion || hasWaited) return seen;
    hasWaited = true;
    await untilSeen();
    return await catalog.current();
  };
}
