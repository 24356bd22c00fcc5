import { userInfo } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { activateCatalog, countsOf, describeCatalog } from '#cli/catalog/activate.ts';
import { checkAgain, printHistory, versionToRollBackTo } from '#cli/catalog/history.ts';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { planCatalog } from '#cli/catalog/plan.ts';
import { localVariables } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { collect } from '#cli/options.ts';
import { JSON_LINES_OPTION, JSON_OPTION, printList, printReport } from '#cli/output.ts';
import { printCatalogPlan } from '#cli/report/print-catalog-plan.ts';
import { projectRoot } from '#cli/root.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { LOCAL_STAGE, useStage } from '#cli/stage/use-stage.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { catalogVersion } from '#core/catalog/catalog.ts';
import type { CatalogProblem } from '#core/catalog/problem.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { activationsOf, activeDefinitions, definitionsOf } from '#lambdas/adapters/dynamodb/catalog-store.ts';

interface ActivationFlags {
  readonly stage: string;
  readonly backfill: boolean;
  readonly allowBreaking?: true;
  readonly author?: string;
  readonly comment?: string;
  readonly json?: true;
}

interface ApplyOptions extends ActivationFlags {
  readonly catalog: string;
  readonly set: readonly string[];
}

/** Versions of which one may be rolled back to. */
const MAX_ACTIVATIONS = 1_000;

export function catalogCommand(): Command {
  const command = new Command('catalog').description('check a catalog, make one active, or go back to an earlier one');
  command
    .command('validate')
    .description('check a catalog and print every error with its line')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option(...JSON_OPTION)
    .action(async ({ catalog: folder, set, json }: { catalog: string; set: string[]; json?: true }) => {
      const warnings: CatalogProblem[] = [];
      const catalog = await loadCatalogFolder(folder, parseVariables(set), (text, problem) => {
        warn(text);
        warnings.push(problem);
      });
      const report = { valid: true, version: catalogVersion(catalog), counts: countsOf(catalog), warnings };
      printReport(json, report, `${describeCatalog(catalog)}\n`);
    });
  withActivationFlags(
    command
      .command('apply')
      .description('make a catalog active on a running stage; when it returns, every function uses it')
      .option('--catalog <dir>', 'folder of the catalog', 'catalog')
      .option('--set <NAME=value>', 'value of a variable of the catalog', collect, []),
  ).action(async ({ catalog: folder, set, ...flags }: ApplyOptions) => {
    const options = activationOf(flags);
    const catalog = await loadCatalogFolder(folder, variablesFor(flags.stage, set), warn);
    const report = await activateCatalog(catalog, await useStage(flags.stage), options);
    printReport(flags.json, report, '');
  });
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
  command
    .command('history')
    .description('list the versions that were active, with time, author and comment, newest first')
    .option('--limit <n>', 'how many', parseLimit, 20)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_LINES_OPTION)
    .action(async ({ stage, limit, json }: { stage: string; limit: number; json?: true }) => {
      const activations = await activationsOf(storesOf(await useStage(stage)).catalog, limit);
      const lines = activations.map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() }));
      printList(json, lines, printHistory(activations));
    });
  withActivationFlags(
    command
      .command('rollback')
      .description('make an earlier version active again, under the same checks as apply')
      .argument('[version]', 'which, or how it begins; the one before the current one when omitted'),
  ).action(rollBack);
  return command;
}

const withActivationFlags = (command: Command): Command =>
  command
    .option('--stage <name>', 'stage', 'local')
    .option('--allow-breaking', 'also when changes of schemas are breaking; not on a protected stage')
    .option('--no-backfill', 'leave the updates of edited destinations to the daily evaluation')
    .option('--author <name>', 'author, for the history; the user of this machine when omitted')
    .option('--comment <text>', 'why, for the history')
    .option(...JSON_OPTION);

function activationOf({ stage, backfill, allowBreaking, author, comment, json }: ActivationFlags) {
  const note = { by: author ?? userOfMachine(), comment };
  const progress = new Progress(json ? process.stderr : process.stdout);
  const say = (text: string): void => progress.line(text);
  const running = (text: string): void => progress.running(text);
  return { stage, backfill, ...(allowBreaking && { allowBreaking }), note, say, running };
}

/** In a container without a user there is none. */
function userOfMachine(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
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

async function rollBack(wanted: string | undefined, flags: ActivationFlags): Promise<void> {
  const options = activationOf(flags);
  const resources = await useStage(flags.stage);
  const place = storesOf(resources).catalog;
  const version = versionToRollBackTo(await activationsOf(place, MAX_ACTIVATIONS), wanted);
  const definitions = await definitionsOf(place, version);
  if (!definitions)
    throw new UserError(`The definitions of version ${version} are not in the catalog bucket any more.`);
  const note = { ...options.note, comment: flags.comment ?? `rollback to ${version}` };
  const report = await activateCatalog(checkAgain(definitions, version), resources, { ...options, note });
  printReport(flags.json, report, '');
}

const warn = (text: string): void => void process.stderr.write(text);

/** On the local stage, what `npm start` has set them to: a catalog that is applied again goes on telling the sink. */
const variablesFor = (stage: string, set: readonly string[]): Record<string, string> => ({
  ...(stage === LOCAL_STAGE && localVariables(projectRoot)),
  ...parseVariables(set),
});

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0 && limit <= MAX_ACTIVATIONS) return limit;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_ACTIVATIONS}`);
}
