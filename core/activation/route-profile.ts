import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { HttpDestination, S3FileDestination } from '#core/catalog/definitions.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/identity/identity.ts';
import { pick } from '#core/profile/paths.ts';
import type { Profile } from '#core/profile/profiles.ts';
import type { MembershipChange } from './delivery.ts';
import type { ActivatedProfile } from './desired.ts';
import {
  abandonedIdentities,
  type Decision,
  differencesFor,
  excludedMemberships,
  type Routed,
  toldAfter,
} from './differences.ts';
import { acceptedIdentities } from './hashing.ts';
import type { DestinationLedger, Told } from './ledger.ts';

type ProfileDestination = HttpDestination | S3FileDestination;

/**
 * Destinations that are told about people: the HTTP API, which gets the whole identity map and hears about changes of
 * identities and attributes as well, and files, which carry one identity and hear about memberships only (aep.md §6.1).
 */
export function routeToProfileDestination(
  destination: ProfileDestination,
  activated: readonly ActivatedProfile[],
  before: DestinationLedger,
  decision: Decision,
): Routed {
  const told: Record<IdentityKey, Readonly<Record<string, Told>>> = { ...before.told };
  const digests: Record<IdentityKey, string> = {};
  const noAcceptedIdentity: string[] = [];
  const deliveries: Routed['deliveries'][number][] = [];
  const present = new Set<IdentityKey>();

  const tell = (
    keys: readonly IdentityKey[],
    attributes: Record<string, unknown>,
    changes: MembershipChange[],
  ): void => {
    const identities = keys.map(parseIdentityKey);
    const { id } = destination;
    deliveries.push({
      outletId: id,
      delivery: { kind: 'profile', destinationId: id, ...decision, identities, attributes, changes },
    });
    for (const key of keys) told[key] = toldAfter(told[key], changes);
  };

  for (const candidate of activated) {
    const { profile, realized } = candidate;
    const keys = identitiesFor(destination, profile);
    if (keys.length === 0) {
      noAcceptedIdentity.push(...excludedMemberships(candidate));
      continue;
    }
    for (const key of keys) present.add(key);
    const attributes = pick(profile.view, destination.attributes);
    const changes = differencesFor(keys, candidate, before, decision.decidedAt);
    const isMember = Object.keys(realized).length > 0;
    const digest = digestOf(keys, attributes);
    if (isMember && destination.type === 'http') digests[profile.key] = digest;
    if (changes.length > 0) tell(keys, attributes, changes);
    else if (isMember && destination.type === 'http' && before.digests[profile.key] !== digest) {
      tell(keys, attributes, currentMemberships(candidate));
    }
  }
  for (const key of abandonedIdentities(before, present)) {
    tell([key], {}, differencesFor([key], { realized: {}, memberships: {} }, before, decision.decidedAt));
  }
  const excluded = noAcceptedIdentity.length > 0 ? { noAcceptedIdentity } : {};
  return { deliveries, ledger: { told, digests, excluded } };
}

/** The identities of a profile as the destination accepts them: all, or those of its namespaces, hashed where it wants that. */
function identitiesFor(destination: ProfileDestination, profile: Profile): readonly IdentityKey[] {
  const accepted = destination.type === 's3-file' ? [destination.identity] : destination.identities;
  if (!accepted) return profile.identities;
  return acceptedIdentities(accepted, profile.identities.map(parseIdentityKey)).map(identityKey);
}

const currentMemberships = ({ realized }: ActivatedProfile): MembershipChange[] =>
  Object.entries(realized).map(([segmentId, { lastQualificationTime }]) => ({
    segmentId,
    status: 'realized',
    lastQualificationTime,
  }));

const digestOf = (keys: readonly IdentityKey[], attributes: Record<string, unknown>): string =>
  createHash('sha256')
    .update(stringify([keys, attributes]))
    .digest('base64url')
    .slice(0, 10);
