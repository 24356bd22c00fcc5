import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { collect } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printBlocks } from '#cli/report/print-blocks.ts';
import { printEstimate } from '#cli/report/print-estimate.ts';
import { printListing, printPlan } from '#cli/report/print-plan.ts';
import { countsOf } from '#cli/stage/counts.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { historyFor } from '#core/catalog/history.ts';
import { listSegments } from '#core/catalog/lifecycle.ts';
import {
  compileNamed,
  planOfLast,
  publishedWith,
  segmentWithNeeded,
  textWithNeeded,
} from '#core/catalog/plan-segment.ts';
import { settingsForSegment } from '#core/catalog/stage-settings.ts';
import type { StageCounts } from '#core/counts/stage-counts.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { wordsOf } from '#core/segmentation/blocks/words.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { PLAN_MODES, type PlanMode } from '#core/segmentation/plan-adobe.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { estimateMembers } from '#core/segmentation/preview.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { segmentExplainCommand } from './segment-explain.ts';
import { segmentHistoryCommand } from './segment-history.ts';

interface Which {
  readonly catalog: string;
  readonly pql?: string;
  readonly set: readonly string[];
}

interface PlanFlags extends Which {
  readonly mode?: PlanMode;
  readonly inSegmentWithEvents?: 'batch' | 'streaming';
  readonly json?: true;
}

interface EstimateFlags extends Which {
  readonly stage: string;
  readonly sample?: number;
  readonly json?: true;
}

export function segmentCommand(): Command {
  const command = new Command('segment').description('plan, describe, estimate, explain and list audiences');
  withSegment(command.command('plan'))
    .description('print how an audience is evaluated and why')
    .addOption(new Option('--mode <mode>', 'whose rules decide').choices(PLAN_MODES))
    .addOption(
      new Option('--in-segment-with-events <method>', "what Adobe's modes make of inSegment beside events").choices([
        'batch',
        'streaming',
      ]),
    )
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, flags: PlanFlags) => {
      const catalog = await loadCatalogFolder(flags.catalog, parseVariables(flags.set));
      const { mode, inSegmentWithEvents } = flags;
      const settings = {
        ...segmentOptions(catalog),
        ...(mode && { mode }),
        ...(inSegmentWithEvents && { inSegmentWithEvents }),
      };
      const plan = showingPlace(() => planOfLast(chosen(catalog, id, flags.pql), settings));
      printReport(flags.json, plan, printPlan(plan));
    });
  withSegment(command.command('describe'))
    .description('print the rule of an audience in words')
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, flags: Which & { readonly json?: true }) => {
      const catalog = await loadCatalogFolder(flags.catalog, parseVariables(flags.set));
      const { expression } = chosen(catalog, id, flags.pql).at(-1)!;
      const blocks = showingPlace(() => blocksOf(expression.value));
      printReport(flags.json, { pql: expression.value, words: wordsOf(blocks), blocks }, printBlocks(blocks));
    });
  withSegment(command.command('estimate'))
    .description('count how many people of a running stage would be in an audience now; nothing is changed')
    .option('--stage <name>', 'stage', 'local')
    .option('--sample <n>', 'evaluate a random sample of this size instead of all people', parseSize)
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, flags: EstimateFlags) => {
      const catalog = await loadCatalogFolder(flags.catalog, parseVariables(flags.set));
      const [definition, segments, kept] = showingPlace(() => {
        const definitions = chosen(catalog, id, flags.pql);
        const set = compileNamed(definitions, segmentOptions(catalog));
        return [definitions.at(-1)!, set, publishedWith(catalog, definitions)];
      });
      const settings = settingsForSegment(compileCatalog(catalog), definition);
      const stores = storesOf(await useStage(flags.stage));
      const history = historyFor(kept, await activeCatalog(stores.catalog), stores);
      const lookups = lookupReader(stores.lookups);
      const deps = { profiles: stores.profiles, lookups, ...history, now: Date.now(), random: Math.random };
      const answer = await estimateMembers(definition.id, segments, settings, deps, flags.sample);
      printReport(flags.json, answer, printEstimate(answer));
    });
  command.addCommand(segmentExplainCommand());
  command.addCommand(segmentHistoryCommand());
  command
    .command('list')
    .description('list the audiences of a catalog, with what they depend on and what depends on them')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--stage <name>', 'with the members that each has in this stage, by its counters')
    .option('--json', 'print JSON, one array; an error as the last line of stderr')
    .action(async (flags: Which & { readonly json?: true; readonly stage?: string }) => {
      const catalog = await loadCatalogFolder(flags.catalog, parseVariables(flags.set));
      const members = flags.stage === undefined ? undefined : await membersIn(flags.stage);
      const listing = listSegments(catalog).map((segment) => {
        const { method } = planOfLast(segmentWithNeeded(catalog, segment.id)!, segmentOptions(catalog));
        return { ...segment, method, ...(members && { members: members[segment.id] ?? 0 }) };
      });
      printReport(flags.json, listing, printListing(listing));
    });
  return command;
}

/** Audience → members, by the counters of a stage. @throws UserError where they are not complete */
async function membersIn(stage: string): Promise<StageCounts['audiences']> {
  const stores = storesOf(await useStage(stage));
  const counts = await countsOf(stores, await activeCatalog(stores.catalog));
  if (!counts) throw new UserError('The counters are not complete yet: "tributary status --repair" completes them.');
  return counts.audiences;
}

function parseSize(text: string): number {
  const size = Number(text);
  if (!Number.isSafeInteger(size) || size < 1) throw new InvalidArgumentError('Expected a whole number from 1');
  return size;
}

const withSegment = (command: Command): Command =>
  command
    .argument('[id]', 'id of a segment of the catalog')
    .option('--pql <text>', 'a rule that need not be in the catalog, instead of an id')
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, []);

/** The segment that is meant, after those it is built on. @throws UserError, PqlError */
function chosen(catalog: Catalog, id: string | undefined, text: string | undefined): readonly SegmentDefinition[] {
  if ((id === undefined) === (text === undefined)) {
    throw new UserError('Give either the id of a segment, or a rule with --pql.');
  }
  if (text !== undefined) return textWithNeeded(catalog, text);
  const found = segmentWithNeeded(catalog, id!);
  if (found) return found;
  const ids = catalog.segments.map((segment) => segment.id);
  const advice = didYouMean(id!, ids) ?? `it has: ${ids.join(', ') || 'none'}`;
  throw new UserError(`The catalog has no segment "${id}"; ${advice}`);
}

/** Runs something that compiles PQL; a mistake in it is shown with its line and a caret. */
function showingPlace<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw error instanceof PqlError ? new UserError(error.render()) : error;
  }
}
