import { activationVersion } from '#core/activation/activation-version.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import {
  type DeliveryStateStore,
  type DestinationState,
  NOTHING_ROUTED,
  noDeliveryState,
} from '#core/activation/delivery-state.ts';
import { membersOf } from '#core/activation/guard.ts';
import { profilesIn, type RouteSettings, routeItem } from '#core/activation/route.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { isRedirect, type MembershipItem, noMemberships } from '#core/segmentation/membership.ts';

/** What a change of the catalog has sent to one destination. What it has under one canonical identity is one profile. */
export interface DestinationImpact {
  readonly id: string;
  readonly type: string;
  readonly change: 'new' | 'changed' | 'removed';
  /** Audience → profiles that enter or leave it there. A destination that is removed is sent nothing any more. */
  readonly audiences: Readonly<Record<string, { readonly entries: number; readonly exits: number }>>;
  /** Reason → memberships that are not sent. */
  readonly excluded: Readonly<Record<string, number>>;
}

type Destinations = ReadonlyMap<string, DestinationDefinition>;

interface Tally {
  readonly audiences: Map<string, { entries: number; exits: number }>;
  readonly excluded: Map<string, number>;
}

/** Counts, item by item, who is sent to the destinations that a catalog adds or edits; nothing is written. */
export class DestinationImpacts {
  readonly #changes: ReadonlyMap<string, DestinationImpact['change']>;
  readonly #types: ReadonlyMap<string, string>;
  readonly #settings: RouteSettings;
  readonly #deliveryStates: Pick<DeliveryStateStore, 'get'>;
  readonly #now: number;
  readonly #tallies = new Map<string, Tally>();

  /** @param now epoch ms */
  constructor(
    before: Destinations,
    after: RouteSettings,
    deliveryStates: Pick<DeliveryStateStore, 'get'>,
    now: number,
  ) {
    this.#changes = changesBetween(before, after.destinations);
    this.#types = new Map([...before, ...after.destinations].map(([id, { type }]) => [id, type]));
    const edited = [...after.destinations].filter(([id]) => this.#changes.has(id));
    this.#settings = { ...after, destinations: new Map(edited) };
    this.#deliveryStates = deliveryStates;
    this.#now = now;
  }

  /** @param members audience → keys of the profiles of the item that are in it under the new catalog */
  async add(item: ProfileItem, members: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    if (this.#settings.destinations.size === 0) return;
    const { canonicalKey } = item;
    const stored = await this.#deliveryStates.get(canonicalKey);
    const before = stored && !isRedirect(stored) ? stored : noDeliveryState(canonicalKey);
    const memberships = asMemberships(canonicalKey, members, this.#now);
    const decision = { canonicalKey, revision: before.lastRevision + 1, decidedAt: this.#now };
    const profiles = profilesIn(item, this.#settings);
    const { after } = routeItem(profiles, memberships, before, this.#settings, decision);
    for (const id of this.#settings.destinations.keys()) {
      this.#count(id, before.destinations[id] ?? NOTHING_ROUTED, after.destinations[id] ?? NOTHING_ROUTED);
    }
  }

  #count(id: string, before: DestinationState, after: DestinationState): void {
    const [had, has] = [membersOf(before), membersOf(after)];
    const { audiences, excluded } = this.#tallyOf(id);
    for (const audience of had.union(has)) {
      const counts = audiences.get(audience) ?? { entries: 0, exits: 0 };
      if (!had.has(audience)) counts.entries += 1;
      if (!has.has(audience)) counts.exits += 1;
      audiences.set(audience, counts);
    }
    for (const [reason, memberships] of Object.entries(after.excluded)) {
      excluded.set(reason, (excluded.get(reason) ?? 0) + memberships.length);
    }
  }

  /** By id. */
  get impacts(): readonly DestinationImpact[] {
    return [...this.#changes]
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([id, change]) => {
        const { audiences, excluded } = this.#tallyOf(id);
        return {
          id,
          type: this.#types.get(id)!,
          change,
          audiences: Object.fromEntries(audiences),
          excluded: Object.fromEntries(excluded),
        };
      });
  }

  #tallyOf(id: string): Tally {
    const tally = this.#tallies.get(id) ?? { audiences: new Map(), excluded: new Map() };
    this.#tallies.set(id, tally);
    return tally;
  }
}

function changesBetween(before: Destinations, after: Destinations): ReadonlyMap<string, DestinationImpact['change']> {
  const changes = new Map<string, DestinationImpact['change']>();
  for (const [id, destination] of after) {
    const known = before.get(id);
    if (!known) changes.set(id, 'new');
    else if (activationVersion([known]) !== activationVersion([destination])) changes.set(id, 'changed');
  }
  for (const id of before.keys()) if (!after.has(id)) changes.set(id, 'removed');
  return changes;
}

/** As if everybody had just entered, and Audience Manager need not wait for the batch evaluation. */
export function asMemberships(
  canonicalKey: string,
  members: ReadonlyMap<string, ReadonlySet<string>>,
  now: number,
): MembershipItem {
  const profiles: Record<string, MembershipItem['profiles'][string]> = {};
  for (const [segmentId, keys] of members) {
    for (const key of keys) {
      const held = profiles[key] ?? { segments: {}, digest: '', releasedAt: now };
      const segments = { ...held.segments, [segmentId]: { status: 'realized' as const, lastQualificationTime: now } };
      profiles[key] = { ...held, segments };
    }
  }
  return { ...noMemberships(canonicalKey), profiles };
}
