import type { Clock } from '#core/ports/clock.ts';
import type { ScanPartition } from '#core/profile/ports/profile-store.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { addTallies, endOf, isActive, type Job, type JobPartition, type Tally } from './job.ts';
import type { PartitionMessage } from './partition-message.ts';
import type { Jobs } from './ports/jobs.ts';

/** What became of some items. */
export interface StepResult {
  readonly tally: Tally;
  /** Roots of those that failed; their neighbours are done. */
  readonly failed: readonly IdentityKey[];
  readonly firstError?: Error;
}

/** Which step of a part it is; of those that are done again only one is written, and it has a larger revision then. */
export interface Step {
  readonly partition: number;
  readonly revision: number;
}

/** What a job goes through: profile items, or folders of objects. */
export interface JobItems<T> {
  scan(partition: ScanPartition): AsyncIterable<T>;
  /** What lies under these keys; what has moved away is done under another. */
  lookup(keys: readonly string[]): Promise<ReadonlyMap<string, { readonly item: T } | { readonly redirectTo: string }>>;
}

interface Rooted {
  readonly canonicalKey: string;
}

export interface WorkDeps<T extends Rooted = ProfileItem> {
  readonly jobs: Jobs;
  readonly items: JobItems<T>;
  readonly now: Clock;
  /** Epoch ms: no step is begun after that, but a first one. */
  readonly until: number;
  /** Whether the message of this part comes once more at most: what fails now has failed. */
  readonly isLastTry: boolean;
  /** Items that are read and done at once. */
  readonly itemsPerStep: number;
  /** Does the work. Done again for the same items of the same job, it has to count the same again. */
  run(items: readonly T[], job: Job, step: Step): Promise<StepResult>;
  /** Is told of everything that was counted, once. */
  counted(tally: Tally): void;
  /** What comes last in a job in which nothing failed. May be done more than once. */
  finishing(job: Job): Promise<void>;
}

/** Items of one part that may wait for another try. If more fail, it is the platform that has trouble, not they. */
const MAX_AGAIN = 20;

/**
 * Works on one part of a job, from where it stands. Each step does some items and is then written together with what it
 * has counted, if the part still stands where the step began: so of several workers on one part only one counts. The one
 * that ends the last part ends the job.
 * @returns whether the part has ended, or the job; otherwise its message has to be sent again, since the time is over
 * @throws Error when the message has to come again: items failed, or somebody else works on the part
 */
export async function workOnPartition<T extends Rooted>(
  { jobId, partition: index }: PartitionMessage,
  deps: WorkDeps<T>,
): Promise<'ended' | 'unfinished'> {
  const { jobs, now } = deps;
  let job = await jobs.get(jobId);
  let partition = job?.partitions[index];
  if (!job || !partition) return 'ended';
  if (!isActive(job)) return endOrThrow(partition, job);
  const unread = unreadOf(partition, index, job, deps);
  while (partition.status === 'open') {
    const next = await step(partition, unread, job, index, deps);
    const written = await jobs.advance(jobId, index, { ...next, revision: partition.revision + 1 }, now());
    if (!written) return await whereIsIt(jobId, index, deps);
    deps.counted(differenceOf(next.tally, partition.tally));
    job = written;
    partition = job.partitions[index]!;
    if (partition.status === 'open' && now() >= deps.until) return 'unfinished';
  }
  const end = endOf(job);
  if (end?.status === 'finished') await deps.finishing(job);
  if (end) await jobs.end(job, end);
  return endOrThrow(partition, job);
}

/** A part that has failed goes the way of its message, to where somebody is told of it. */
function endOrThrow({ status, tally }: JobPartition, job: Job): 'ended' {
  if (status === 'failed' && job.status !== 'superseded')
    throw new Error(`A part of job ${job.id} has failed: ${tally.failed} items failed`);
  return 'ended';
}

/** Somebody else has written a step of the same part, or the job has ended meanwhile. */
async function whereIsIt(
  jobId: string,
  index: number,
  { jobs, isLastTry }: Pick<WorkDeps, 'jobs' | 'isLastTry'>,
): Promise<'ended'> {
  const job = await jobs.get(jobId);
  if (!job || !isActive(job) || isLastTry) return 'ended';
  throw new Error(`Somebody else works on part ${index} of job ${jobId}: looks later whether it has come to its end`);
}

async function step<T extends Rooted>(
  partition: JobPartition,
  unread: Unread<T>,
  job: Job,
  index: number,
  deps: WorkDeps<T>,
): Promise<JobPartition> {
  const run = (items: readonly T[]) => deps.run(items, job, { partition: index, revision: partition.revision });
  if (!partition.isRead) return await readOn(partition, unread, run, deps);
  if (partition.again.length > 0) return await tryAgain(partition, run, deps);
  const { after: _after, ...rest } = partition;
  return { ...rest, status: partition.tally.failed ? 'failed' : 'done', endedAt: deps.now() };
}

async function readOn<T extends Rooted>(
  partition: JobPartition,
  unread: Unread<T>,
  run: (items: readonly T[]) => Promise<StepResult>,
  deps: WorkDeps<T>,
): Promise<JobPartition> {
  const items = await unread(deps.itemsPerStep);
  const last = items.at(-1);
  if (!last) return { ...partition, isRead: true };
  const { tally, failed, firstError } = await run(items);
  const again = [...partition.again, ...failed];
  if (again.length > MAX_AGAIN && !deps.isLastTry) {
    throw new Error(`${failed.length} of ${items.length} items failed`, { cause: firstError });
  }
  const counted = { ...tally, items: items.length, failed: Math.max(0, again.length - MAX_AGAIN) };
  return {
    ...partition,
    after: last.canonicalKey,
    again: again.slice(0, MAX_AGAIN),
    tally: addTallies(partition.tally, counted),
  };
}

async function tryAgain<T extends Rooted>(
  partition: JobPartition,
  run: (items: readonly T[]) => Promise<StepResult>,
  deps: WorkDeps<T>,
): Promise<JobPartition> {
  const found = await deps.items.lookup(partition.again);
  // What is no item any more was taken into one that has changed with it.
  const items = [...found.values()].flatMap((lookup) => ('item' in lookup ? [lookup.item] : []));
  const { tally, failed, firstError } = await run(items);
  const isStuck = failed.length === partition.again.length;
  if (isStuck && !deps.isLastTry) throw new Error(`${failed.length} items fail again`, { cause: firstError });
  return isStuck
    ? { ...partition, again: [], tally: addTallies(partition.tally, { failed: failed.length }) }
    : { ...partition, again: failed, tally: addTallies(partition.tally, tally) };
}

type Unread<T> = (limit: number) => Promise<T[]>;

/** What a part has not read yet, in portions. */
function unreadOf<T extends Rooted>(
  { after }: JobPartition,
  index: number,
  { partitions }: Job,
  { items: source }: Pick<WorkDeps<T>, 'items'>,
): Unread<T> {
  let items: AsyncIterator<T> | undefined;
  return async (limit) => {
    items ??= source
      .scan({ index, of: partitions.length, ...(after !== undefined && { after }) })
      [Symbol.asyncIterator]();
    const batchOfItems: T[] = [];
    while (batchOfItems.length < limit) {
      const { done, value } = await items.next();
      if (done) break;
      batchOfItems.push(value);
    }
    return batchOfItems;
  };
}

const differenceOf = (after: Tally, before: Tally): Tally =>
  Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
