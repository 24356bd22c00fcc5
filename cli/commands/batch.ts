import { Command, InvalidArgumentError } from 'commander';
import { batchReport, waitForRevert } from '#cli/batch/wait-for-revert.ts';
import { Progress } from '#cli/local/progress.ts';
import { parseInstant } from '#cli/options.ts';
import { JSON_LINES_OPTION, JSON_OPTION, printList, printReport } from '#cli/output.ts';
import { printBatch, printBatches, whereRejected, whereToGoOn } from '#cli/report/print-batches.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { reportBatch } from '#core/api/batch/batch-report.ts';
import { findBatch } from '#core/api/batch/known-batch.ts';
import { findBatches } from '#core/api/batch/list-batches.ts';
import { revertBatch } from '#core/api/batch/reverts.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';

interface Options {
  readonly stage: string;
  readonly json?: true;
}

interface ListOptions extends Options {
  readonly dataset?: string;
  readonly status?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

/** Batches whose state is looked at for one list. */
const MAX_LOOKED_AT = 100_000;

export function batchCommand(): Command {
  const command = new Command('batch').description('list, show and revert batches of files');
  command
    .command('list')
    .description('list the batches of the last 30 days, of all ingestion methods, newest first')
    .option('--dataset <id>', 'of this dataset only')
    .option('--status <name>', 'in this state only, e.g. success, failed, processing, inactive')
    .option('--since <time>', 'created after this instant (ISO 8601)', parseInstant)
    .option('--until <time>', 'created before this instant', parseInstant)
    .option('--limit <n>', 'how many', parseLimit, 20)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_LINES_OPTION)
    .action(list);
  command
    .command('show')
    .description('show the status, transitions and record counts of a batch')
    .argument('<id>', 'the batch')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (id: string, { stage, json }: Options) => {
      const report = await batchReport(id, storesOf(await useStage(stage)));
      printReport(json, report, `${printBatch(report)}${whereRejected([report], stage)}`);
    });
  command
    .command('revert')
    .description('revert a batch: profiles, audiences, destinations and the lake become as if it had never been sent')
    .argument('<id>', 'the batch')
    .option('--wait', 'wait until it is done, and show the progress')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(revert);
  return command;
}

async function list({ stage, json, dataset, status, since, until, limit }: ListOptions): Promise<void> {
  const stores = storesOf(await useStage(stage));
  const listing = { limit, start: 0, isOldestFirst: false, dataSet: dataset, status };
  const within = { ...listing, createdAfter: since, createdBefore: until };
  const found = (await findBatches(within, () => true, stores, MAX_LOOKED_AT)).map((known) => reportBatch(known));
  printList(json, found, `${printBatches(found)}${whereToGoOn(found, stage)}`);
}

async function revert(id: string, { stage, json, wait }: Options & { readonly wait?: true }): Promise<void> {
  const resources = await useStage(stage);
  const stores = storesOf(resources);
  const known = await findBatch(id, stores);
  // It says why there is none.
  if (!known) return void (await batchReport(id, stores));
  const reverts = new SqsMessageQueue<{ batchId: string }>(sqs(), resources['reverts-queue']);
  const { datasets } = await activeCatalog(stores.catalog);
  const answer = await revertBatch(known, datasets, { ...stores, reverts, now: Date.now });
  if (answer.status !== 200) throw new UserError((answer.body as { detail: string }).detail);
  const progress = new Progress(process.stderr);
  const report = wait
    ? await waitForRevert(id, stores, (text) => progress.running(text))
    : await batchReport(id, stores);
  if (wait) progress.step('Done');
  const hint = report.status === 'inactive' ? '' : `To see the progress: tributary batch show ${id} --stage ${stage}\n`;
  printReport(json, report, `${printBatch(report)}${hint}`);
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0 && limit <= MAX_LOOKED_AT) return limit;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_LOOKED_AT}`);
}
