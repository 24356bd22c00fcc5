import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { definitionsByName, undoneBy } from '#core/catalog/definition-changes.ts';
import type { CatalogPosition } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import { currentVersion, definitionsOf } from '#lambdas/adapters/dynamodb/catalog-store.ts';

/** What a folder was pulled from: the version that was active on the stage then. */
export interface CatalogBase {
  readonly version: string;
  readonly stage: string;
}

/** Its name begins with a dot: it is no definition. */
const PULLED = '.pulled.json';
const pulledVersions = z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/));

/** What a folder was pulled from; undefined where it never was, so that nobody else's work is looked for. */
export async function baseOf(folder: string, stage: string): Promise<CatalogBase | undefined> {
  const version = (await versionsIn(folder))[stage];
  return version === undefined ? undefined : { version, stage };
}

/** Notes what a folder was made from, or has become, besides what it says of other stages. */
export async function noteBase(folder: string, { stage, version }: CatalogBase): Promise<void> {
  const versions = { ...(await versionsIn(folder)), [stage]: version };
  await writeFile(join(folder, PULLED), `${JSON.stringify(versions, null, 2)}\n`);
}

async function versionsIn(folder: string): Promise<z.output<typeof pulledVersions>> {
  const path = join(folder, PULLED);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return pulledVersions.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      `${path} can't be read. Expected { "<stage>": "<version>" }, as "catalog pull" writes it. Remove it, and pull again.`,
    );
  }
}

/**
 * What others have made active since a folder was pulled is not undone by applying it.
 * @returns the version that is active
 * @throws UserError naming the definitions that would be
 */
export async function rejectUndoing(
  wanted: Catalog,
  { version, stage }: CatalogBase,
  place: CatalogPosition,
): Promise<string | undefined> {
  const current = await currentVersion(place);
  if (current === undefined || current === version) return current;
  const [base, active] = await Promise.all([definitionsOf(place, version), definitionsOf(place, current)]);
  if (!base || !active) {
    const gone = base ? current : version;
    throw new UserError(
      `Version ${gone} is not in the catalog bucket of stage "${stage}" any more, so it can't be told what others have changed since the last pull; nothing was done. Pull again, or add --overwrite.`,
    );
  }
  const undone = undoneBy(definitionsByName(wanted), definitionsByName(base), definitionsByName(active));
  if (undone.length === 0) return current;
  throw new UserError(
    `Version ${current} is active; the folder was pulled from ${version}. What others have changed since would be undone:\n${undone.map((key) => `  ${key}\n`).join('')}Nothing was done. "tributary catalog pull" takes it into the folder; --overwrite undoes it.`,
    { code: 'changed-by-others', details: { active: current, pulled: version, definitions: undone } },
  );
}
