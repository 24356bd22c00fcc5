import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { Profile } from '#core/profile/profiles.ts';
import type { DestinationState } from './delivery-state.ts';
import type { Routed } from './diff.ts';

/** Segments that see people under one merge policy. */
export interface MergePolicySegments {
  readonly mergePolicy: MergePolicyDefinition;
  /** All others where it is omitted. */
  readonly segments?: ReadonlySet<string>;
}

/** The people of a profile item as one merge policy sees them. */
export interface MergePolicyProfiles {
  readonly policy: MergePolicySegments;
  readonly profiles: readonly Profile[];
}

/**
 * Routes to a destination under one merge policy after the other: under each it is concerned with the people whom that
 * policy sees, and with the segments evaluated under it only (aep.md §4.1). What it knows is one delivery state.
 */
export function forEachMergePolicy(
  policies: readonly MergePolicyProfiles[],
  known: DestinationState,
  route: (profiles: readonly Profile[], deliveryState: DestinationState, isOwn: (id: string) => boolean) => Routed,
): Routed {
  if (policies.length === 1) return route(policies[0]!.profiles, known, () => true);
  const deliveries: Routed['deliveries'][number][] = [];
  let deliveryState: DestinationState = { lastRouted: {}, digests: {}, excluded: {} };
  for (const [index, { policy, profiles }] of policies.entries()) {
    const segments = policy.segments ?? new Set();
    // What is told of a segment that no policy has any more is withdrawn by the first.
    const elsewhere =
      index === 0 ? new Set(policies.slice(1).flatMap((other) => [...(other.policy.segments ?? [])])) : undefined;
    const isOwn = (id: string): boolean => (elsewhere ? !elsewhere.has(id) : segments.has(id));
    const prefix = index === 0 ? '' : `${policy.mergePolicy.id}|`;
    const routed = route(profiles, scoped(known, isOwn, prefix), isOwn);
    deliveries.push(...routed.deliveries);
    deliveryState = joined(deliveryState, routed.deliveryState, isOwn, prefix);
  }
  return { deliveries, deliveryState };
}

/** The part of a delivery state that concerns some segments. */
function scoped(deliveryState: DestinationState, isOwn: (id: string) => boolean, prefix: string): DestinationState {
  const lastRouted = Object.entries(deliveryState.lastRouted).flatMap(([key, segments]) => {
    const own = Object.entries(segments).filter(([id]) => isOwn(id));
    return own.length > 0 ? [[key, Object.fromEntries(own)] as const] : [];
  });
  const digests = Object.entries(deliveryState.digests)
    .filter(([key]) => (prefix === '' ? !key.includes('|') : key.startsWith(prefix)))
    .map(([key, digest]) => [key.slice(prefix.length), digest] as const);
  return { lastRouted: Object.fromEntries(lastRouted), digests: Object.fromEntries(digests), excluded: {} };
}

function joined(
  deliveryState: DestinationState,
  own: DestinationState,
  isOwn: (id: string) => boolean,
  prefix: string,
): DestinationState {
  const lastRouted = { ...deliveryState.lastRouted };
  for (const [key, segments] of Object.entries(own.lastRouted)) lastRouted[key] = { ...lastRouted[key], ...segments };
  const digests = Object.entries(own.digests).map(([key, digest]) => [prefix + key, digest] as const);
  const excluded: Record<string, readonly string[]> = { ...deliveryState.excluded };
  for (const [reason, memberships] of Object.entries(own.excluded)) {
    const kept = memberships.filter((membership) => isOwn(membership.slice(membership.lastIndexOf('|') + 1)));
    if (kept.length > 0) excluded[reason] = [...(excluded[reason] ?? []), ...kept];
  }
  return { lastRouted, digests: { ...deliveryState.digests, ...Object.fromEntries(digests) }, excluded };
}
