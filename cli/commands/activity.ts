import { Command } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { collect, parseIdentity, parseInstant } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { type ListedActivity, printActivities, printDecisions } from '#cli/report/print-activities.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { consentsOf, memberIn } from '#core/access/memberships.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { PAGE_SCOPE } from '#core/personalisation/definition.ts';
import { explainDecisions } from '#core/personalisation/explain.ts';
import { permittedActivities } from '#core/personalisation/permissions.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import { surfaceOfPage } from '#core/personalisation/surfaces.ts';
import { visitorIdsOf } from '#core/personalisation/visitor-ids.ts';
import { parseIdentityKey } from '#core/record/identity.ts';

interface ListFlags {
  readonly stage: string;
  readonly json?: true;
}

export interface PreviewFlags {
  readonly url?: string;
  readonly scope: readonly string[];
  readonly identity: readonly string[];
  readonly in: readonly string[];
  readonly at?: number;
  readonly catalog?: string;
  readonly set: readonly string[];
  readonly stage: string;
  readonly json?: true;
}

export function activityCommand(): Command {
  const command = new Command('activity').description(
    'what pages show to whom: what was counted, and what somebody sees',
  );
  command
    .command('list')
    .description('print the activities of a stage, and what was counted of each experience')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, json }: ListFlags) => {
      const stores = storesOf(await useStage(stage));
      const listed = await listActivities(await activeCatalog(stores.catalog), stores.activityCounts);
      printReport(json, listed, printActivities(listed));
    });
  command
    .command('preview')
    .description('print what somebody would be shown, and why; nothing is counted')
    .option('--url <address>', 'of a page, e.g. https://www.shop.example/tents')
    .option('--scope <name>', 'a place that a page asks for by its name (or several)', collect, [])
    .option('--identity <NS:VALUE>', 'of the device, or of the person (or both)', collectIdentity, [])
    .option(
      '--in <segment>',
      'an audience to suppose; then no stage is asked for memberships (or several)',
      collect,
      [],
    )
    .option('--at <instant>', 'as it would be then; now when omitted', parseInstant)
    .option('--catalog <dir>', 'a folder instead of the active catalog of the stage')
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (flags: PreviewFlags) => {
      const request = requestOf(flags);
      const needsStage = flags.catalog === undefined || (flags.in.length === 0 && flags.identity.length > 0);
      const stores = needsStage ? storesOf(await useStage(flags.stage)) : undefined;
      const catalog = await catalogOf(flags, stores);
      const explained = await preview(flags, request, catalog, stores);
      printReport(flags.json, explained, printDecisions(explained));
    });
  return command;
}

const collectIdentity = (text: string, all: readonly string[]): string[] => [...all, parseIdentity(text)];

/** All activities of a catalog, with what was counted of their experiences. */
export async function listActivities(
  { activityDefinitions }: CompiledCatalog,
  counts: Pick<ActivityCounts, 'totals'>,
): Promise<ListedActivity[]> {
  const definitions = [...activityDefinitions.values()];
  const totals = await counts.totals(definitions.map(({ id }) => id));
  return definitions.map(({ id, name, lifecycleState, audience, priority, control, experiences }) => {
    const own = totals.get(id)!;
    const ids = new Set([...experiences.map((one) => one.id), ...(control > 0 ? ['control'] : []), ...own.keys()]);
    const none = { displays: 0, visitors: 0, clicks: 0, conversions: 0 };
    return {
      ...{ id, name, lifecycleState, priority },
      ...(audience !== undefined && { audience }),
      experiences: [...ids].map((experience) => ({ id: experience, ...(own.get(experience) ?? none) })),
    };
  });
}

function requestOf({ url, scope }: PreviewFlags) {
  if (url === undefined && scope.length === 0) {
    throw new UserError('Say where: --url with the address of a page, or --scope with the name of a place.');
  }
  const surface = url === undefined ? undefined : surfaceOfPage(url);
  if (url !== undefined && surface === undefined) {
    throw new UserError(`"${url}" is no address of a page; expected one such as https://www.shop.example/tents.`);
  }
  const named = scope.filter((one) => !one.startsWith('web://'));
  const surfaces = scope.filter((one) => one.startsWith('web://'));
  return surface === undefined
    ? { scopes: named, surfaces }
    : { scopes: [PAGE_SCOPE, ...named], surfaces: [surface, ...surfaces] };
}

async function catalogOf({ catalog, set }: PreviewFlags, stores: StageStores | undefined): Promise<CompiledCatalog> {
  if (catalog === undefined) return activeCatalog(stores!.catalog);
  return compileCatalog(await loadCatalogFolder(catalog, parseVariables(set)));
}

const NOBODY = { identities: [], consents: undefined };

async function preview(
  { identity, in: supposed, at }: PreviewFlags,
  request: ReturnType<typeof requestOf>,
  catalog: CompiledCatalog,
  stores: StageStores | undefined,
) {
  for (const id of supposed) {
    if (!catalog.segmentDefinitions.has(id)) throw new UserError(`The catalog has no published segment "${id}".`);
  }
  const { access, fold } = stageSettings(catalog);
  const now = at ?? Date.now();
  const stage = supposed.length > 0 || !stores ? undefined : { ...stores, settings: access, now };
  const isMember = stage ? await memberIn(identity, stage) : (id: string) => supposed.includes(id);
  const { activityPermissions } = catalog;
  const isPermitted = stage
    ? permittedActivities({ identities: identity, consents: await consentsOf(identity, stage) }, activityPermissions)
    : // Whoever is supposed to be in an audience is supposed to consent.
      permittedActivities(NOBODY, activityPermissions && { ...activityPermissions, consents: [] });
  const ids = visitorIdsOf(identity.map(parseIdentityKey), fold.links);
  const definitions = [...catalog.activityDefinitions.values()];
  return explainDecisions(definitions, { isMember, isPermitted, ...ids }, request, now);
}
