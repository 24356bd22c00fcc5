import type { DataPolicy } from '#core/governance/definition.ts';
import { NO_EXPORT } from '#core/governance/labels.ts';
import { deniedBy, enabledPolicies, marketingAction } from '#core/governance/policies.ts';
import type { Catalog } from '../catalog.ts';
import { type LabelOrigin, Lineage, type Received } from './lineage.ts';

/** What policies are asked about: a destination, or what is shown on pages. */
export interface PolicySubject {
  readonly id: string;
  readonly segments: readonly string[];
  readonly marketingActions?: readonly string[] | undefined;
}

/** Data that a policy keeps from a destination. */
export interface Violation {
  readonly policyId: string;
  readonly policyName: string;
  /** The marketing actions of the destination that the policy is about; none where it is about every export. */
  readonly marketingActions: readonly string[];
  /** The labels for which it denies the data. */
  readonly labels: readonly string[];
  readonly origins: readonly LabelOrigin[];
}

/** The activation of a segment to a destination, under the policies active. */
export interface Activation {
  readonly segmentId: string;
  readonly labels: readonly string[];
  readonly violations: readonly Violation[];
}

const byNumber = (x: string, y: string): number => x.localeCompare(y, 'en', { numeric: true });

/** Whatever a destination is for. */
const NO_EXPORT_POLICY: DataPolicy = {
  id: NO_EXPORT,
  name: 'Data that must not be exported in any way',
  status: 'ENABLED',
  marketingActionRefs: [],
  deny: { label: NO_EXPORT },
};

/**
 * What the policies of a catalog have against the activations of a destination (aep.md §6.7).
 * @param receivedBy what a destination gets
 * @returns a function of the destination, which answers for each of its segments
 */
export function enforcement<D extends PolicySubject>(
  catalog: Pick<Catalog, 'schemas' | 'datasets' | 'mergePolicies' | 'segments' | 'labels' | 'policies'>,
  receivedBy: (destination: D) => Received,
): (destination: D) => readonly Activation[] {
  const lineage = new Lineage(catalog);
  const policies = enabledPolicies(catalog.policies ?? []);
  return (destination) => {
    const actions = new Set((destination.marketingActions ?? []).map(marketingAction));
    const received = receivedBy(destination);
    return destination.segments.map((segmentId) => {
      const origins = lineage.labelsOf(segmentId, received);
      const labels = new Set(origins.map(({ label }) => label));
      const violations = [NO_EXPORT_POLICY, ...policies].flatMap((policy): Violation[] => {
        const about = policy.marketingActionRefs.map(marketingAction).filter((action) => actions.has(action));
        const concerned = policy === NO_EXPORT_POLICY || about.length > 0;
        const denied = concerned ? deniedBy(policy.deny, labels) : undefined;
        if (!denied) return [];
        return [
          {
            policyId: policy.id,
            policyName: policy.name ?? policy.id,
            marketingActions: about,
            labels: denied,
            origins: origins.filter(({ label }) => denied.includes(label)),
          },
        ];
      });
      return { segmentId, labels: [...labels].sort(byNumber), violations };
    });
  };
}
