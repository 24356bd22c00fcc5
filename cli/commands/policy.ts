import { resolve } from 'node:path';
import { Command } from 'commander';
import { invalidCatalog, parseVariables } from '#cli/catalog/load-folder.ts';
import { CatalogFolderError, readCatalogFolder } from '#cli/catalog/read-folder.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { type PolicyReport, policyReport } from '#core/catalog/policies/policy-report.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';

interface Options {
  readonly catalog: string;
  readonly destination?: string;
  readonly json?: true;
  readonly set: readonly string[];
}

export function policyCommand(): Command {
  const command = new Command('policy').description('check the destinations of a catalog against its policies');
  command
    .command('check')
    .description('check every activation against the policies; fails where one is violated')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--destination <id>', 'only this destination')
    .option(...JSON_OPTION)
    .option('--set <NAME=value>', 'value of a variable of the catalog', (value, all: string[]) => [...all, value], [])
    .action(async (options: Options) => {
      const report = await check(options);
      printReport(options.json, report, inWords(report));
      if (report.violations === 0) return;
      const times = report.violations === 1 ? 'once' : `${report.violations} times`;
      process.stderr.write(`Policies are violated ${times}; such a catalog cannot be applied.\n`);
      throw new NotAllAccepted();
    });
  return command;
}

async function check({ catalog, destination, set }: Options): Promise<PolicyReport> {
  const files = await filesIn(catalog);
  const { report, problems } = policyReport(files, parseVariables(set));
  if (!report) throw invalidCatalog(problems, files, catalog);
  if (destination === undefined) return report;
  const found = report.destinations.filter(({ id }) => id === destination);
  if (found.length === 0) {
    const ids = report.destinations.map(({ id }) => id);
    const hint = didYouMean(destination, ids) ?? `the destinations are ${ids.join(', ') || 'none'}`;
    throw new UserError(`There is no destination "${destination}" in ${catalog}; ${hint}`);
  }
  const violations = found
    .filter(({ enabled }) => enabled)
    .flatMap(({ segments }) => segments.flatMap(({ violatedPolicies }) => violatedPolicies)).length;
  return { destinations: found, violations };
}

async function filesIn(folder: string): Promise<Map<string, string>> {
  try {
    return await readCatalogFolder(resolve(folder));
  } catch (error) {
    throw error instanceof CatalogFolderError ? new UserError(error.message) : error;
  }
}

function inWords({ destinations }: PolicyReport): string {
  const lines = destinations.flatMap(({ id, marketingActions, segments }) => [
    `${id}  ${marketingActions.length > 0 ? `for ${marketingActions.join(', ')}` : 'no marketing actions'}`,
    ...segments.flatMap((segment) => [
      `  ${segment.id}  ${segment.labels.join(' ') || 'no labels'}`,
      ...segment.violatedPolicies.flatMap(({ id: policy, labels, origins }) => [
        `    violates "${policy}" by ${labels.join(' and ')}`,
        ...origins.map((origin) => {
          const what = `${origin.from} ${origin.id}${origin.path === undefined ? '' : ` ${origin.path}`}`;
          const place = origin.file === undefined ? '' : ` at ${origin.file}:${origin.line}`;
          return `      ${origin.label} from ${what}${origin.usedBy ? `, used by ${origin.usedBy}` : ''}${place}`;
        }),
      ]),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
