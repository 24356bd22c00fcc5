import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { WrittenDestination } from '#core/activation/definition.ts';
import { isEdgeDestination } from '#core/activation/edge-destinations/registry.ts';
import { isProfileDestination, typeOf } from '#core/activation/registry.ts';
import { type ConsentPolicyDefinition, consentPolicyDefinition } from '#core/governance/definition.ts';
import type { Governance } from '#core/governance/governance.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import type { Catalog } from '../catalog.ts';
import { policyDecisions } from './decisions.ts';
import { receivedBy } from './received.ts';

/** @returns undefined where a catalog has no labels and no policies of any kind */
export function compileGovernance(catalog: Catalog, normalForms: NormalForms): Governance | undefined {
  const { labels = [], policies = [], consentPolicies = [], edgeDestinations = [] } = catalog;
  const destinations: readonly WrittenDestination[] = [...catalog.destinations, ...edgeDestinations];
  const declared = new Map(destinations.map((destination) => [destination.id, declaredConsents(destination)]));
  const needsConsent = [...declared.values()].some((own) => own.length > 0);
  if (labels.length + policies.length + consentPolicies.length === 0 && !needsConsent) return undefined;
  const { forbidden, consents: matching } = policyDecisions(destinations, catalog, receivedBy);
  const consents = new Map([...matching].map(([id, own]) => [id, [...own, ...(declared.get(id) ?? [])]]));
  // Nobody is routed anew for what is decided when a page asks.
  const routed = new Set(catalog.destinations.map(({ id }) => id));
  const isRouted = ([id]: readonly [string, unknown]): boolean => routed.has(id);
  const decisions = [
    [...forbidden].filter(isRouted).map(([id, segments]) => [id, ...segments]),
    [...consents].filter(isRouted),
  ];
  const fingerprint = hash('sha256', stringify(decisions) ?? '', 'base64url').slice(0, 10);
  return { forbidden, consents, normalForms, fingerprint };
}

const MARKETING = 'marketing.';

/** The consents that the type of a destination asks for, as policies (docs/destinations/adding.md, "Consents"). */
function declaredConsents(destination: WrittenDestination): ConsentPolicyDefinition[] {
  if (isEdgeDestination(destination) || !isProfileDestination(destination)) return [];
  const paths = typeOf(destination).consents?.(destination) ?? [];
  return paths.map((path) => {
    const what = path.startsWith(MARKETING) ? { channel: path.slice(MARKETING.length) } : { consent: path };
    return consentPolicyDefinition.parse({ id: path, destinations: [destination.id], ...what });
  });
}
