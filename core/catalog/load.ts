import type { Catalog } from './catalog.ts';
import { checkDatasets } from './checks/datasets.ts';
import { checkDestinations } from './checks/destinations.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkMergePolicies } from './checks/merge-policies.ts';
import { checkSchemas } from './checks/schemas.ts';
import { checkSegments } from './checks/segments.ts';
import { checkSourceConnections } from './checks/source-connections.ts';
import { checkUnique } from './checks/unique.ts';
import { Findings, type Loaded, type LoadedCatalog } from './loaded.ts';
import { type CatalogProblem, compareProblems } from './problem.ts';
import { readDefinitions } from './read-definitions.ts';

export { type CatalogProblem, renderProblem } from './problem.ts';

const CHECKS: readonly ((catalog: LoadedCatalog, findings: Findings) => void)[] = [
  checkUnique,
  checkIdentity,
  checkSchemas,
  checkDatasets,
  checkSourceConnections,
  checkMergePolicies,
  checkSegments,
  checkDestinations,
];

/**
 * Reads a catalog.
 * @param files path below the catalog's folder (`segments/a1.yaml`) → text
 * @param variables what `${NAME}` in destinations stands for
 * @returns the catalog, or everything that is wrong with it, by file and line; never throws
 */
export function loadCatalog(
  files: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
): { catalog?: Catalog; problems: CatalogProblem[] } {
  const { loaded, problems } = readDefinitions(files, variables);
  const findings = new Findings();
  for (const check of CHECKS) check(loaded, findings);
  const all = [...problems, ...findings.problems].sort(compareProblems);
  return all.length > 0 ? { problems: all } : { catalog: catalogOf(loaded), problems: [] };
}

/** Sorted by id: the catalog is the same in whatever files it is written. */
function catalogOf(loaded: LoadedCatalog): Catalog {
  const definitions = <T>(of: readonly Loaded<T>[]): T[] =>
    [...of].sort((x, y) => ((x.id ?? '') < (y.id ?? '') ? -1 : 1)).flatMap(({ definition }) => definition ?? []);
  const [identitySettings] = definitions(loaded['identity-settings']);
  const sourceConnections = definitions(loaded['source-connections']);
  const [evaluationSettings] = definitions(loaded['evaluation-settings']);
  return {
    namespaces: definitions(loaded.namespaces),
    ...(identitySettings && { identitySettings }),
    ...(evaluationSettings && { evaluationSettings }),
    schemas: definitions(loaded.schemas),
    datasets: definitions(loaded.datasets),
    ...(sourceConnections.length > 0 && { sourceConnections }),
    mergePolicies: definitions(loaded['merge-policies']),
    segments: definitions(loaded.segments),
    destinations: definitions(loaded.destinations),
  };
}
