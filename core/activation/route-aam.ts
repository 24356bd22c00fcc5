import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { AamDestination } from './aam/definition.ts';
import { FirstUse, type SharedSince } from './aam/first-use.ts';
import { isDevice, isShared } from './aam/identities.ts';
import { edgeWay, HUB, Post, type Way } from './aam/post.ts';
import { REGIONS, type RegionTable } from './aam/regions.ts';
import { routeAam } from './aam/route-device.ts';
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
import type { DestinationLedger, Told } from './ledger.ts';

/** What of the catalog besides the destination decides about Audience Manager. */
export interface AamRules {
  /** The default merge policy; it goes before the segments' own on this path (aep.md §7.1 step 8). */
  readonly mergePolicy: Pick<MergePolicyDefinition, 'identityGraph'>;
  readonly sharedSince?: SharedSince;
}

/**
 * Audience Manager (aep.md §7; docs/audience-manager.md, "Edge or hub"): each device goes to the edge of every region in
 * which it was seen lately, else to the hub; the identities of the person ride on the profile's edge calls, else go to
 * the hub. What is withdrawn goes the way it came. The region is looked at whenever something is told, and never otherwise.
 */
export function routeToAudienceManager(
  destination: AamDestination,
  activated: readonly ActivatedProfile[],
  before: DestinationLedger,
  decision: Decision,
  rules: AamRules,
): Routed {
  const regions = destination.regions ?? REGIONS;
  const told: Record<IdentityKey, Readonly<Record<string, Told>>> = { ...before.told };
  const excluded: Record<string, string[]> = {};
  const exclude = (reason: string, memberships: readonly string[]): void => {
    if (memberships.length > 0) excluded[reason] = [...(excluded[reason] ?? []), ...memberships];
  };
  const deliveries: Routed['deliveries'][number][] = [];
  const present = new Set<IdentityKey>();
  const firstUse = new FirstUse(destination, rules.sharedSince ?? {}, decision.decidedAt);

  const tell = (
    shared: readonly IdentityKey[],
    candidate: Pick<ActivatedProfile, 'realized' | 'memberships' | 'releasedAt'>,
    waysNow: WaysNow,
  ): void => {
    const post = new Post(
      destination.id,
      decision,
      regions,
      shared.filter((key) => isDevice(parseIdentityKey(key))),
    );
    // Devices first, so that the identities of the person find calls to ride on.
    for (const key of [...post.devices, ...shared.filter((key) => !post.devices.includes(key))]) {
      const changes = differencesFor([key], candidate, before, decision.decidedAt)
        .filter(({ segmentId }) => !firstUse.holds(candidate, segmentId))
        .map((change) => firstUse.marked(change));
      const waysOf = ({ segmentId, status }: MembershipChange): readonly Way[] =>
        (status === 'exited' ? before.told[key]?.[segmentId]?.via : undefined) ?? waysNow.get(key) ?? [HUB];
      for (const change of changes) {
        for (const way of waysOf(change)) post.add(key, change, way);
      }
      if (changes.length > 0) told[key] = toldAfter(told[key], changes, decision.decidedAt, waysOf);
    }
    deliveries.push(...post.deliveries());
  };

  for (const person of activated) {
    const refused = isDefaultProduction(destination) ? undefined : 'sandbox';
    const candidate = refused ? { ...person, realized: {} } : person;
    if (refused) exclude(refused, excludedMemberships(person));
    const shared = sharedIdentities(person.profile, rules.mergePolicy);
    if (shared.length === 0) exclude('noSharedIdentity', excludedMemberships(candidate));
    else
      exclude(
        'firstUse',
        excludedMemberships(candidate, (segmentId) => firstUse.holds(candidate, segmentId)),
      );
    for (const key of shared) present.add(key);
    tell(shared, candidate, waysNow(shared, candidate, regions, decision.decidedAt));
  }
  for (const key of abandonedIdentities(before, present)) tell([key], { realized: {}, memberships: {} }, new Map());
  return { deliveries, ledger: { told, digests: {}, excluded } };
}

/** Audience Sharing serves the default production sandbox only (aep.md §7.1 step 11); a catalog that says nothing is its. */
export function isDefaultProduction({ sandbox }: AamDestination): boolean {
  return !sandbox || (sandbox.type === 'production' && sandbox.isDefault);
}

/**
 * The identities of a profile that may be shared. Where the default merge policy does not stitch, whatever policy the
 * segment has, these are at most the one identity whose fragment holds the membership (aep.md §7.1 step 8, AAM-10).
 */
function sharedIdentities(
  { key, identities }: ActivatedProfile['profile'],
  { identityGraph }: AamRules['mergePolicy'],
): readonly IdentityKey[] {
  const own = identityGraph.type === 'none' ? identities.filter((identity) => identity === key) : identities;
  return own.filter((identity) => isShared(parseIdentityKey(identity)));
}

type WaysNow = ReadonlyMap<IdentityKey, readonly Way[]>;

function waysNow(
  shared: readonly IdentityKey[],
  { profile }: ActivatedProfile,
  regions: RegionTable,
  now: number,
): WaysNow {
  const regionsOf = (device: Identity) => profile.regionsOf(identityKey(device));
  const route = routeAam({ identities: shared.map(parseIdentityKey), regionsOf }, now, regions);
  const ways = new Map<IdentityKey, Way[]>();
  const add = (identity: Identity, way: Way): void => {
    const key = identityKey(identity);
    const known = ways.get(key) ?? [];
    if (!known.includes(way)) ways.set(key, [...known, way]);
  };
  for (const { device, region } of route.edge) {
    add(device, edgeWay(region));
    for (const identity of route.personIdentities) add(identity, edgeWay(region));
  }
  for (const identity of route.hub) add(identity, HUB);
  return ways;
}
