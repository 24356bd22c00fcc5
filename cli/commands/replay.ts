import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { fileSource } from '#cli/ingest/file-source.ts';
import { collect, parseCount, parseInstant } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { INGESTION_METHODS, type IngestionMethod } from '#cli/replay/batches.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { type ReplayInput, replay } from '#cli/replay/replay.ts';
import { printReplay } from '#cli/report/print-replay.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { compileCatalog } from '#core/catalog/compile.ts';

interface Options {
  readonly catalog: string;
  readonly input: readonly string[];
  readonly now?: number;
  /** As commander calls what follows `--ingest`. */
  readonly ingest: IngestionMethod;
  readonly seed: number;
  readonly set: readonly string[];
  readonly threshold?: number;
  readonly rejected: number;
  readonly strict?: true;
  readonly json?: true;
}

export const replayCommand = (): Command =>
  new Command('replay')
    .description('run files through the platform in memory and print the result, without deploying anything')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option(
      '--input <DATASET=FILE>',
      'a file of a dataset, or of records of a source connection of format json or cloudevents; several times',
      collect,
      [],
    )
    .option(
      '--now <time>',
      'the instant at which audiences are evaluated (ISO 8601); the present when omitted',
      parseInstant,
    )
    .addOption(new Option('--ingest <method>', 'how the records travel').choices(INGESTION_METHODS).default('mixed'))
    .option('--seed <n>', 'how they are batched and interleaved', parseSeed, 1)
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option(
      '--threshold <percent>',
      'let a file fail as a whole when more of its records are rejected, as it does on a stage (there: 5)',
      parsePercent,
    )
    .option('--rejected <n>', 'how many rejected records to show, with row, pointer and reason', parseCount, 10)
    .option('--strict', 'end with exit code 1 when a record or a file is rejected')
    .option(...JSON_OPTION)
    .action(async (options: Options) => {
      if (options.input.length === 0) throw new UserError('Give at least one --input DATASET=FILE');
      const catalog = compileCatalog(await loadCatalogFolder(options.catalog, parseVariables(options.set)));
      const { now = Date.now(), ingest: ingestionMethod, seed, threshold, rejected: showRejected } = options;
      const inputs: ReplayInput[] = [];
      let firstTieBreaker = 0;
      for (const input of options.input) {
        const [datasetId, path] = splitInput(input);
        const source = await fileSource(path);
        // Two files are two, even where they have one name; given twice, one is sent twice.
        const named = { ...source, name: `${inputs.length + 1}/${source.name}` };
        const read = await readInput(named, datasetId, catalog, { receivedAt: now, firstTieBreaker });
        firstTieBreaker += read.records.length;
        inputs.push({ name: path, source: named.name, ...read });
      }
      const withCost = options.json === true;
      const { result } = await replay({
        catalog,
        inputs,
        now,
        ingestionMethod,
        seed,
        threshold,
        withCost,
        showRejected,
      });
      printReport(options.json, { now: new Date(now).toISOString(), ...result }, printReplay(result, catalog));
      if (options.strict && result.records.rejected > 0) throw new NotAllAccepted();
    });

function splitInput(input: string): [string, string] {
  const at = input.indexOf('=');
  if (at < 1) throw new UserError(`Expected DATASET=FILE after --input, got "${input}"`);
  return [input.slice(0, at), input.slice(at + 1)];
}

function parsePercent(text: string): number {
  const percent = text.trim() === '' ? Number.NaN : Number(text);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('Expected a number from 0 to 100');
  return percent;
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError('Expected a whole number');
  return seed;
}
