import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { MembershipChange } from './delivery.ts';
import type { DestinationState, LastRouted } from './delivery-state.ts';
import type { ActivatedProfile } from './desired.ts';
import type { AamDestination } from './destinations/aam/definition.ts';
import { type AamRoute, DeliveryBuilder, edgeRoute, HUB } from './destinations/aam/delivery-builder.ts';
import { FirstUse, type SharedSince } from './destinations/aam/first-use.ts';
import { isDevice, isShared } from './destinations/aam/identities.ts';
import { REGIONS, type RegionTable } from './destinations/aam/regions.ts';
import { routeAam } from './destinations/aam/route-device.ts';
import { abandonedIdentities, type Decision, diffFor, excludedMemberships, type Routed, routedAfter } from './diff.ts';

/** What of the catalog besides the destination decides about Audience Manager. */
export interface AamSettings {
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
  before: DestinationState,
  decision: Decision,
  settings: AamSettings,
): Routed {
  const regions = destination.regions ?? REGIONS;
  const lastRouted: Record<IdentityKey, Readonly<Record<string, LastRouted>>> = { ...before.lastRouted };
  const excluded: Record<string, string[]> = {};
  const exclude = (reason: string, memberships: readonly string[]): void => {
    if (memberships.length > 0) excluded[reason] = [...(excluded[reason] ?? []), ...memberships];
  };
  const deliveries: Routed['deliveries'][number][] = [];
  const present = new Set<IdentityKey>();
  const firstUse = new FirstUse(destination, settings.sharedSince ?? {}, decision.decidedAt);

  const addDelivery = (
    shared: readonly IdentityKey[],
    candidate: Pick<ActivatedProfile, 'realized' | 'memberships' | 'releasedAt'>,
    routesNow: RoutesNow,
  ): void => {
    const builder = new DeliveryBuilder(
      destination.id,
      decision,
      regions,
      shared.filter((key) => isDevice(parseIdentityKey(key))),
    );
    // Devices first, so that the identities of the person find calls to ride on.
    for (const key of [...builder.devices, ...shared.filter((key) => !builder.devices.includes(key))]) {
      const changes = diffFor([key], candidate, before, decision.decidedAt)
        .filter(({ segmentId }) => !firstUse.holds(candidate, segmentId))
        .map((change) => firstUse.marked(change));
      const present = routesNow.get(key) ?? [HUB];
      const taken = new Map(
        changes.map((change) => {
          const known = before.lastRouted[key]?.[change.segmentId];
          return [change, waysTaken(known, change, present, (aamRoute) => builder.add(key, change, aamRoute))] as const;
        }),
      );
      if (changes.length > 0)
        lastRouted[key] = routedAfter(lastRouted[key], changes, decision, (change) => taken.get(change)!);
    }
    deliveries.push(...builder.deliveries());
  };

  for (const person of activated) {
    const rejected = isDefaultProduction(destination) ? undefined : 'sandbox';
    const candidate = rejected ? { ...person, realized: {} } : person;
    if (rejected) exclude(rejected, excludedMemberships(person));
    const shared = sharedIdentities(person.profile, settings.mergePolicy);
    if (shared.length === 0) exclude('noSharedIdentity', excludedMemberships(candidate));
    else
      exclude(
        'firstUse',
        excludedMemberships(candidate, (segmentId) => firstUse.holds(candidate, segmentId)),
      );
    for (const key of shared) present.add(key);
    addDelivery(shared, candidate, routesNow(shared, candidate, regions, decision.decidedAt));
  }
  for (const key of abandonedIdentities(before, present))
    addDelivery([key], { realized: {}, memberships: {} }, new Map());
  return { deliveries, deliveryState: { lastRouted, digests: {}, excluded } };
}

/**
 * Sends a change its ways, and says by which ways the destination then knows of it. An exit goes all that the membership
 * went. A membership goes those of the present, and to the hub also where an exit went there: its file may be still to
 * come, and would end what the edge has begun.
 */
function waysTaken(
  known: LastRouted | undefined,
  { status }: MembershipChange,
  present: readonly AamRoute[],
  send: (aamRoute: AamRoute) => AamRoute,
): readonly AamRoute[] {
  const earlier = known?.routes ?? [];
  const remembered = known?.status === 'realized' && status === 'realized' ? earlier : [];
  const aamRoutes =
    status === 'exited' && known?.routes ? earlier : earlier.includes(HUB) ? [...present, HUB] : present;
  const taken = [...new Set(aamRoutes)].map(send);
  return [...new Set([...remembered, ...taken])];
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
  { identityGraph }: AamSettings['mergePolicy'],
): readonly IdentityKey[] {
  const own = identityGraph.type === 'none' ? identities.filter((identity) => identity === key) : identities;
  return own.filter((identity) => isShared(parseIdentityKey(identity)));
}

type RoutesNow = ReadonlyMap<IdentityKey, readonly AamRoute[]>;

function routesNow(
  shared: readonly IdentityKey[],
  { profile }: ActivatedProfile,
  regions: RegionTable,
  now: number,
): RoutesNow {
  const regionsOf = (device: Identity) => profile.regionsOf(identityKey(device));
  const route = routeAam({ identities: shared.map(parseIdentityKey), regionsOf }, now, regions);
  const aamRoutes = new Map<IdentityKey, AamRoute[]>();
  const add = (identity: Identity, aamRoute: AamRoute): void => {
    const key = identityKey(identity);
    const known = aamRoutes.get(key) ?? [];
    if (!known.includes(aamRoute)) aamRoutes.set(key, [...known, aamRoute]);
  };
  for (const { device, region } of route.edge) {
    add(device, edgeRoute(region));
    for (const identity of route.personIdentities) add(identity, edgeRoute(region));
  }
  for (const identity of route.hub) add(identity, HUB);
  return aamRoutes;
}
