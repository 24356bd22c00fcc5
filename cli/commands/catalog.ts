import { Command } from 'commander';
import { activateCatalog, countsOf, describeCatalog } from '#cli/catalog/activate.ts';
import {
  type ActivationFlags,
  activationOf,
  variablesFor,
  withActivationFlags,
} from '#cli/catalog/activation-flags.ts';
import { baseOf, noteBase } from '#cli/catalog/base.ts';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { Progress } from '#cli/local/progress.ts';
import { collect } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printCatalogPlan } from '#cli/report/print-catalog-plan.ts';
import { printReach } from '#cli/report/print-reach.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { NotAllAccepted } from '#cli/user-error.ts';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { planCatalog } from '#core/catalog/plan.ts';
import type { CatalogProblem } from '#core/catalog/problem.ts';
import { measureReach, type ReachReport } from '#core/catalog/reach/measure-reach.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { activeDefinitions } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { addVersionCommands } from './catalog-versions.ts';

interface ApplyOptions extends ActivationFlags {
  readonly catalog: string;
  readonly overwrite?: true;
  readonly set: readonly string[];
}

export function catalogCommand(): Command {
  const command = new Command('catalog').description('check a catalog, make one active, or go back to an earlier one');
  command
    .command('validate')
    .description(
      'check a catalog and print every error with its line; with a stage, whom its destinations would be sent',
    )
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--stage <name>', 'count whom its destinations would be sent of the profiles of a stage')
    .option(...JSON_OPTION)
    .action(validate);
  withActivationFlags(
    command
      .command('apply')
      .description('make a catalog active on a running stage; when it returns, every function uses it')
      .option('--catalog <dir>', 'folder of the catalog', 'catalog')
      .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
      .option('--overwrite', 'also where what others have changed since the last "catalog pull" is undone by it'),
  ).action(apply);
  command
    .command('plan')
    .description(
      'print what applying a catalog would do: who enters and leaves audiences, who is sent to new and edited destinations, what changes of schemas and which of it is rejected, what removed datasets leave behind',
    )
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--stage <name>', 'stage', 'local')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option(...JSON_OPTION)
    .action(plan);
  addVersionCommands(command);
  return command;
}

interface ValidateOptions {
  readonly catalog: string;
  readonly set: readonly string[];
  readonly stage?: string;
  readonly json?: true;
}

async function validate({ catalog: folder, set, stage, json }: ValidateOptions): Promise<void> {
  const warnings: CatalogProblem[] = [];
  const variables = stage === undefined ? parseVariables(set) : variablesFor(stage, set);
  const catalog = await loadCatalogFolder(folder, variables, (text, problem) => {
    warn(text);
    warnings.push(problem);
  });
  const reach = stage === undefined ? undefined : await reachOn(stage, catalog);
  const checked = { valid: true, version: catalogVersion(catalog), counts: countsOf(catalog), warnings };
  const text = `${describeCatalog(catalog)}\n${reach ? printReach(reach) : ''}`;
  printReport(json, { ...checked, ...(reach && { reach }) }, text);
}

async function reachOn(stage: string, catalog: Catalog): Promise<ReachReport> {
  const stores = storesOf(await useStage(stage));
  const active = await activeCatalog(stores.catalog).catch(() => undefined);
  return measureReach(catalog, active, { ...stores, random: Math.random }, Date.now());
}

async function apply({ catalog: folder, set, overwrite, ...flags }: ApplyOptions): Promise<void> {
  const catalog = await loadCatalogFolder(folder, variablesFor(flags.stage, set), warn);
  const base = await baseOf(folder, flags.stage);
  const options = { ...activationOf(flags), ...(base && !overwrite && { base }) };
  const report = await activateCatalog(catalog, await useStage(flags.stage), options);
  if (base) await noteBase(folder, { stage: flags.stage, version: report.version });
  printReport(flags.json, report, '');
}

async function plan(flags: { catalog: string; stage: string; set: string[]; json?: true }): Promise<void> {
  const definitions = await loadCatalogFolder(flags.catalog, variablesFor(flags.stage, flags.set), warn);
  const stores = storesOf(await useStage(flags.stage));
  const versions = { active: await activeCatalog(stores.catalog), before: await activeDefinitions(stores.catalog) };
  const progress = new Progress(process.stderr);
  const profiles = counted(stores.profiles, (items) =>
    progress.running(`${items.toLocaleString('en-US')} profile items`),
  );
  const planned = await planCatalog(definitions, versions, { ...stores, profiles }, Date.now());
  progress.clear();
  printReport(flags.json, planned, printCatalogPlan(planned));
  if (planned.breaking.length > 0) throw new NotAllAccepted();
}

/** The same store, which tells how many items of it have been read. */
function counted(profiles: ProfileStore, tell: (items: number) => void): ProfileStore {
  return {
    lookup: (keys) => profiles.lookup(keys),
    write: (write) => profiles.write(write),
    async *scan(...which) {
      let items = 0;
      for await (const item of profiles.scan(...which)) {
        items += 1;
        tell(items);
        yield item;
      }
    },
  };
}

const warn = (text: string): void => void process.stderr.write(text);
