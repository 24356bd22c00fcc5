import { Command } from 'commander';
import { checkLeft } from '#cli/dataset/left-catalog.ts';
import { Progress } from '#cli/local/progress.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printJob, printJobs, reportJob } from '#cli/report/print-job.ts';
import { DELETION } from '#cli/stage/job-kinds.ts';
import { startJobOf, waitForJob } from '#cli/stage/run-job.ts';
import { type StageStores, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { LANDING_PREFIX } from '#core/ingestion/landing.ts';
import { datasetFolder } from '#core/record/partition.ts';
import { remainsOf } from '#core/revert/dataset/remains.ts';
import { activationsOf, activeDefinitions, definitionsOf } from '#lambdas/adapters/dynamodb/catalog-store.ts';

interface DeleteOptions {
  readonly stage: string;
  readonly dryRun?: true;
  readonly now?: true;
  readonly status?: true;
  readonly wait: boolean;
  readonly json?: true;
}

/** Versions in which a dataset is looked for. */
const MAX_ACTIVATIONS = 1_000;

export function datasetCommand(): Command {
  const command = new Command('dataset').description('delete what is stored of a dataset');
  command
    .command('delete')
    .description('delete all that is stored of a dataset which has left the catalog; profiles and audiences follow')
    .argument('<id>', 'the dataset')
    .option('--dry-run', 'delete nothing: print what is stored of it')
    .option('--now', 'also when it has left the catalog only within the last 15 minutes')
    .option('--status', 'start nothing: show the running deletion, and the last that finished')
    .option('--no-wait', 'start it without waiting for its end')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(deleteDataset);
  return command;
}

async function deleteDataset(id: string, options: DeleteOptions): Promise<void> {
  const resources = await useStage(options.stage);
  const stores = storesOf(resources);
  const jobs = stores.deletionsOf(id);
  const say = (value: unknown, text: string): void => printReport(options.json, value, text);
  const report = (job: Parameters<typeof reportJob>[0]) => reportJob(job, DELETION, Date.now());
  if (options.status) {
    const { current, finished } = await jobs.latest();
    const shown = { current: current ? report(current) : null, finished: finished ? report(finished) : null };
    return say(shown, printJobs({ ...(current && { current }), ...(finished && { finished }) }, DELETION, Date.now()));
  }
  await checkStage(id, stores, options.now === true);
  if (options.dryRun) {
    const [remains] = await remainsOf([id], stores);
    const { profiles, lake } = remains!;
    const text = `${profiles.toLocaleString('en-US')} profiles hold something of "${id}", the lake ${lake.objects.toLocaleString('en-US')} objects with ${lake.bytes.toLocaleString('en-US')} bytes. Nothing was deleted.\n`;
    return say(remains, text);
  }
  const { jobId } = (await startJobOf(DELETION, resources, { datasetId: id }))!;
  if (!options.wait) {
    const how = `tributary dataset delete ${id} --status --stage ${options.stage}`;
    return say({ jobId }, `Deletion ${jobId} has been started. To see the progress: ${how}\n`);
  }
  const progress = new Progress(process.stderr);
  const job = await waitForJob(jobId, DELETION, jobs, (text) => progress.running(text));
  progress.step('Done');
  say(report(job), `${printJob(job, DELETION, Date.now())}\n`);
}

async function checkStage(id: string, stores: StageStores, isForced: boolean): Promise<void> {
  const active = await activeDefinitions(stores.catalog);
  if (!active) throw new UserError('No catalog is active. Apply one: tributary catalog apply --catalog DIR');
  const known = {
    activations: await activationsOf(stores.catalog, MAX_ACTIVATIONS),
    definitionsOf: (version: string) => definitionsOf(stores.catalog, version),
    async hasObjects() {
      const { lake, quarantine, landing } = stores;
      for await (const _ of lake.list(datasetFolder(id))) return true;
      for await (const _ of quarantine.list(datasetFolder(id))) return true;
      for await (const _ of landing.list(`${LANDING_PREFIX}${id}/`)) return true;
      return false;
    },
  };
  await checkLeft(id, active, known, Date.now(), isForced);
}
