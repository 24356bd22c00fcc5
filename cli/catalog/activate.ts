import { setTimeout } from 'node:timers/promises';
import { backfillEdited, editedDestinations } from '#cli/destination/backfill-edited.ts';
import { assignLanesOf } from '#cli/destination/lanes.ts';
import { printRemains } from '#cli/report/print-estimate.ts';
import { type JobReport, printProgress, reportJob } from '#cli/report/print-job.ts';
import { printReach } from '#cli/report/print-reach.ts';
import { EVALUATION } from '#cli/stage/job-kinds.ts';
import { isProtected } from '#cli/stage/protection.ts';
import { runEvaluation } from '#cli/stage/run-job.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { lanesOfDestination } from '#core/activation/registry.ts';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { type BreakingChange, breakingChanges, countBreaking, renderBreakingChange } from '#core/catalog/evolution.ts';
import { leftBehind } from '#core/catalog/history.ts';
import { measureReach, type ReachReport } from '#core/catalog/reach/measure-reach.ts';
import { whyEvaluate } from '#core/catalog/why-evaluate.ts';
import type { Job } from '#core/jobs/job.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { type Remains, remainsOf } from '#core/revert/dataset/remains.ts';
import { type CatalogPosition, UNTIL_SEEN_MS } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import {
  type ActivationNote,
  activeDefinitions,
  currentVersion,
  putCatalog,
} from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { type CatalogBase, rejectUndoing } from './base.ts';

export interface ActivateOptions {
  readonly stage: string;
  /** Whether profiles are evaluated, and edited destinations brought to what they shall know, at once. */
  readonly backfill: boolean;
  readonly allowBreaking?: true;
  /** What to do where a breaking change is wanted all the same. @default to allow it */
  readonly wayOut?: string;
  /** Has all profiles evaluated whatever has changed, so that nothing is left for the evaluation of the day. */
  readonly evaluateAlways?: true;
  /** What the definitions were made from, where somebody else's work is not to be undone. */
  readonly base?: CatalogBase;
  readonly note: ActivationNote;
  /** Told each thing that is done, once. */
  readonly say: (text: string) => void;
  /** Told how far the thing that is being done has come, again and again. */
  readonly running: (text: string) => void;
}

/** What was done; also the JSON of `catalog apply` and `catalog rollback`. */
export interface ActivationReport {
  readonly stage: string;
  readonly version: string;
  /** The version that was active before, unless it could not be read. */
  readonly before?: string;
  readonly counts: ReturnType<typeof countsOf>;
  readonly removed: readonly Remains[];
  /** Changes that data so far does not survive, which were allowed. */
  readonly breaking: readonly BreakingChange[];
  /** Whom new and edited destinations would be sent, counted before anything was. */
  readonly reach?: ReachReport;
  /** The evaluation of all profiles, where it was necessary. */
  readonly evaluation?: JobReport;
  /** Destination → messages with what changed for it. */
  readonly queued: Readonly<Record<string, number>>;
}

/**
 * Makes a catalog active on a running stage, with all that goes with it: its schemas may not lose what data so far has,
 * audiences and destinations follow.
 * @throws UserError when it may not, or cannot
 */
export async function activateCatalog(
  catalog: Catalog,
  resources: Resources,
  options: ActivateOptions,
): Promise<ActivationReport> {
  const { stage, backfill, allowBreaking, wayOut, say } = options;
  await rejectProtected(resources, options);
  const stores = storesOf(resources);
  const breaking = rejectBreaking(await activeDefinitions(stores.catalog), catalog, allowBreaking === true, wayOut);
  // What cannot be read any more, or is not there, is as good as nothing: everybody is told of everything.
  const before = await activeCatalog(stores.catalog).catch(() => undefined);
  const edited = editedDestinations(before?.destinations.values() ?? [], catalog.destinations);
  const reach =
    edited.length > 0
      ? await measureReach(catalog, before, { ...stores, random: Math.random }, Date.now(), edited)
      : undefined;
  if (reach) say(printReach(reach).trimEnd());
  const version = await applyCatalog(catalog, resources, options);
  say(describeCatalog(catalog));
  say(`Version ${version} is active on stage ${stage}.`);
  const after = compileCatalog(catalog);
  const removed = before ? await remainsOf(leftBehind(before.datasets, after.datasets), stores) : [];
  if (removed.length > 0) say(printRemains(removed).trimEnd());
  const report = {
    stage,
    version,
    ...(before && { before: before.version }),
    counts: countsOf(catalog),
    removed,
    breaking,
    ...(reach && { reach }),
  };
  if (!backfill) return { ...report, queued: {} };
  const why = before && ((await whyEvaluate(before, after, stores.lake)) ?? (options.evaluateAlways && 'Definitions'));
  let job: Job | undefined;
  if (why !== undefined) {
    say(`${why} have changed: all profiles are evaluated, with what happened before ...`);
    job = await evaluateAll({ resources, stores }, options);
  }
  const lastRouted = await backfillEdited(edited, { stores, resources, catalog: await activeCatalog(stores.catalog) });
  for (const [id, queued] of Object.entries(lastRouted)) {
    say(`Changes for "${id}" are queued: ${queued.toLocaleString('en-US')} messages.`);
  }
  return { ...report, ...(job && { evaluation: reportJob(job, EVALUATION, Date.now()) }), queued: lastRouted };
}

/** A stage that never had a catalog has nothing yet: its counters will have all there ever is. */
async function completeIfNew({ catalog, counts }: StageStores): Promise<void> {
  if ((await currentVersion(catalog)) !== undefined) return;
  await counts.markComplete({ profiles: Date.now(), records: Date.now() });
}

/** Evaluates all profiles, and says what came of it. */
export async function evaluateAll(
  place: Parameters<typeof runEvaluation>[0],
  { say, running }: Pick<ActivateOptions, 'say' | 'running'>,
): Promise<Job> {
  const job = await runEvaluation(place, running);
  say(printProgress(job, EVALUATION));
  return job;
}

/** @throws UserError where breaking changes are asked for, and the stage may not lose anything */
async function rejectProtected(resources: Resources, { stage, allowBreaking }: ActivateOptions): Promise<void> {
  if (!allowBreaking || !(await isProtected(resources))) return;
  throw new UserError(
    `--allow-breaking is not for the stage "${stage}": it is protected (deletionProtection). Nothing was done.`,
  );
}

/**
 * Schemas grow, they do not change (docs/schemas.md).
 * @returns the changes that data so far does not survive, if they are wanted; they are warned of
 * @throws UserError naming each of them, if they are not
 */
export function rejectBreaking(
  before: Catalog | undefined,
  catalog: Catalog,
  isAllowed: boolean,
  wayOut = 'On a stage whose data may be lost, add --allow-breaking.',
): readonly BreakingChange[] {
  const changes = before ? breakingChanges(before, catalog) : [];
  if (changes.length === 0) return [];
  const lines = changes.map(renderBreakingChange).join('\n');
  const count = countBreaking(changes);
  if (!isAllowed) {
    const details = { breaking: changes };
    throw new UserError(`${lines}\n${count}; nothing was done. ${wayOut}`, { code: 'breaking-changes', details });
  }
  process.stderr.write(`${lines}\nwarning: ${count}, as allowed\n`);
  return changes;
}

interface ApplyOptions extends Pick<ActivateOptions, 'stage' | 'note' | 'running' | 'base'> {
  /** Returns when every function sees what was put active before. */
  readonly untilSeen?: () => Promise<unknown>;
}

/**
 * Puts a catalog active on a deployed stage. Where another was before, it returns once every function sees the new one:
 * whoever still sees the one before would reject what is sent next, or undo what is done under the new one.
 * @returns its version
 * @throws UserError when no delivery lane is left for one of its destinations, or somebody else was first
 */
export async function applyCatalog(
  catalog: Catalog,
  resources: Resources,
  { stage, base, note, running, untilSeen = () => setTimeout(UNTIL_SEEN_MS) }: ApplyOptions,
): Promise<string> {
  await completeIfNew(storesOf(resources));
  compileCatalog(catalog);
  const version = catalogVersion(catalog);
  const { catalog: place, dataflow } = storesOf(resources);
  const instead = base && (await rejectUndoing(catalog, base, place));
  await assignLanesOf(catalog, stage, resources, {
    isActive: await activeLanes(place),
    isPaused: async (id) => (await dataflow.pausedSince(id)) !== undefined,
  });
  let before: string | undefined;
  try {
    before = await putCatalog(place, catalog, version, Date.now(), { ...note, ...(instead && { instead }) });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    throw new UserError(
      'Another version was made active in the meantime; nothing was done. See "tributary catalog history", then try again.',
    );
  }
  if (before !== undefined && before !== version) {
    running('until every function sees it ...');
    await untilSeen();
  }
  return version;
}

/** Whether a delivery lane is of the catalog that is active; of one that can't be read any more each may be. */
async function activeLanes(place: CatalogPosition): Promise<(id: string) => boolean> {
  try {
    const active = await activeDefinitions(place);
    const ids = new Set(active?.destinations.flatMap(lanesOfDestination).map(({ id }) => id));
    return (id) => ids.has(id);
  } catch {
    return () => true;
  }
}

/** How many definitions of each kind a catalog has. */
export const countsOf = ({ namespaces, schemas, datasets, segments, activities = [], ...catalog }: Catalog) => ({
  namespaces: namespaces.length,
  schemas: schemas.length,
  datasets: datasets.length,
  segments: segments.length,
  destinations: catalog.destinations.length + (catalog.edgeDestinations?.length ?? 0),
  ...(activities.length > 0 && { activities: activities.length }),
});

export function describeCatalog(catalog: Catalog): string {
  const { namespaces, schemas, datasets, segments, destinations, edgeDestinations = [], activities = [] } = catalog;
  const count = (of: readonly unknown[], name: string, plural = `${name}s`): string =>
    `${of.length} ${of.length === 1 ? name : plural}`;
  return `The catalog is valid: ${[
    count(namespaces, 'namespace'),
    count(schemas, 'schema'),
    count(datasets, 'dataset'),
    count(segments, 'segment'),
    count([...destinations, ...edgeDestinations], 'destination'),
    ...(activities.length > 0 ? [count(activities, 'activity', 'activities')] : []),
  ].join(', ')}.`;
}
