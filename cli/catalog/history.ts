import { invalidCatalog } from '#cli/catalog/load-folder.ts';
import { table } from '#cli/report/table.ts';
import { UserError } from '#cli/user-error.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { catalogFiles } from '#core/catalog/write-definitions.ts';
import type { Activation } from '#lambdas/adapters/dynamodb/catalog-store.ts';

/** The versions that were active, as they are shown. */
export function printHistory(activations: readonly Activation[]): string {
  if (activations.length === 0) return 'No version was made active since there is a history.\n';
  const rows = activations.map(({ version, at, by, comment }, i) => [
    i === 0 ? '*' : '',
    version,
    new Date(at).toISOString().slice(0, 19),
    by ?? '',
    comment ?? '',
  ]);
  return `${table(['', 'version', 'active since', 'by', 'comment'], rows)}\n`;
}

/**
 * The version that a rollback leads to.
 * @param activations the newest first
 * @param wanted the beginning of a version; the one that was active before the current one when left out
 * @throws UserError when there is none, several begin so, or it is active
 */
export function versionToRollBackTo(activations: readonly Activation[], wanted: string | undefined): string {
  const [current] = activations;
  if (wanted === undefined) {
    const before = activations.find(({ version }) => version !== current?.version);
    if (before) return before.version;
    throw new UserError('There is no earlier version in the history: see "tributary catalog history".');
  }
  const version = versionBeginning(activations, wanted);
  if (version === current?.version) throw new UserError(`Version ${version} is active already.`);
  return version;
}

/**
 * The version of the history that begins so.
 * @throws UserError when there is none, or several begin so
 */
export function versionBeginning(activations: readonly Activation[], wanted: string): string {
  const versions = [...new Set(activations.map(({ version }) => version).filter((one) => one.startsWith(wanted)))];
  const [version, ...others] = versions;
  if (version === undefined || wanted === '') {
    throw new UserError(`No version in the history begins with "${wanted}": see "tributary catalog history".`);
  }
  if (others.length > 0) throw new UserError(`Several versions begin with "${wanted}": ${versions.join(', ')}.`);
  return version;
}

/**
 * Checks a version that was active once as any other catalog is checked: what was right then may be wrong by now.
 * @throws UserError naming everything that is wrong
 */
export function checkAgain(catalog: Catalog, version: string): Catalog {
  const files = catalogFiles(catalog);
  const { catalog: checked, problems } = loadCatalog(files, {});
  if (checked) return checked;
  throw invalidCatalog(problems, files, `version ${version}`);
}
