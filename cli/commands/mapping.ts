import { Command } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { fileSource } from '#cli/ingest/file-source.ts';
import { collect, formerFlag, parseCount } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printMapping } from '#cli/report/print-mapping.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { testMapping } from '#core/pipeline/test-mapping.ts';

interface TestOptions {
  readonly catalog: string;
  readonly input: string;
  readonly rows: number;
  readonly set: readonly string[];
  readonly strict?: true;
  readonly json?: true;
}

export function mappingCommand(): Command {
  const command = new Command('mapping').description('try the mapping of a dataset on files');
  command
    .command('test')
    .description('map the records of a file, and show the first ones before and after, and all that is rejected')
    .argument('<id>', 'the dataset')
    .addOption(formerFlag('--dataset <id>'))
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .requiredOption('--input <file>', 'a file as it would be uploaded: CSV, NDJSON, JSON or Parquet')
    .option('--rows <n>', 'how many of the first records to show', parseCount, 5)
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--strict', 'end with exit code 1 when a record or the file is rejected')
    .option(...JSON_OPTION)
    .action(async (id: string, { catalog: folder, input, rows, set, strict, json }: TestOptions) => {
      const catalog = compileCatalog(await loadCatalogFolder(folder, parseVariables(set)));
      const dataset = catalog.datasets.get(id);
      if (!dataset) {
        throw new UserError(
          `There is no dataset "${id}" in ${folder}, only ${[...catalog.datasets.keys()].join(', ')}`,
        );
      }
      const report = await testMapping(await fileSource(input), dataset, catalog, rows);
      printReport(json, report, printMapping(report));
      if (strict && (report.rejected > 0 || report.rejection)) throw new NotAllAccepted();
    });
  return command;
}
