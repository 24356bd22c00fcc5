import { setTimeout } from 'node:timers/promises';
import { printProgress } from '#cli/report/print-job.ts';
import { UserError } from '#cli/user-error.ts';
import { isActive, type Job } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import type { Started } from '#core/jobs/start-job.ts';
import { invoke } from './invoke.ts';
import { EVALUATION, type JobKind } from './job-kinds.ts';
import type { StageStores } from './stores.ts';
import type { Resources } from './use-stage.ts';

const LOOK_EVERY_MS = 500;
/** A part that failed comes again after twelve minutes. */
const GIVE_UP_AFTER_MS = 15 * 60_000;

/** Starts a job over all profiles, or joins the one that is on its way. @returns null where there is nothing to do */
export const startJobOf = async (kind: JobKind, resources: Resources, event: object = {}): Promise<Started | null> =>
  (await invoke(resources, kind.starter, event)) as Started | null;

/**
 * Evaluates all profiles and waits for the end of it.
 * @param progress is told how far it has come
 * @throws UserError when it does not finish
 */
export async function runEvaluation(
  { resources, stores }: { readonly resources: Resources; readonly stores: Pick<StageStores, 'evaluations'> },
  progress: (text: string) => void,
): Promise<Job> {
  const started = await startJobOf(EVALUATION, resources);
  return await waitForJob(started!.jobId, EVALUATION, stores.evaluations, progress);
}

/** Waits for the end of a job. @throws UserError when it does not finish */
export async function waitForJob(
  id: string,
  kind: JobKind,
  jobs: Jobs,
  progress: (text: string) => void,
): Promise<Job> {
  let moved = { touchedAt: 0, seenAt: performance.now() };
  for (;;) {
    const job = await jobs.get(id);
    if (!job) throw new UserError(`There is no job ${id} any more.`);
    progress(printProgress(job, kind));
    if (!isActive(job)) return finished(job, kind);
    if (job.touchedAt !== moved.touchedAt) moved = { touchedAt: job.touchedAt, seenAt: performance.now() };
    if (performance.now() - moved.seenAt > GIVE_UP_AFTER_MS) {
      throw new UserError(
        `No progress for ${GIVE_UP_AFTER_MS / 60_000} minutes. The job may still continue: check "${kind.command} --status", and the log of ${kind.worker}.`,
      );
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}

function finished(job: Job, kind: JobKind): Job {
  if (job.status === 'finished') return job;
  const why =
    job.status === 'superseded'
      ? `A job under a newer catalog has replaced it: "${kind.command}" joins that.`
      : 'It has failed for some profiles; those are unchanged. See docs/runbook.md, "<job>-dead-letters".';
  throw new UserError(`Job ${job.id} did not finish (${printProgress(job, kind)}). ${why}`);
}
