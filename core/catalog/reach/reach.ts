import type { DestinationDefinition } from '#core/activation/definition.ts';
import { NOTHING_ROUTED, noDeliveryState } from '#core/activation/delivery-state.ts';
import { membersOf } from '#core/activation/guard.ts';
import type { MergePolicyProfiles } from '#core/activation/merge-policies.ts';
import { isProfileDestination } from '#core/activation/registry.ts';
import { profilesIn, type RouteSettings, routeItem } from '#core/activation/route.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import type { Profile } from '#core/profile/profiles.ts';
import type { EvaluateSettings } from '#core/segmentation/evaluate-item.ts';
import type { PreviewDeps } from '#core/segmentation/preview.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { membersIn } from '../audience-impact.ts';
import { asMemberships } from '../destination-impact.ts';

/** How many of its members a destination would be sent (docs/destinations.md, "Who is reached"). */
export interface DestinationReach {
  readonly destination: string;
  readonly type: string;
  /** Profiles that are in an audience of it. */
  readonly members: number;
  /** Of these, those that would be sent. */
  readonly reached: number;
  /** Reason → profiles that would not be sent at all. */
  readonly excluded: Readonly<Record<string, number>>;
}

export interface Reach {
  /** Profiles that were looked at. */
  readonly profiles: number;
  /** Whether they are all that there are; else the counts are those of a sample. */
  readonly isExact: boolean;
  readonly destinations: readonly DestinationReach[];
}

interface Tally {
  members: number;
  reached: number;
  readonly excluded: Map<string, number>;
}

const ITEMS_CONCURRENCY = 16;

/** Whether it is told of people: of Audience Manager, which is told of devices, nothing is counted. */
const isCounted = ([, destination]: readonly [string, DestinationDefinition]): boolean =>
  isProfileDestination(destination);

/**
 * Looks who of some profile items is in the audiences of destinations, and whom of them these would be sent: the rules of
 * evaluation and routing, on what is stored; nothing is written.
 * @param route the catalog's, with the destinations that are looked at
 * @param mostItems how many items are looked at, those that come first: a table is scanned in the order of hashes of its keys
 */
export async function reachOf(
  { route: all, evaluation }: { readonly route: RouteSettings; readonly evaluation: EvaluateSettings },
  deps: PreviewDeps,
  mostItems: number,
): Promise<Reach> {
  const route = { ...all, destinations: new Map([...all.destinations].filter(isCounted)) };
  const tallies = new Map(
    [...route.destinations.keys()].map((id): [string, Tally] => [id, { members: 0, reached: 0, excluded: new Map() }]),
  );
  const scanned = { profiles: 0, isExact: true };
  await mapWithConcurrency(firstOf(deps.profiles.scan(), mostItems, scanned), ITEMS_CONCURRENCY, async (item) => {
    const { members, profileCount } = await membersIn(item, evaluation, deps);
    scanned.profiles += profileCount;
    for (const alone of eachAlone(profilesIn(item, route))) countOne(alone, item, members, route, tallies, deps.now);
  });
  const destinations = [...tallies].map(([destination, { members, reached, excluded }]) => ({
    destination,
    type: route.destinations.get(destination)!.type,
    members,
    reached,
    excluded: Object.fromEntries([...excluded].sort(([, a], [, b]) => b - a)),
  }));
  return { ...scanned, destinations };
}

async function* firstOf(
  items: AsyncIterable<ProfileItem>,
  most: number,
  scanned: { isExact: boolean },
): AsyncIterable<ProfileItem> {
  let count = 0;
  for await (const item of items) {
    if (count === most) {
      scanned.isExact = false;
      return;
    }
    count += 1;
    yield item;
  }
}

interface Alone {
  readonly policy: MergePolicyProfiles['policy'];
  readonly profile: Profile;
  /** As {@link routeItem} takes them: nobody else is there. */
  readonly policyProfiles: readonly MergePolicyProfiles[];
}

/** The people of an item one by one. */
function* eachAlone(all: readonly MergePolicyProfiles[]): Iterable<Alone> {
  for (const { policy, profiles } of all) {
    for (const profile of profiles) {
      const policyProfiles = all.map((each) => ({
        policy: each.policy,
        profiles: each.policy === policy ? [profile] : [],
      }));
      yield { policy, profile, policyProfiles };
    }
  }
}

function countOne(
  { policy, profile, policyProfiles }: Alone,
  { canonicalKey }: ProfileItem,
  members: ReadonlyMap<string, ReadonlySet<string>>,
  route: RouteSettings,
  tallies: ReadonlyMap<string, Tally>,
  now: number,
): void {
  const isOwn = (id: string): boolean => policy.segments?.has(id) ?? true;
  const own = new Map([...members].filter(([id, keys]) => isOwn(id) && keys.has(profile.key)));
  if (own.size === 0) return;
  const decision = { canonicalKey, revision: 1, decidedAt: now };
  const memberships = asMemberships(canonicalKey, own, now);
  const { after } = routeItem(policyProfiles, memberships, noDeliveryState(canonicalKey), route, decision);
  for (const [id, tally] of tallies) {
    const { segments, enabled } = route.destinations.get(id)!;
    if (!enabled || !segments.some((segmentId) => own.has(segmentId))) continue;
    const { excluded } = after.destinations[id] ?? NOTHING_ROUTED;
    tally.members += 1;
    if (membersOf(after.destinations[id] ?? NOTHING_ROUTED).size > 0) tally.reached += 1;
    else for (const reason of Object.keys(excluded)) tally.excluded.set(reason, (tally.excluded.get(reason) ?? 0) + 1);
  }
}
