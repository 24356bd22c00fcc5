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
  readonly parts: readonly [ended: number, all: number];
  /** About how many items there are; nothing before the first job has finished. */
  readonly estimate?: number;
  readonly items: number;
  readonly entered: number;
  readonly exited: number;
  readonly repaired: number;
  readonly failed: number;
}

export function reportJob(job: Job, now: number): JobReport {
  const { items = 0, entered = 0, exited = 0, repaired = 0, failed = 0 } = tallyOf(job);
  const ended = job.parts.filter(({ status }) => status !== 'open').length;
  return {
    id: job.id,
    status: isStalled(job, now) ? 'stalled' : job.status,
    catalogVersion: job.catalogVersion,
    startedAt: new Date(job.startedAt).toISOString(),
    ...(job.endedAt !== undefined && { endedAt: new Date(job.endedAt).toISOString() }),
    parts: [ended, job.parts.length],
    ...(job.estimate !== undefined && { estimate: job.estimate }),
    ...{ items, entered, exited, repaired, failed },
  };
}

/** One line for the job that is on its way. */
export function printProgress(job: Job, now: number): string {
  const { items, estimate, parts, entered, exited, repaired } = reportJob(job, now);
  const all = estimate === undefined ? '' : ` of about ${format(estimate)}`;
  return `${format(items)}${all} profile items, ${parts[0]} of ${parts[1]} parts: ${format(entered)} entered, ${format(exited)} left, ${format(repaired)} repaired`;
}

/** What is known of the last jobs. */
export function printJobs({ current, finished }: { current?: Job; finished?: Job }, now: number): string {
  const jobs = [
    ...(current && current.id !== finished?.id ? [printJob(current, now)] : []),
    ...(finished ? [printJob(finished, now)] : ['No evaluation of all profiles has finished yet.']),
  ];
  return `${jobs.join('\n')}\n`;
}

export function printJob(job: Job, now: number): string {
  const { status, startedAt, endedAt, catalogVersion, failed } = reportJob(job, now);
  const until = isActive(job) ? `, last heard of ${seconds(now - job.touchedAt)} ago` : ` to ${endedAt}`;
  const lines = [
    `Evaluation ${job.id}: ${status}`,
    `  from ${startedAt}${until}, under catalog ${catalogVersion}`,
    `  ${printProgress(job, now)}`,
    ...(failed > 0 ? [`  ${format(failed)} could not be evaluated: docs/runbook.md, "evaluation-dead-letters"`] : []),
  ];
  return lines.join('\n');
}

const format = (value: number): string => value.toLocaleString('en-US');

const seconds = (ms: number): string => `${format(Math.round(ms / 1_000))} s`;
