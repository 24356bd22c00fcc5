import { Command } from 'commander';
import { Progress } from '#cli/local/progress.ts';
import { printJob, printJobs, reportJob } from '#cli/report/print-job.ts';
import { startEvaluation, waitForEvaluation } from '#cli/stage/run-evaluation.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';

interface EvaluateFlags {
  readonly stage: string;
  readonly status?: true;
  readonly wait: boolean;
  readonly json?: true;
}

export const evaluateCommand = (): Command =>
  new Command('evaluate')
    .description('evaluate all audiences for all profiles now, as the daily job does, and show how far it has come')
    .option('--stage <name>', 'stage', 'local')
    .option('--status', 'start nothing: show the evaluation that is on its way, and the last that finished')
    .option('--no-wait', 'start it and come back at once')
    .option('--json', 'print one JSON object')
    .action(async (flags: EvaluateFlags) => {
      const resources = await useStage(flags.stage);
      process.stdout.write(flags.status ? await statusOf(resources, flags) : await evaluate(resources, flags));
    });

async function statusOf(resources: Resources, { json }: EvaluateFlags): Promise<string> {
  const latest = await storesOf(resources).evaluations.latest();
  const now = Date.now();
  if (!json) return printJobs(latest, now);
  const { current = null, finished = null } = latest;
  return asJson({ current: current && reportJob(current, now), finished: finished && reportJob(finished, now) });
}

async function evaluate(resources: Resources, { wait, json, stage }: EvaluateFlags): Promise<string> {
  const started = await startEvaluation(resources);
  if (!wait) {
    const how = started.joined ? 'was on its way already' : 'has been started';
    const text = `Evaluation ${started.jobId} ${how}. Look how far it has come: tributary evaluate --status --stage ${stage}\n`;
    return json ? asJson(started) : text;
  }
  const progress = new Progress(process.stderr);
  const job = await waitForEvaluation(started.jobId, storesOf(resources).evaluations, (text) => progress.running(text));
  progress.step('Done');
  return json ? asJson(reportJob(job, Date.now())) : `${printJob(job, Date.now())}\n`;
}

const asJson = (value: unknown): string => `${JSON.stringify(value)}\n`;
