import type { JobKind } from '#cli/stage/job-kinds.ts';
import { isActive, isStalled, type Job, tallyOf } from '#core/jobs/job.ts';

/** A job over all profiles, as it is shown. */
export interface JobReport {
  readonly id: string;
  /** `stalled`: nothing has moved for hours; the next start takes its place. */
  readonly status: Job['status'] | 'stalled';
  readonly catalogVersion: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Parts that have ended, and all. */
  readonly partitions: readonly [ended: number, all: number];
  /** About how many items there are; nothing before the first job has finished, or where there are more by now. */
  readonly estimate?: number;
  readonly items: number;
  readonly failed: number;
}

/** @returns also what a job of this kind counts, each by its name */
export function reportJob(job: Job, kind: JobKind, now: number): JobReport {
  const { items = 0, failed = 0, ...tally } = tallyOf(job);
  const ended = job.partitions.filter(({ status }) => status !== 'open').length;
  const estimate = estimateOf(job);
  return {
    id: job.id,
    status: isStalled(job, now) ? 'stalled' : job.status,
    catalogVersion: job.catalogVersion,
    startedAt: new Date(job.startedAt).toISOString(),
    ...(job.endedAt !== undefined && { endedAt: new Date(job.endedAt).toISOString() }),
    partitions: [ended, job.partitions.length],
    ...(estimate !== undefined && { estimate }),
    items,
    ...Object.fromEntries(Object.keys(kind.counts).map((name) => [name, tally[name] ?? 0])),
    failed,
  };
}

/** As many items as the job before has read, unless there are more of them by now: then nobody knows. */
function estimateOf(job: Job): number | undefined {
  const { items = 0 } = tallyOf(job);
  return job.estimate !== undefined && items <= job.estimate ? job.estimate : undefined;
}

/** One line for the job that is on its way. */
export function printProgress(job: Job, kind: JobKind): string {
  const { items = 0, ...tally } = tallyOf(job);
  const ended = job.partitions.filter(({ status }) => status !== 'open').length;
  const estimate = estimateOf(job);
  const all = estimate === undefined ? '' : ` of about ${format(estimate)}`;
  const counts = Object.entries(kind.counts).map(([name, says]) => `${format(tally[name] ?? 0)} ${says}`);
  return `${format(items)}${all} profile items, ${ended} of ${job.partitions.length} partitions: ${counts.join(', ')}`;
}

/** What is known of the last jobs. */
export function printJobs(
  { current, finished }: { current?: Job; finished?: Job },
  kind: JobKind,
  now: number,
): string {
  const jobs = [
    ...(current && current.id !== finished?.id ? [printJob(current, kind, now)] : []),
    finished ? printJob(finished, kind, now) : `${kind.title} of all profiles has not finished yet.`,
  ];
  return `${jobs.join('\n')}\n`;
}

export function printJob(job: Job, kind: JobKind, now: number): string {
  const { status, startedAt, endedAt, failed } = reportJob(job, kind, now);
  const until = isActive(job) ? `, last progress ${seconds(now - job.touchedAt)} ago` : ` to ${endedAt}`;
  const lines = [
    `${kind.title} ${job.id}: ${status}`,
    `  from ${startedAt}${until}, under catalog ${job.catalogVersion}`,
    `  ${printProgress(job, kind)}`,
    ...(failed > 0 ? [`  ${format(failed)} failed: see docs/runbook.md, "<job>-dead-letters"`] : []),
  ];
  return lines.join('\n');
}

const format = (value: number): string => value.toLocaleString('en-US');

const seconds = (ms: number): string => `${format(Math.round(ms / 1_000))} s`;
