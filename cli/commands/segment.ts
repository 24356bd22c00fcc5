import { Command, Option } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { printPlan } from '#cli/report/print-plan.ts';
import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { didYouMean } from '#core/catalog/did-you-mean.ts';
import { planOfLast, segmentWithNeeded, textWithNeeded } from '#core/catalog/plan-segment.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { PLAN_MODES, type PlanMode } from '#core/segmentation/plan-adobe.ts';
import { PqlError } from '#core/segmentation/pql/errors.ts';

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

const collect = (value: string, values: readonly string[]): string[] => [...values, value];

export function segmentCommand(): Command {
  const command = new Command('segment').description('look at an audience of a catalog, or at one that may become one');
  withSegment(command.command('plan'))
    .description('say how an audience is evaluated and why')
    .addOption(new Option('--mode <mode>', 'whose rules decide').choices(PLAN_MODES))
    .addOption(
      new Option('--in-segment-with-events <method>', "what Adobe's modes make of inSegment beside events").choices([
        'batch',
        'streaming',
      ]),
    )
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, flags: PlanFlags) => {
      const catalog = await loadCatalogFolder(flags.catalog, parseVariables(flags.set));
      const { mode, inSegmentWithEvents } = flags;
      const settings = {
        ...catalog.evaluationSettings,
        ...(mode && { mode }),
        ...(inSegmentWithEvents && { inSegmentWithEvents }),
      };
      const plan = showingPlace(() => planOfLast(chosen(catalog, id, flags.pql), settings));
      process.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : printPlan(plan));
    });
  return command;
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
