import { Command, Option } from 'commander';
import { findDataFiles } from '#cli/ingest/data-files.ts';
import { type Fed, type IngestionMethod, ingestData, routedOf, usualMethod, versionOf } from '#cli/ingest/ingest.ts';
import { waitForBatches } from '#cli/ingest/wait-for-batches.ts';
import { Progress } from '#cli/local/progress.ts';
import { JSON_LINES_OPTION, printList, printReport } from '#cli/output.ts';
import { printBatches, whereToGoOn } from '#cli/report/print-batches.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';

interface Options {
  readonly data: string;
  readonly stage: string;
  /** As commander calls what follows `--ingest`. */
  readonly ingest?: IngestionMethod;
  readonly wait?: true;
  readonly json?: true;
}

export const ingestCommand = (): Command =>
  new Command('ingest')
    .description('send data files to a running stage, as a producer would')
    .requiredOption('--data <dir>', 'folder with files named after datasets')
    .option('--stage <name>', 'stage', 'local')
    .addOption(
      new Option(
        '--ingest <method>',
        'stream (Kinesis) or batch (S3); when omitted, events in NDJSON are streamed, all else is sent as batches',
      ).choices(['stream', 'batch']),
    )
    .option('--wait', 'wait until uploaded files have been ingested or rejected, and show what became of them')
    .option(...JSON_LINES_OPTION)
    .action(ingest);

async function ingest({ data, stage, ingest: method, wait, json }: Options): Promise<void> {
  const resources = await useStage(stage);
  const stores = storesOf(resources);
  const target = { stream: resources['collection-stream'], landing: stores.landing };
  const since = Date.now();
  const uploads: Fed[] = [];
  for (const file of await findDataFiles(data, await activeCatalog(stores.catalog))) {
    const fed = await ingestData(file, method ?? usualMethod(file), target);
    printReport(json, asJson(fed), `${file.name}: ${routedOf(fed)}\n`);
    if (fed.key !== undefined) uploads.push({ ...fed, ...(wait && (await versionOf(fed, stores.landing))) });
  }
  if (!json && !(wait && uploads.length > 0)) process.stdout.write(whereToLook(uploads, stage));
  if (wait && uploads.length > 0) await showBatches(uploads, stores, since, { stage, json });
}

async function showBatches(
  uploads: readonly Fed[],
  stores: StageStores,
  since: number,
  { stage, json }: { readonly stage: string; readonly json: true | undefined },
): Promise<void> {
  const progress = new Progress(process.stderr);
  const batches = await waitForBatches(uploads, stores, { since, progress: (text) => progress.running(text) });
  progress.step('Done');
  printList(json, batches, `${printBatches(batches)}${whereToGoOn(batches, stage)}`);
  if (batches.some(({ status }) => status === 'failed')) process.exitCode = 1;
}

/** An upload alone says nothing of what is ingested: that is found out afterwards. */
function whereToLook(uploads: readonly Fed[], stage: string): string {
  const streamed = `Records: tributary status --stage ${stage}; rejected ones: tributary quarantine list --stage ${stage}\n`;
  if (uploads.length === 0) return streamed;
  const datasets = [...new Set(uploads.map(({ file }) => file.datasetId))];
  const of = datasets.length === 1 ? ` --dataset ${datasets[0]}` : '';
  return `What becomes of uploaded files: tributary batch list${of} --stage ${stage}, or --wait here\n${streamed}`;
}

/** A file that was sent; what became of one that was uploaded is counted by the platform. */
const asJson = ({ file, ingestionMethod, records, unreadable }: Fed): object => ({
  file: file.name,
  dataset: file.datasetId,
  ingestionMethod,
  ...(records !== undefined && { records }),
  ...(unreadable !== undefined && { unreadable }),
});
