import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { compactionSettings } from '#core/lake/compaction-days.ts';
import { type CompactedRange, compactRange } from '#core/pipeline/compact-range.ts';
import { type LakeRange, type RebuildRange, type Rebuilt, rebuildFromLake } from '#core/pipeline/rebuild.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';

interface Options extends RebuildRange {
  readonly stage: string;
  readonly json?: true;
}

interface CompactOptions extends LakeRange {
  readonly stage: string;
  readonly json?: true;
  readonly objectMb: number;
}

export function lakeCommand(): Command {
  const command = new Command('lake').description('compact the lake, and rebuild profiles from its records');
  command
    .command('rebuild')
    .description(
      'stitch the records of the lake again: rebuilds profiles in empty tables, changes nothing where they are',
    )
    .option('--dataset <id>', 'of this dataset only')
    .option('--from <day>', 'arrived on this day or later (UTC), e.g. 2026-01-31', parseDay)
    .option('--to <day>', 'arrived on this day or earlier', parseDay)
    .option('--after <key>', 'go on behind this object, as progress named it', parseKey)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, json, ...range }: Options) => {
      const result = await rebuildOn(stage, range);
      printReport(json, result, `${render(result)}\n`);
    });
  command
    .command('compact')
    .description(
      'make few large objects of many small ones; the platform does so by itself with those of the last days',
    )
    .option('--dataset <id>', 'of this dataset only')
    .option('--from <day>', 'arrived on this day or later (UTC), e.g. 2026-01-31', parseDay)
    .option('--to <day>', 'arrived on this day or earlier', parseDay)
    .option('--object-mb <megabytes>', 'what an object should have; one of half as many is left alone', parseMb, 128)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, json, objectMb, ...range }: CompactOptions) => {
      const result = await compactOn(stage, range, objectMb);
      printReport(json, result, `${renderCompacted(result)}\n`);
    });
  return command;
}

/** A merge is held up by nothing but time; what is larger is no gain to those who read it. */
const MAX_MB = 1_024;

async function compactOn(stage: string, range: LakeRange, objectMb: number): Promise<CompactedRange> {
  const { lake } = storesOf(await useStage(stage));
  const today = new Date().toISOString().slice(0, 10);
  return compactRange(range, today, {
    lake,
    settings: { ...compactionSettings(objectMb * 1024 ** 2), minObjectsToday: 2 },
    newId: randomUUID,
    progress: ({ dataset, day }, soFar) =>
      void process.stderr.write(`${renderCompacted(soFar)}; done ${dataset} ${day}\n`),
  });
}

const renderCompacted = (of: CompactedRange): string =>
  `${of.partitions} partitions, ${of.objectsBefore} objects (${of.bytesBefore} bytes) became ` +
  `${of.objectsAfter} (${of.bytesAfter} bytes), ${of.repeated} rows that lay twice omitted`;

async function rebuildOn(stage: string, range: RebuildRange): Promise<Rebuilt> {
  const stores = storesOf(await useStage(stage));
  const catalog = await activeCatalog(stores.catalog);
  if (range.dataset !== undefined && !catalog.datasets.has(range.dataset)) {
    const known = [...catalog.datasets.keys()].join(', ');
    throw new UserError(`The catalog active has no dataset "${range.dataset}". It has: ${known}`);
  }
  const { profiles, timeline, lookups, lake } = stores;
  let done = range.after;
  try {
    return await rebuildFromLake(range, {
      catalog,
      lake,
      stitch: { profiles, timeline, lookups, settings: stageSettings(catalog).fold, backoff: backoffBefore },
      progress(key, soFar) {
        done = key;
        process.stderr.write(`${render(soFar)}; done up to ${key}\n`);
      },
    });
  } catch (error) {
    const goOn = done === undefined ? 'Start it again' : `Go on with --after '${done}'`;
    throw new UserError(`The rebuild stopped: ${(error as Error).message}. ${goOn}.`);
  }
}

const render = ({ objects, stitched, duplicate, rejected }: Rebuilt): string =>
  `${objects} objects, ${stitched} records stitched, ${duplicate} duplicates, ${rejected} no longer accepted`;

function parseDay(text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('Expected a day such as 2026-01-31');
  }
  return text;
}

function parseMb(text: string): number {
  const megabytes = Number(text);
  if (!/^\d+$/.test(text) || megabytes < 1 || megabytes > MAX_MB) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_MB}`);
  }
  return megabytes;
}

function parseKey(text: string): string {
  if (!/^dataset=[^/]+\/date=\d{4}-\d\d-\d\d\/.+/.test(text)) {
    throw new InvalidArgumentError(
      'Expected the key of an object, such as dataset=web-events/date=2026-01-31/x.parquet',
    );
  }
  return text;
}
