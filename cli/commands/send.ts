import { Command, Option } from 'commander';
import { findDataFiles } from '#cli/feed/data-files.ts';
import { type FeedDoor, feed, toldOf, usualDoor } from '#cli/feed/feed.ts';
import { catalogInForce, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';

interface Options {
  readonly data: string;
  readonly stage: string;
  readonly door?: FeedDoor;
}

export const sendCommand = (): Command =>
  new Command('send')
    .description('send data files to a running stage, as a producer would')
    .requiredOption('--data <dir>', 'folder with files named after datasets')
    .option('--stage <name>', 'stage', 'local')
    .addOption(
      new Option('--door <door>', 'Kinesis or S3; events in NDJSON are streamed unless it is said').choices([
        'stream',
        'batch',
      ]),
    )
    .action(async ({ data, stage, door }: Options) => {
      const resources = await useStage(stage);
      const stores = storesOf(resources);
      const target = { stream: resources['collection-stream'], landing: stores.landing };
      for (const file of await findDataFiles(data, await catalogInForce(stores.catalog))) {
        const fed = await feed(file, door ?? usualDoor(file), target);
        process.stdout.write(`${file.name}: ${toldOf(fed)}\n`);
      }
    });
