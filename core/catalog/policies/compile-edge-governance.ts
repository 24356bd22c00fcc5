import type { EdgeGovernance } from '#core/activation/edge-destinations/payloads.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import type { Catalog } from '../catalog.ts';
import { policyDecisions } from './decisions.ts';
import { receivedAtEdge } from './received-at-edge.ts';

/**
 * What the policies of a catalog say of the destinations that are part of answers; the same as `compileGovernance` says of
 * them, without the types of all others. @returns undefined where there is nothing to say
 */
export function compileEdgeGovernance(catalog: Catalog, normalForms: NormalForms): EdgeGovernance | undefined {
  const { labels = [], policies = [], consentPolicies = [], edgeDestinations = [] } = catalog;
  if (labels.length + policies.length + consentPolicies.length === 0) return undefined;
  return { ...policyDecisions(edgeDestinations, catalog, receivedAtEdge), normalForms };
}
