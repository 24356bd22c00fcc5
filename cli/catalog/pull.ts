import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import { renderProblemIn } from '#core/catalog/problem.ts';
import { type PullPlan, planPull } from '#core/catalog/pull.ts';
import type { CatalogPosition } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import { currentVersion, definitionsOf } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { baseOf, noteBase } from './base.ts';
import { invalidCatalog } from './load-folder.ts';
import { CatalogFolderError, readCatalogFolder } from './read-folder.ts';

export interface PullOptions {
  readonly stage: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Whether what the folder has changed itself is given up. */
  readonly force: boolean;
}

/** What was done; also the JSON of `catalog pull`. */
export interface PullReport {
  readonly stage: string;
  readonly version: string;
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Definitions that the folder has changed, and that are not applied. */
  readonly kept: readonly string[];
  /** What is wrong with the folder now, for people to read. */
  readonly problems: readonly string[];
}

/**
 * Writes what is active on a stage into a folder.
 * @throws UserError where nothing is active, the folder can't be read, or both have changed the same definitions
 */
export async function pullCatalog(
  folder: string,
  place: CatalogPosition,
  { stage, variables, force }: PullOptions,
): Promise<PullReport> {
  const version = await currentVersion(place);
  const active = version === undefined ? undefined : await definitionsOf(place, version);
  if (version === undefined || !active) throw new UserError(`No catalog is active on stage "${stage}".`);
  const known = await baseOf(folder, stage);
  const base = known && (await definitionsOf(place, known.version));
  const files = await filesOf(folder);
  const plan = planPull({ files, variables, base, active, takeAll: force });
  if ('unreadable' in plan) throw invalidCatalog(plan.unreadable, files, folder);
  if (plan.conflicts.length > 0) throw inConflict(plan, folder, base !== undefined);
  for (const [path, text] of plan.files) await write(resolve(folder, path), text);
  await mkdir(folder, { recursive: true });
  await noteBase(folder, { stage, version });
  const paths = [...plan.files];
  return {
    stage,
    version,
    written: paths.flatMap(([path, text]) => (text === null ? [] : [path])),
    removed: paths.flatMap(([path, text]) => (text === null ? [path] : [])),
    kept: plan.kept,
    problems: plan.problems.map((problem) =>
      renderProblemIn(plan.files.get(problem.file) ?? files.get(problem.file), problem),
    ),
  };
}

async function write(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** A folder that is not there, or has nothing in it, is one to be filled. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  try {
    return await readCatalogFolder(resolve(folder), { mayBeEmpty: true });
  } catch (error) {
    throw error instanceof CatalogFolderError ? new UserError(error.message) : error;
  }
}

function inConflict({ conflicts }: PullPlan, folder: string, isKnown: boolean): UserError {
  const why = isKnown
    ? 'Both the folder and the stage have changed, each in its own way:'
    : 'The folder says otherwise than the stage, and was never pulled from it:';
  return new UserError(
    `${why}\n${conflicts.map((key) => `  ${key}\n`).join('')}Nothing was done. "tributary catalog diff --catalog ${folder}" shows how; --force takes what is active on the stage.`,
    { code: 'pull-conflict', details: { definitions: conflicts } },
  );
}

/** A pull, for people to read. */
export function printPull({ stage, version, written, removed, kept, problems }: PullReport, folder: string): string {
  const list = (title: string, of: readonly string[]): string =>
    of.length === 0 ? '' : `${title}\n${of.map((one) => `  ${one}\n`).join('')}`;
  const changed = written.length + removed.length;
  const head = changed === 0 ? `${folder} has version ${version} of stage ${stage} already.\n` : '';
  return `${head}${list(`Written to ${folder}, as active on stage ${stage} (version ${version})`, written)}${list('Removed', removed)}${list('Changed in the folder and not applied', kept)}${list('Wrong with the folder now', problems)}`;
}
