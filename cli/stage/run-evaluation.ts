import { setTimeout } from 'node:timers/promises';
import { printProgress } from '#cli/report/print-job.ts';
import { UserError } from '#cli/user-error.ts';
import { isActive, type Job } from '#core/jobs/job.ts';
import type { Started } from '#core/jobs/start-job.ts';
import type { Jobs } from '#core/ports/jobs.ts';
import { invoke } from './invoke.ts';
import type { StageStores } from './stores.ts';
import type { Resources } from './use-stage.ts';

const LOOK_EVERY_MS = 500;
/** A part that failed comes again after twelve minutes. */
const GIVE_UP_AFTER_MS = 15 * 60_000;

/** Starts the evaluation of all profiles, or joins the one that is on its way. */
export const startEvaluation = async (resources: Resources): Promise<Started> =>
  (await invoke(resources, 'evaluate-batch')) as Started;

/**
 * Evaluates all profiles and waits for the end of it.
 * @param progress is told how far it has come
 * @throws UserError when it does not finish
 */
export async function runEvaluation(
  { resources, stores }: { readonly resources: Resources; readonly stores: Pick<StageStores, 'evaluations'> },
  progress: (text: string) => void,
): Promise<Job> {
  const { jobId } = await startEvaluation(resources);
  return await waitForEvaluation(jobId, stores.evaluations, progress);
}

export async function waitForEvaluation(id: string, jobs: Jobs, progress: (text: string) => void): Promise<Job> {
  let moved = { touchedAt: 0, seenAt: performance.now() };
  for (;;) {
    const job = await jobs.get(id);
    if (!job) throw new UserError(`There is no evaluation ${id} any more.`);
    progress(printProgress(job, Date.now()));
    if (!isActive(job)) return ended(job);
    if (job.touchedAt !== moved.touchedAt) moved = { touchedAt: job.touchedAt, seenAt: performance.now() };
    if (performance.now() - moved.seenAt > GIVE_UP_AFTER_MS) {
      throw new UserError(
        `Nothing has moved for ${GIVE_UP_AFTER_MS / 60_000} minutes. The evaluation may go on: look with "tributary evaluate --status", and at the log of evaluate-part.`,
      );
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}

function ended(job: Job): Job {
  if (job.status === 'finished') return job;
  const why =
    job.status === 'superseded'
      ? 'Another evaluation, under a newer catalog, has taken its place: "tributary evaluate" joins it.'
      : 'It has failed for some profiles; those were left as they were. docs/runbook.md, "evaluation-dead-letters", says what to look at.';
  throw new UserError(`The evaluation ${job.id} did not finish (${printProgress(job, Date.now())}). ${why}`);
}
