import { acceptedIdentities } from '#core/identity/hashing.ts';
import type { Profile } from '#core/profile/profiles.ts';
import { pick } from '#core/record/field-path.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { MembershipChange } from './delivery.ts';
import type { DestinationState, LastRouted } from './delivery-state.ts';
import type { ActivatedProfile } from './desired.ts';
import type { AcceptedIdentities, DestinationType } from './destination-type.ts';
import {
  abandonedIdentities,
  type Decision,
  diffFor,
  everyMembership,
  excludedMemberships,
  type Routed,
  routedAfter,
} from './diff.ts';
import { digestOf, isSameDigest, lostAttributes } from './lost-attributes.ts';
import { missingOf } from './mandatory.ts';
import { isForms, makeIdentities } from './normalise/forms.ts';
import { type ProfileDestination, typeOf } from './registry.ts';
import { isDueForRenewal } from './renewal.ts';

/**
 * Destinations that are told about people, as their type declares: with which identities and attributes, who is left
 * out, and whether members are told again when only these have changed (aep.md §6.1).
 * @param type where it is none of the registry
 */
export function routeToProfileDestination(
  destination: ProfileDestination,
  activated: readonly ActivatedProfile[],
  before: DestinationState,
  decision: Decision,
  type: DestinationType<ProfileDestination> = typeOf(destination),
): Routed {
  const paths = type.attributes(destination);
  const mandatory = type.mandatory(destination);
  const accepted = type.identities(destination);
  const sendsUpdates = type.sendsUpdates(destination);
  const clears = sendsUpdates && type.clearsAttributes === true;
  const isDue = isDueForRenewal(type.membershipDays?.(destination), decision.decidedAt);
  const sendsAll = type.sendsAllMemberships?.(destination) === true;
  const lastRouted: Record<IdentityKey, Readonly<Record<string, LastRouted>>> = { ...before.lastRouted };
  const digests: Record<IdentityKey, string> = {};
  const excluded: Record<string, string[]> = {};
  const deliveries: Routed['deliveries'][number][] = [];
  const present = new Set<IdentityKey>();

  const addDelivery = (
    keys: readonly IdentityKey[],
    attributes: Record<string, unknown>,
    changes: MembershipChange[],
  ): void => {
    const identities = keys.map(parseIdentityKey);
    const { id } = destination;
    deliveries.push({
      laneId: id,
      delivery: { kind: 'profile', destinationId: id, ...decision, identities, attributes, changes },
    });
    for (const key of keys) lastRouted[key] = routedAfter(lastRouted[key], changes, decision);
  };

  /** What changed, with what did not where the destination is to know all of it. */
  const withOthers = (
    keys: readonly IdentityKey[],
    candidate: Pick<ActivatedProfile, 'realized' | 'memberships'>,
    changes: MembershipChange[],
  ): MembershipChange[] =>
    sendsAll ? everyMembership(keys, candidate, before, destination.segments, decision.decidedAt) : changes;

  const exclude = (reason: string, candidate: ActivatedProfile): void => {
    const memberships = excludedMemberships(candidate);
    if (memberships.length > 0) excluded[reason] = [...(excluded[reason] ?? []), ...memberships];
  };

  const tellOf = (candidate: ActivatedProfile, keys: readonly IdentityKey[]): void => {
    const { profile, realized } = candidate;
    const attributes = pick(profile.view, paths);
    const changes = diffFor(keys, candidate, before, decision.decidedAt, isDue);
    const isUpdated = sendsUpdates && Object.keys(realized).length > 0;
    const digest = digestOf(keys, attributes, clears ? paths : undefined);
    if (isUpdated) digests[profile.key] = digest;
    const lost = clears ? lostAttributes(before.digests[profile.key], attributes, paths) : [];
    const sent = clears ? withLost(attributes, lost) : attributes;
    if (changes.length > 0) addDelivery(keys, sent, withOthers(keys, candidate, changes));
    else if (isUpdated && !isSameDigest(before.digests[profile.key], digest))
      addDelivery(keys, sent, withOthers(keys, candidate, currentMemberships(candidate)));
  };

  for (const candidate of activated) {
    const { profile } = candidate;
    const { keys, reason } = identitiesFor(accepted, profile, before);
    if (keys.length === 0) exclude(reason, candidate);
    else if (missingOf(mandatory, profile.view).length > 0) {
      exclude('missingMandatoryAttribute', candidate);
    } else {
      for (const key of keys) present.add(key);
      tellOf(candidate, keys);
    }
  }
  for (const key of abandonedIdentities(before, present)) {
    const nobody = { realized: {}, memberships: {} };
    addDelivery([key], {}, withOthers([key], nobody, diffFor([key], nobody, before, decision.decidedAt)));
  }
  return { deliveries, deliveryState: { lastRouted, digests, excluded } };
}

/** What is sent, with `null` for what was sent before and is not there any more, and for nothing else. */
const withLost = (attributes: Readonly<Record<string, unknown>>, lost: readonly string[]): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null)),
  ...Object.fromEntries(lost.map((path) => [path, null])),
});

/** The identities of a profile as a destination accepts them, and why there are none where there are none. */
export interface IdentitiesFor {
  readonly keys: readonly IdentityKey[];
  readonly reason: string;
}

const NO_IDENTITY = 'noAcceptedIdentity';

/**
 * The identities of a profile as the destination accepts them: all; those of its namespaces (hashed where it wants that);
 * one that stands for the person, which is the one it was told under as long as the person has it; or what is made of
 * them by the vendor's rules.
 */
export function identitiesFor(
  accepted: AcceptedIdentities,
  profile: Pick<Profile, 'identities' | 'key'>,
  { lastRouted }: Pick<DestinationState, 'lastRouted'>,
): IdentitiesFor {
  if (accepted === 'all') return { keys: profile.identities, reason: NO_IDENTITY };
  if (accepted === 'one') {
    const known = profile.identities.filter((key) =>
      Object.values(lastRouted[key] ?? {}).some(({ status }) => status === 'realized'),
    );
    const { key, identities } = profile;
    const one = identities.includes(key) ? [key] : identities.slice(0, 1);
    return { keys: known.length > 0 ? known : one, reason: NO_IDENTITY };
  }
  const identities = profile.identities.map(parseIdentityKey);
  if (isForms(accepted)) {
    const { identities: made, unusable } = makeIdentities(accepted, identities);
    return { keys: made.map(identityKey), reason: unusable[0] ?? NO_IDENTITY };
  }
  return { keys: acceptedIdentities(accepted, identities).map(identityKey), reason: NO_IDENTITY };
}

const currentMemberships = ({ realized }: ActivatedProfile): MembershipChange[] =>
  Object.entries(realized).map(([segmentId, { lastQualificationTime }]) => ({
    segmentId,
    status: 'realized',
    lastQualificationTime,
  }));
