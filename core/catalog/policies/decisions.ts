import type { ConsentPolicyDefinition } from '#core/governance/definition.ts';
import type { Governance } from '#core/governance/governance.ts';
import { marketingAction } from '#core/governance/policies.ts';
import type { Catalog } from '../catalog.ts';
import { enforcement, type PolicySubject } from './enforcement.ts';
import type { Received } from './lineage.ts';

/**
 * What the policies of a catalog say of some of its destinations: which activations are forbidden, and which consents are
 * needed.
 * @param receivedBy what a destination gets
 */
export function policyDecisions<D extends PolicySubject>(
  destinations: readonly D[],
  catalog: Catalog,
  receivedBy: (destination: D) => Received,
): Pick<Governance, 'forbidden' | 'consents'> {
  const activationsOf = enforcement(catalog, receivedBy);
  const forbidden = destinations.map((destination) => {
    const denied = activationsOf(destination).flatMap(({ segmentId, violations: [first] }) =>
      first ? [[segmentId, first.policyId] as const] : [],
    );
    return [destination.id, new Map(denied)] as const;
  });
  const consents = destinations.map((destination) => {
    const matching = (catalog.consentPolicies ?? []).filter((policy) => matches(policy, destination));
    return [destination.id, matching] as const;
  });
  return { forbidden: new Map(forbidden), consents: new Map(consents) };
}

function matches(policy: ConsentPolicyDefinition, { id, marketingActions = [] }: PolicySubject): boolean {
  if (policy.status !== 'ENABLED') return false;
  const actions = marketingActions.map(marketingAction);
  const isAboutAll = policy.marketingActionRefs.length + policy.destinations.length === 0;
  const isAboutAction = policy.marketingActionRefs.some((reference) => actions.includes(marketingAction(reference)));
  return isAboutAll || isAboutAction || policy.destinations.includes(id);
}
