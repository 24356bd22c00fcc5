import { Command } from 'commander';
import { Progress } from '#cli/local/progress.ts';
import { JSON_OPTION } from '#cli/output.ts';
import { printJob, printJobs, reportJob } from '#cli/report/print-job.ts';
import type { ScheduledJobKind } from './job-kinds.ts';
import { startJobOf, waitForJob } from './run-job.ts';
import { storesOf } from './stores.ts';
import { type Resources, useStage } from './use-stage.ts';

interface JobFlags {
  readonly stage: string;
  readonly status?: true;
  readonly wait: boolean;
  readonly json?: true;
}

/** The command that starts a job over all profiles, or shows the last ones. */
export const jobCommand = (name: string, description: string, kind: ScheduledJobKind): Command =>
  new Command(name)
    .description(description)
    .option('--stage <name>', 'stage', 'local')
    .option('--status', 'start nothing: show the running job, and the last that finished')
    .option('--no-wait', 'start it without waiting for its end')
    .option(...JSON_OPTION)
    .action(async (flags: JobFlags) => {
      const resources = await useStage(flags.stage);
      process.stdout.write(flags.status ? await statusOf(kind, resources, flags) : await run(kind, resources, flags));
    });

async function statusOf(kind: ScheduledJobKind, resources: Resources, { json }: JobFlags): Promise<string> {
  const latest = await storesOf(resources)[kind.store].latest();
  const now = Date.now();
  if (!json) return printJobs(latest, kind, now);
  const { current = null, finished = null } = latest;
  return asJson({
    current: current && reportJob(current, kind, now),
    finished: finished && reportJob(finished, kind, now),
  });
}

async function run(kind: ScheduledJobKind, resources: Resources, { wait, json, stage }: JobFlags): Promise<string> {
  const started = await startJobOf(kind, resources);
  if (!started) return json ? asJson(null) : 'There is nothing to do.\n';
  if (!wait) {
    const how = started.joined ? 'was on its way already' : 'has been started';
    const text = `${kind.title} ${started.jobId} ${how}. To see the progress: ${kind.command} --status --stage ${stage}\n`;
    return json ? asJson(started) : text;
  }
  const progress = new Progress(process.stderr);
  const jobs = storesOf(resources)[kind.store];
  const job = await waitForJob(started.jobId, kind, jobs, (text) => progress.running(text));
  progress.step('Done');
  return json ? asJson(reportJob(job, kind, Date.now())) : `${printJob(job, kind, Date.now())}\n`;
}

const asJson = (value: unknown): string => `${JSON.stringify(value)}\n`;
