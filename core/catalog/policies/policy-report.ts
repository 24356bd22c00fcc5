import type { DestinationDefinition } from '#core/activation/definition.ts';
import { placeOfOrigin } from '../checks/enforcement.ts';
import { readCatalog } from '../load.ts';
import type { LoadedCatalog } from '../loaded.ts';
import type { CatalogProblem } from '../problem.ts';
import { type Activation, enforcement } from './enforcement.ts';
import { receivedBy } from './received.ts';

/** What policies say about the activations of a catalog, with the places where labels were put. */
export interface PolicyReport {
  readonly destinations: readonly DestinationPolicies[];
  /** Of destinations that are switched on. */
  readonly violations: number;
}

export interface DestinationPolicies {
  readonly id: string;
  readonly enabled: boolean;
  readonly marketingActions: readonly string[];
  readonly segments: readonly SegmentPolicies[];
}

export interface SegmentPolicies {
  readonly id: string;
  /** Of what the destination gets: the segment's own, and those of mapped attributes and identities. */
  readonly labels: readonly string[];
  readonly violatedPolicies: readonly {
    readonly id: string;
    readonly name: string;
    readonly marketingActionRefs: readonly string[];
    readonly labels: readonly string[];
    readonly origins: readonly Origin[];
  }[];
}

interface Origin {
  readonly label: string;
  readonly from: 'dataset' | 'schema' | 'mergePolicy';
  readonly id: string;
  readonly path?: string | undefined;
  readonly usedBy?: 'rule' | 'attribute' | 'identity' | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/**
 * Checks the activations of a catalog against its policies (aep.md §6.7), whether they are violated or not.
 * @returns the report, or everything that is wrong with the catalog besides policies
 */
export function policyReport(
  files: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
): { report?: PolicyReport; problems: readonly CatalogProblem[] } {
  const { loaded, catalog, problems } = readCatalog(files, variables);
  if (!catalog) return { problems };
  const activationsOf = enforcement(catalog, receivedBy);
  const destinations = catalog.destinations.map((destination): DestinationPolicies => {
    const segments = activationsOf(destination).map((activation) => segmentPolicies(activation, loaded));
    return { ...describe(destination), segments };
  });
  const violations = destinations
    .filter(({ enabled }) => enabled)
    .flatMap(({ segments }) => segments)
    .reduce((sum, { violatedPolicies }) => sum + violatedPolicies.length, 0);
  return { report: { destinations, violations }, problems: [] };
}

const describe = ({ id, enabled, marketingActions = [] }: DestinationDefinition) => ({ id, enabled, marketingActions });

function segmentPolicies({ segmentId, labels, violations }: Activation, loaded: LoadedCatalog): SegmentPolicies {
  return {
    id: segmentId,
    labels,
    violatedPolicies: violations.map(({ policyId, policyName, marketingActions, labels: denied, origins }) => ({
      id: policyId,
      name: policyName,
      marketingActionRefs: marketingActions,
      labels: denied,
      origins: origins.map((origin): Origin => {
        const { label, from, id, path, usedBy } = origin;
        const place = placeOfOrigin(origin, loaded);
        return { label, from, id, path, usedBy, file: place?.file, line: place?.line };
      }),
    })),
  };
}
