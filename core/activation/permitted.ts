import { consenting } from '#core/governance/consent.ts';
import type { Governance } from '#core/governance/governance.ts';
import type { Profile } from '#core/profile/profiles.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { DestinationDefinition } from './definition.ts';
import type { ActivatedProfile } from './desired.ts';

export interface Permitted {
  readonly activated: readonly ActivatedProfile[];
  /** By reason, as a delivery state keeps it: `profile key|segment`, or `identity|segment` where others of the person may. */
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
        const agreeing = consenting(identities, profile.view.consents, policy, governance.normalForms);
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

/**
 * Whether a destination may know that an identity of somebody is in a segment, whether they are or not: no policy forbids
 * it, and they consent under every policy that matches.
 */
export function mayKnow(
  destination: Pick<DestinationDefinition, 'id'>,
  profile: Profile,
  key: IdentityKey,
  segmentId: string,
  governance: Governance | undefined,
): boolean {
  if (!governance) return true;
  if (governance.forbidden.get(destination.id)?.has(segmentId)) return false;
  const policies = governance.consents.get(destination.id) ?? [];
  const agreeing = policies.reduce(
    (identities, policy) => consenting(identities, profile.view.consents, policy, governance.normalForms),
    profile.identities.map(parseIdentityKey) as ReturnType<typeof consenting>,
  );
  return agreeing.some((identity) => identityKey(identity) === key);
}
