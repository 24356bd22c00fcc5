import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { ActivatedProfile } from './desired.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import type { DestinationDefinition } from '#core/catalog/definitions.ts';
import { identityKey, parseIdentityKey } from '#core/record/identity.ts';
import { consenting } from '#core/governance/consent.ts';
import type { ConsentPolicyDefinition } from '#core/governance/definition.ts';
import { enforcement } from '#core/catalog/policies/enforcement.ts';
import { marketingAction } from '#core/governance/policies.ts';

/** The decisions of a catalog about what may be sent, ready for use. */
export interface Governance {
  /** Destination id → segment id → the policy that forbids it. */
  readonly forbidden: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Destination id → the consent policies that match it. */
  readonly consents: ReadonlyMap<string, readonly ConsentPolicyDefinition[]>;
  /** Changes with every decision that may be another, so that everybody is decided about again. */
  readonly fingerprint: string;
}

/** @returns undefined where a catalog has no labels and no policies of any kind */
export function compileGovernance(catalog: Catalog): Governance | undefined {
  const { labels = [], policies = [], consentPolicies = [], destinations } = catalog;
  if (labels.length + policies.length + consentPolicies.length === 0) return undefined;
  const activationsOf = enforcement(catalog);
  const forbidden = new Map(
    destinations.map((destination) => [
      destination.id,
      new Map(
        activationsOf(destination).flatMap(({ segmentId, violations: [first] }) =>
          first ? [[segmentId, first.policyId] as const] : [],
        ),
      ),
    ]),
  );
  const consents = new Map(
    destinations.map((destination) => [
      destination.id,
      consentPolicies.filter((policy) => matches(policy, destination)),
    ]),
  );
  const decisions = [[...forbidden].map(([id, segments]) => [id, ...segments]), [...consents]];
  return { forbidden, consents, fingerprint: hash('sha256', stringify(decisions) ?? '', 'base64url').slice(0, 10) };
}

function matches(policy: ConsentPolicyDefinition, { id, marketingActions = [] }: DestinationDefinition): boolean {
  if (policy.status !== 'ENABLED') return false;
  const actions = marketingActions.map(marketingAction);
  const isAboutAll = policy.marketingActionRefs.length + policy.destinations.length === 0;
  const isAboutAction = policy.marketingActionRefs.some((reference) => actions.includes(marketingAction(reference)));
  return isAboutAll || isAboutAction || policy.destinations.includes(id);
}

export interface Permitted {
  readonly activated: readonly ActivatedProfile[];
  /** By reason, as a ledger keeps it: `profile key|segment`, or `identity|segment` where others of the person may. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
}

/**
 * What a destination may be told of its members: not what a policy forbids, and nobody who does not consent under every
 * consent policy that matches (aep.md §6.7). What it was told before and may not know any more is then withdrawn.
 */
export function permitted(
  destination: DestinationDefinition,
  activated: readonly ActivatedProfile[],
  governance: Governance | undefined,
): Permitted {
  if (!governance) return { activated, excluded: {} };
  const excluded: Record<string, string[]> = {};
  const exclude = (reason: string, who: string, segmentIds: readonly string[]): void => {
    if (segmentIds.length === 0) return;
    excluded[reason] = [...(excluded[reason] ?? []), ...segmentIds.map((segmentId) => `${who}|${segmentId}`)];
  };
  const forbidden = governance.forbidden.get(destination.id);
  const policies = governance.consents.get(destination.id) ?? [];
  return {
    excluded,
    activated: activated.map((candidate) => {
      const { profile } = candidate;
      const allowed = Object.entries(candidate.realized).filter(([segmentId]) => {
        const policy = forbidden?.get(segmentId);
        if (policy !== undefined) exclude(`policy:${policy}`, profile.key, [segmentId]);
        return policy === undefined;
      });
      const segmentIds = allowed.map(([segmentId]) => segmentId);
      const realized = Object.fromEntries(allowed);
      if (policies.length === 0 || segmentIds.length === 0) return { ...candidate, realized };

      let identities = profile.identities.map(parseIdentityKey);
      for (const policy of policies) {
        const agreeing = consenting(identities, profile.view.consents, policy);
        if (agreeing.length === 0) {
          exclude(`consent:${policy.id}`, profile.key, segmentIds);
          return { ...candidate, realized: {} };
        }
        for (const identity of identities) {
          if (!agreeing.includes(identity)) exclude(`consent:${policy.id}`, identityKey(identity), segmentIds);
        }
        identities = [...agreeing];
      }
      return { ...candidate, realized, profile: { ...profile, identities: identities.map(identityKey) } };
    }),
  };
}
