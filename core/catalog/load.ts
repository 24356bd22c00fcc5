import stringify from 'safe-stable-stringify';
import { isEdgeDestination } from '#core/activation/edge-destinations/registry.ts';
import type { Catalog } from './catalog.ts';
import { checkActivities } from './checks/activities.ts';
import { checkDatasets } from './checks/datasets.ts';
import { checkDatastreams } from './checks/datastreams.ts';
import { checkDestinations } from './checks/destinations.ts';
import { checkEnforcement } from './checks/enforcement.ts';
import { checkIdentity } from './checks/identity.ts';
import { checkLabels } from './checks/labels.ts';
import { checkLifecycle } from './checks/lifecycle.ts';
import { checkMergePolicies } from './checks/merge-policies.ts';
import { checkPolicies } from './checks/policies.ts';
import { checkSchemas } from './checks/schemas.ts';
import { checkSegments } from './checks/segments.ts';
import { checkSourceConnections } from './checks/source-connections.ts';
import { checkTextAudiences } from './checks/text-audiences.ts';
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
  checkDatastreams,
  checkMergePolicies,
  checkSegments,
  checkLifecycle,
  checkDestinations,
  checkActivities,
  checkLabels,
  checkPolicies,
];

/**
 * Reads a catalog.
 * @param files path below the catalog's folder (`segments/a1.yaml`) → text
 * @param variables what `${NAME}` in destinations stands for
 * @returns the catalog, or everything that is wrong with it, by file and line; and what may be meant so, but is likely to
 *   be a slip. Never throws. What policies forbid is wrong as well (aep.md §6.7), and is said once the rest is right.
 */
export function loadCatalog(
  files: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
): { catalog?: Catalog; problems: CatalogProblem[]; warnings: CatalogProblem[] } {
  const { loaded, catalog, problems: wrong, warnings } = readCatalog(files, variables);
  if (!catalog) return { problems: wrong, warnings };
  const findings = new Findings();
  checkEnforcement(loaded, catalog, findings);
  const problems = findings.problems.sort(compareProblems);
  if (problems.length > 0) return { problems, warnings };
  checkTextAudiences(loaded, catalog, findings);
  return { catalog, problems, warnings: [...warnings, ...findings.warnings].sort(compareProblems) };
}

/** Like {@link loadCatalog}, but says nothing about policies. */
export function readCatalog(
  files: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
): { loaded: LoadedCatalog; catalog?: Catalog; problems: CatalogProblem[]; warnings: CatalogProblem[] } {
  const { loaded, problems } = readDefinitions(files, variables);
  const findings = new Findings();
  for (const check of CHECKS) check(loaded, findings);
  const all = [...problems, ...findings.problems].sort(compareProblems);
  const warnings = findings.warnings.sort(compareProblems);
  if (all.length > 0) return { loaded, problems: all, warnings };
  return { loaded, catalog: catalogOf(loaded), problems: [], warnings };
}

/** Sorted by id: the catalog is the same in whatever files it is written. */
function catalogOf(loaded: LoadedCatalog): Catalog {
  const definitions = <T>(of: readonly Loaded<T>[]): T[] =>
    [...of].sort((x, y) => ((x.id ?? '') < (y.id ?? '') ? -1 : 1)).flatMap(({ definition }) => definition ?? []);
  const byText = <T>(of: readonly Loaded<T>[]): T[] =>
    definitions(of).sort((x, y) => ((stringify(x) ?? '') < (stringify(y) ?? '') ? -1 : 1));
  const [labels, policies] = [byText(loaded.labels), byText(loaded.policies)];
  const destinations = definitions(loaded.destinations);
  const edgeDestinations = destinations.filter(isEdgeDestination);
  const activities = definitions(loaded.activities);
  const consentPolicies = definitions(loaded['consent-policies']);
  const [identitySettings] = definitions(loaded['identity-settings']);
  const sourceConnections = definitions(loaded['source-connections']);
  const datastreams = definitions(loaded.datastreams);
  const schemaParts = definitions(loaded['schema-parts']);
  const [evaluationSettings] = definitions(loaded['evaluation-settings']);
  return {
    namespaces: definitions(loaded.namespaces),
    ...(identitySettings && { identitySettings }),
    ...(evaluationSettings && { evaluationSettings }),
    schemas: definitions(loaded.schemas),
    ...(schemaParts.length > 0 && { schemaParts }),
    datasets: definitions(loaded.datasets),
    ...(sourceConnections.length > 0 && { sourceConnections }),
    ...(datastreams.length > 0 && { datastreams }),
    mergePolicies: definitions(loaded['merge-policies']),
    segments: definitions(loaded.segments),
    destinations: destinations.filter((one) => !isEdgeDestination(one)),
    ...(edgeDestinations.length > 0 && { edgeDestinations }),
    ...(activities.length > 0 && { activities }),
    ...(labels.length > 0 && { labels }),
    ...(policies.length > 0 && { policies }),
    ...(consentPolicies.length > 0 && { consentPolicies }),
  };
}
