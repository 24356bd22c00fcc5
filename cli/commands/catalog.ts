import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { backfillEdited, editedDestinations } from '#cli/destination/backfill-edited.ts';
import { localVariables } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { collect } from '#cli/options.ts';
import { printAudienceImpact } from '#cli/report/print-estimate.ts';
import { printProgress } from '#cli/report/print-job.ts';
import { projectRoot } from '#cli/root.ts';
import { historyFor } from '#cli/stage/history.ts';
import { EVALUATION } from '#cli/stage/job-kinds.ts';
import { runEvaluation } from '#cli/stage/run-job.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { audienceImpact, type Side } from '#core/catalog/audience-impact.ts';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { breakingChanges, countBreaking, renderBreakingChange } from '#core/catalog/evolution.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { lanesOf } from '#core/contract/delivery-lanes.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { activeDefinitions, putCatalog, UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/catalog-store.ts';

interface ApplyOptions {
  readonly catalog: string;
  readonly stage: string;
  readonly set: readonly string[];
  readonly backfill: boolean;
  readonly allowBreaking?: true;
}

export function catalogCommand(): Command {
  const command = new Command('catalog').description('check a catalog, or make it the active one');
  command
    .command('validate')
    .description('check a catalog and say what is wrong, line by line')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .action(async ({ catalog: folder, set }: { catalog: string; set: string[] }) => {
      const catalog = await loadCatalogFolder(folder, parseVariables(set));
      process.stdout.write(`${describe(catalog)}\n`);
    });
  command
    .command('apply')
    .description('make a catalog the active one of a running stage; functions see it within seconds')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--stage <name>', 'stage', 'local')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--allow-breaking', 'also when schemas change as data so far does not survive; not on prod')
    .option('--no-backfill', 'leave it to the evaluation of the day to tell edited destinations')
    .action(async ({ catalog: folder, stage, set, backfill, allowBreaking }: ApplyOptions) => {
      if (allowBreaking && stage === 'prod') throw new UserError('--allow-breaking is not for the stage "prod".');
      const catalog = await loadCatalogFolder(folder, variablesFor(stage, set));
      const resources = await useStage(stage);
      const stores = storesOf(resources);
      rejectBreaking(await activeDefinitions(stores.catalog), catalog, allowBreaking === true);
      // What cannot be read any more, or is not there, is as good as nothing: everybody is told of everything.
      const before = await activeCatalog(stores.catalog).catch(() => undefined);
      const version = await applyCatalog(catalog, resources);
      process.stdout.write(`${describe(catalog)}\nVersion ${version} is active on stage ${stage}.\n`);
      if (!backfill) return;
      if (before && changesSegments(before, compileCatalog(catalog))) {
        process.stdout.write('Segments have changed: all profiles are evaluated, with what happened before ...\n');
        await setTimeout(UNTIL_SEEN_MS);
        const progress = new Progress(process.stdout);
        const job = await runEvaluation({ resources, stores }, (text) => progress.running(text));
        progress.step(printProgress(job, EVALUATION));
      }
      const edited = editedDestinations(before?.destinations.values() ?? [], catalog.destinations);
      const lastRouted = await backfillEdited(edited, {
        stores,
        resources,
        catalog: await activeCatalog(stores.catalog),
      });
      for (const [id, queued] of Object.entries(lastRouted)) {
        process.stdout.write(`"${id}": what changed for it is queued: ${queued.toLocaleString('en-US')} messages.\n`);
      }
    });
  command
    .command('plan')
    .description(
      'say what applying a catalog would do: who enters and leaves audiences, which changes of schemas are rejected',
    )
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--stage <name>', 'stage', 'local')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--json', 'print one JSON object')
    .action(async (flags: { catalog: string; stage: string; set: string[]; json?: true }) => {
      const definitions = await loadCatalogFolder(flags.catalog, variablesFor(flags.stage, flags.set));
      const catalog = compileCatalog(definitions);
      const stores = storesOf(await useStage(flags.stage));
      const active = await activeCatalog(stores.catalog);
      const history = historyFor(catalog.segments, active, stores);
      const lookups = lookupReader(stores.lookups);
      const deps = { profiles: stores.profiles, lookups, ...history, now: Date.now(), random: Math.random };
      const impact = await audienceImpact(sideOf(active), sideOf(catalog), deps);
      const before = await activeDefinitions(stores.catalog);
      const breaking = before ? breakingChanges(before, definitions) : [];
      const answer = { version: catalog.version, active: active.version, ...impact, breaking };
      process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : printAudienceImpact(impact, breaking));
      if (breaking.length > 0) throw new NotAllAccepted();
    });
  return command;
}

/** On the local stage, what `npm start` has set them to: a catalog that is applied again goes on telling the sink. */
const variablesFor = (stage: string, set: readonly string[]): Record<string, string> => ({
  ...(stage === 'local' && localVariables(projectRoot)),
  ...parseVariables(set),
});

const sideOf = (catalog: CompiledCatalog): Side => ({
  definitions: catalog.segmentDefinitions,
  settings: stageSettings(catalog).evaluation,
});

/**
 * Schemas grow, they do not change (docs/schemas.md).
 * @throws UserError naming each change that data so far does not survive, unless it is wanted; then they are warned of
 */
export function rejectBreaking(before: Catalog | undefined, catalog: Catalog, isAllowed: boolean): void {
  const changes = before ? breakingChanges(before, catalog) : [];
  if (changes.length === 0) return;
  const lines = changes.map(renderBreakingChange).join('\n');
  const count = countBreaking(changes);
  if (!isAllowed) {
    throw new UserError(
      `${lines}\n${count}; nothing was done. On a stage whose data may be lost, add --allow-breaking.`,
    );
  }
  process.stderr.write(`${lines}\nwarning: ${count}, as allowed\n`);
}

/**
 * Puts a catalog active on a deployed stage.
 * @returns its version
 * @throws UserError when it activates destinations that the stage has no connection for
 */
export async function applyCatalog(catalog: Catalog, resources: Resources): Promise<string> {
  const queues = JSON.parse(resources['destination-queues']) as Record<string, string>;
  const missing = catalog.destinations.filter((destination) => lanesOf(destination).some(({ id }) => !(id in queues)));
  if (missing.length > 0) {
    const names = missing.map(({ id, type }) => `${id} (${type})`).join(', ');
    throw new UserError(
      `The stage has no connection for: ${names}. Add it to "connections" in lib/config/stages.ts and deploy, or rename the destination to one of: ${Object.keys(queues).join(', ')}.`,
    );
  }
  compileCatalog(catalog);
  const version = catalogVersion(catalog);
  await putCatalog(storesOf(resources).catalog, catalog, version, Date.now());
  return version;
}

/** Whether people may be members of other segments under the new catalog, although nothing came in. */
/** Also where the same rules look up something else, because a relationship came, went or leads elsewhere. */
const changesSegments = (before: CompiledCatalog, after: CompiledCatalog): boolean =>
  meaningOf(before) !== meaningOf(after);

const meaningOf = ({ segmentDefinitions, segments }: CompiledCatalog): string =>
  JSON.stringify([...segmentDefinitions, segments.lookups]);

function describe({ namespaces, schemas, datasets, segments, destinations }: Catalog): string {
  const count = (of: readonly unknown[], name: string): string => `${of.length} ${name}${of.length === 1 ? '' : 's'}`;
  return `The catalog is valid: ${[
    count(namespaces, 'namespace'),
    count(schemas, 'schema'),
    count(datasets, 'dataset'),
    count(segments, 'segment'),
    count(destinations, 'destination'),
  ].join(', ')}.`;
}
