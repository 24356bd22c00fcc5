import { Command, Option } from 'commander';
import { findDataFiles } from '#cli/ingest/data-files.ts';
import { type IngestionMethod, ingestData, routedOf, usualMethod } from '#cli/ingest/ingest.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';

interface Options {
  readonly data: string;
  readonly stage: string;
  readonly ingestionMethod?: IngestionMethod;
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
    .action(async ({ data, stage, ingestionMethod }: Options) => {
      const resources = await useStage(stage);
      const stores = storesOf(resources);
      const target = { stream: resources['collection-stream'], landing: stores.landing };
      for (const file of await findDataFiles(data, await activeCatalog(stores.catalog))) {
        const fed = await ingestData(file, ingestionMethod ?? usualMethod(file), target);
        process.stdout.write(`${file.name}: ${routedOf(fed)}\n`);
      }
    });
