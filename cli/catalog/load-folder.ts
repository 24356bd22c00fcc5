import { resolve } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { type CatalogProblem, renderProblemIn } from '#core/catalog/problem.ts';
import { CatalogFolderError, readCatalogFolder } from './read-folder.ts';

/**
 * Reads and checks a catalog.
 * @param warn is given what may be meant so, but is likely to be a slip
 * @throws UserError naming everything that is wrong, with file, line and column
 */
export async function loadCatalogFolder(
  folder: string,
  variables: Readonly<Record<string, string>>,
  warn: (text: string, problem: CatalogProblem) => void = () => {},
): Promise<Catalog> {
  try {
    const files = await readCatalogFolder(resolve(folder));
    const { catalog, problems, warnings } = loadCatalog(files, variables);
    for (const warning of warnings) warn(`warning: ${renderProblemIn(files.get(warning.file), warning)}\n`, warning);
    if (catalog) return catalog;
    throw invalidCatalog(problems, files, folder);
  } catch (error) {
    throw error instanceof CatalogFolderError ? new UserError(error.message) : error;
  }
}

/** Everything that is wrong with a catalog, as an error to throw. */
export const invalidCatalog = (
  problems: readonly CatalogProblem[],
  files: ReadonlyMap<string, string>,
  folder: string,
): UserError =>
  new UserError(catalogProblems(problems, files, folder), { code: 'invalid-catalog', details: { problems } });

/** Everything that is wrong with a catalog, for people to read. */
function catalogProblems(
  problems: readonly CatalogProblem[],
  files: ReadonlyMap<string, string>,
  folder: string,
): string {
  const lines = problems.map((problem) => renderProblemIn(files.get(problem.file), problem)).join('\n');
  return `${lines}\n${problems.length} problem${problems.length === 1 ? '' : 's'} in ${folder}; nothing was done.`;
}

/** `NAME=value` options as variables. */
export function parseVariables(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      if (at < 1) throw new UserError(`Expected NAME=value after --set, got "${setting}"`);
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
}
