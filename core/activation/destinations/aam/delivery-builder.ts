import type { MembershipChange } from '#core/activation/delivery.ts';
import type { Decision, Routed } from '#core/activation/diff.ts';
import { edgeLaneId, hubLaneId } from '#core/contract/delivery-lanes.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import { groupBy } from '#core/util/group-by.ts';
import type { AamRegion, RegionTable } from './regions.ts';

/** How an identity reaches Audience Manager: `edge:<region id>` or the hub. */
export type AamRoute = string;
export const HUB: AamRoute = 'hub';
/** The way to the collection servers of a region. */
export const edgeRoute = (region: AamRegion): AamRoute => `edge:${region.id}`;

interface EdgeCall {
  readonly region: AamRegion;
  readonly device: IdentityKey;
  readonly changes: Map<string, MembershipChange>;
  readonly riders: Set<IdentityKey>;
}

/** Collects what goes out about one profile, and makes as few messages of it as there are calls and rows. */
export class DeliveryBuilder {
  readonly devices: readonly IdentityKey[];
  readonly #destinationId: string;
  readonly #decision: Decision;
  readonly #regions: RegionTable;
  readonly #calls: EdgeCall[] = [];
  readonly #rows = new Map<IdentityKey, MembershipChange[]>();

  constructor(destinationId: string, decision: Decision, regions: RegionTable, devices: readonly IdentityKey[]) {
    this.#destinationId = destinationId;
    this.#decision = decision;
    this.#regions = regions;
    this.devices = devices;
  }

  /** @returns the way that it goes: a region that is configured no more, or nobody left to ride with, is the hub's */
  add(key: IdentityKey, change: MembershipChange, route: AamRoute): AamRoute {
    const region = Object.values(this.#regions).find((candidate) => edgeRoute(candidate) === route);
    const isRider = !this.devices.includes(key);
    const carriers = region ? this.#carriersOf(region, isRider ? undefined : key, change) : [];
    for (const call of carriers) {
      call.changes.set(change.segmentId, change);
      if (isRider) call.riders.add(key);
    }
    if (carriers.length > 0) return route;
    const rows = this.#rows.get(key) ?? [];
    // Two ways that are the hub's are one row.
    if (!rows.includes(change)) this.#rows.set(key, [...rows, change]);
    return HUB;
  }

  #carriersOf(region: AamRegion, device: IdentityKey | undefined, change: MembershipChange): EdgeCall[] {
    const here = this.#calls.filter((call) => call.region.id === region.id);
    if (device === undefined) {
      const carrying = here.filter((call) => call.changes.has(change.segmentId));
      if (carrying.length > 0) return carrying;
      if (here[0]) return [here[0]];
      return this.devices[0] === undefined ? [] : [this.#call(region, this.devices[0])];
    }
    return [here.find((call) => call.device === device) ?? this.#call(region, device)];
  }

  #call(region: AamRegion, device: IdentityKey): EdgeCall {
    const call: EdgeCall = { region, device, changes: new Map(), riders: new Set() };
    this.#calls.push(call);
    return call;
  }

  deliveries(): Routed['deliveries'] {
    const base = { destinationId: this.#destinationId, ...this.#decision };
    const calls = this.#calls.map(({ region, device, changes, riders }) => ({
      laneId: edgeLaneId(this.#destinationId),
      delivery: {
        ...base,
        kind: 'aam-edge' as const,
        region: { id: region.id, host: region.host },
        device: parseIdentityKey(device),
        personIdentities: [...riders].map(parseIdentityKey),
        changes: [...changes.values()],
      },
    }));
    const rows = groupBy(this.#rows, ([, changes]) => JSON.stringify(changes));
    const files = [...rows.values()].map((group) => ({
      laneId: hubLaneId(this.#destinationId),
      delivery: {
        ...base,
        kind: 'aam-hub' as const,
        identities: group.map(([key]) => parseIdentityKey(key)),
        changes: group[0]![1],
      },
    }));
    return [...calls, ...files];
  }
}
