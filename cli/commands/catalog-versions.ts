import { type Command, InvalidArgumentError } from 'commander';
import { activateCatalog } from '#cli/catalog/activate.ts';
import {
  type ActivationFlags,
  activationOf,
  variablesFor,
  withActivationFlags,
} from '#cli/catalog/activation-flags.ts';
import { diffOf, printDiff } from '#cli/catalog/diff.ts';
import { checkAgain, printHistory, versionBeginning, versionToRollBackTo } from '#cli/catalog/history.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { printPull, pullCatalog } from '#cli/catalog/pull.ts';
import { collect } from '#cli/options.ts';
import { JSON_LINES_OPTION, JSON_OPTION, printList, printReport } from '#cli/output.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { activationsOf, currentVersion, definitionsOf } from '#lambdas/adapters/dynamodb/catalog-store.ts';

/** Versions of which one may be rolled back to. */
const MAX_ACTIVATIONS = 1_000;

/** `catalog history`, `rollback`, `pull` and `diff`: what is and was active on a stage. */
export function addVersionCommands(command: Command): void {
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
  command
    .command('pull')
    .description('write what is active on a stage into a folder; what only the folder has changed stays')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--stage <name>', 'stage', 'local')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--force', 'also where the folder says otherwise: what is active takes its place')
    .option(...JSON_OPTION)
    .action(pull);
  command
    .command('diff')
    .description('print how definitions differ: the folder from what is active, or one version from another')
    .argument('[before]', 'a version of the history, or how it begins; what is active when omitted')
    .argument('[after]', 'a version of the history, or how it begins; the folder when omitted')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--stage <name>', 'stage', 'local')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option(...JSON_LINES_OPTION)
    .action(diff);
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

interface FolderFlags {
  readonly catalog: string;
  readonly stage: string;
  readonly set: readonly string[];
  readonly json?: true;
}

async function pull({ catalog, stage, set, force, json }: FolderFlags & { readonly force?: true }): Promise<void> {
  const place = storesOf(await useStage(stage)).catalog;
  const variables = variablesFor(stage, set);
  const report = await pullCatalog(catalog, place, { stage, variables, force: force === true });
  printReport(json, report, printPull(report, catalog));
}

async function diff(before: string | undefined, after: string | undefined, flags: FolderFlags): Promise<void> {
  const { catalog, stage, set, json } = flags;
  const place = storesOf(await useStage(stage)).catalog;
  const activations = await activationsOf(place, MAX_ACTIVATIONS);
  const stored = async (version: string): Promise<Catalog> => {
    const definitions = await definitionsOf(place, version);
    if (!definitions)
      throw new UserError(`The definitions of version ${version} are not in the catalog bucket any more.`);
    return definitions;
  };
  const from = before === undefined ? await currentVersion(place) : versionBeginning(activations, before);
  if (from === undefined) throw new UserError(`No catalog is active on stage "${stage}".`);
  const to = after === undefined ? undefined : versionBeginning(activations, after);
  const compared = to === undefined ? await loadCatalogFolder(catalog, variablesFor(stage, set)) : await stored(to);
  const lines = diffOf(await stored(from), compared);
  printList(json, lines, printDiff(lines, { before: from, after: to ?? catalog }));
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0 && limit <= MAX_ACTIVATIONS) return limit;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_ACTIVATIONS}`);
}
