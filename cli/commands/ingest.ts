import { Command, Option } from 'commander';
import { findDataFiles } from '#cli/ingest/data-files.ts';
import { type Fed, type IngestionMethod, ingestData, routedOf, usualMethod } from '#cli/ingest/ingest.ts';
import { JSON_LINES_OPTION, printReport } from '#cli/output.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';

interface Options {
  readonly data: string;
  readonly stage: string;
  /** As commander calls what follows `--ingest`. */
  readonly ingest?: IngestionMethod;
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
    .option(...JSON_LINES_OPTION)
    .action(async ({ data, stage, ingest, json }: Options) => {
      const resources = await useStage(stage);
      const stores = storesOf(resources);
      const target = { stream: resources['collection-stream'], landing: stores.landing };
      for (const file of await findDataFiles(data, await activeCatalog(stores.catalog))) {
        const fed = await ingestData(file, ingest ?? usualMethod(file), target);
        printReport(json, asJson(fed), `${file.name}: ${routedOf(fed)}\n`);
      }
    });

/** A file that was sent; a file that was uploaded is counted by the platform, see `batch list`. */
const asJson = ({ file, ingestionMethod, records, unreadable }: Fed): object => ({
  file: file.name,
  dataset: file.datasetId,
  ingestionMethod,
  ...(records !== undefined && { records }),
  ...(unreadable !== undefined && { unreadable }),
});
