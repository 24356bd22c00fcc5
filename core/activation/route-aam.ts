import type { AamDestination } from '#core/catalog/definitions.ts';
import { edgeOutletId, hubOutletId } from '#core/contract/connections.ts';
import { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/identity/identity.ts';
import { isDevice, isShared } from './aam/identities.ts';
import { type AamRegion, REGIONS, type RegionTable } from './aam/regions.ts';
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

/** How an identity reaches Audience Manager: `edge:<region id>` or the hub. */
type Way = string;
const HUB: Way = 'hub';
const edgeWay = (region: AamRegion): Way => `edge:${region.id}`;

/**
 * Audience Manager (aep.md §7, design §7): each device goes to the edge of every region in which it was seen lately,
 * else to the hub; the identities of the person ride on the profile's edge calls, else go to the hub. What is withdrawn
 * goes the way it came. The region is looked at whenever something is told, and never otherwise.
 */
export function routeToAudienceManager(
  destination: AamDestination,
  activated: readonly ActivatedProfile[],
  before: DestinationLedger,
  decision: Decision,
): Routed {
  const regions = destination.regions ?? REGIONS;
  const told: Record<IdentityKey, Readonly<Record<string, Told>>> = { ...before.told };
  const noSharedIdentity: string[] = [];
  const deliveries: Routed['deliveries'][number][] = [];
  const present = new Set<IdentityKey>();

  const tell = (
    shared: readonly IdentityKey[],
    candidate: Pick<ActivatedProfile, 'realized' | 'memberships'>,
    waysNow: WaysNow,
  ) => {
    const post = new Post(
      destination.id,
      decision,
      regions,
      shared.filter((key) => isDevice(parseIdentityKey(key))),
    );
    // Devices first, so that the identities of the person find calls to ride on.
    for (const key of [...post.devices, ...shared.filter((key) => !post.devices.includes(key))]) {
      const changes = differencesFor([key], candidate, before, decision.decidedAt);
      const waysOf = ({ segmentId, status }: MembershipChange): readonly Way[] =>
        (status === 'exited' ? before.told[key]?.[segmentId]?.via : undefined) ?? waysNow.get(key) ?? [HUB];
      for (const change of changes) {
        for (const way of waysOf(change)) post.add(key, change, way);
      }
      if (changes.length > 0) told[key] = toldAfter(told[key], changes, waysOf);
    }
    deliveries.push(...post.deliveries());
  };

  for (const candidate of activated) {
    const { profile } = candidate;
    const shared = profile.identities.filter((key) => isShared(parseIdentityKey(key)));
    if (shared.length === 0) {
      noSharedIdentity.push(...excludedMemberships(candidate));
      continue;
    }
    for (const key of shared) present.add(key);
    tell(shared, candidate, waysNow(shared, candidate, regions, decision.decidedAt));
  }
  for (const key of abandonedIdentities(before, present)) tell([key], { realized: {}, memberships: {} }, new Map());
  const excluded = noSharedIdentity.length > 0 ? { noSharedIdentity } : {};
  return { deliveries, ledger: { told, digests: {}, excluded } };
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

interface EdgeCall {
  readonly region: AamRegion;
  readonly device: IdentityKey;
  readonly changes: Map<string, MembershipChange>;
  readonly riders: Set<IdentityKey>;
}

/** Collects what goes out about one profile, and makes as few messages of it as there are calls and rows. */
class Post {
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

  add(key: IdentityKey, change: MembershipChange, way: Way): void {
    const region = Object.values(this.#regions).find((candidate) => edgeWay(candidate) === way);
    const isRider = !this.devices.includes(key);
    const carriers = region ? this.#carriersOf(region, isRider ? undefined : key, change) : [];
    for (const call of carriers) {
      call.changes.set(change.segmentId, change);
      if (isRider) call.riders.add(key);
    }
    // A region that is configured no more, or nobody left to ride with: the hub takes everything.
    if (carriers.length === 0) this.#rows.set(key, [...(this.#rows.get(key) ?? []), change]);
  }

  #carriersOf(region: AamRegion, device: IdentityKey | undefined, change: MembershipChange): EdgeCall[] {
    const here = this.#calls.filter((call) => call.region.id === region.id);
    if (device === undefined) {
      const telling = here.filter((call) => call.changes.has(change.segmentId));
      if (telling.length > 0) return telling;
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
      outletId: edgeOutletId(this.#destinationId),
      delivery: {
        ...base,
        kind: 'aam-edge' as const,
        region: { id: region.id, host: region.host },
        device: parseIdentityKey(device),
        personIdentities: [...riders].map(parseIdentityKey),
        changes: [...changes.values()],
      },
    }));
    const rows = Map.groupBy(this.#rows, ([, changes]) => JSON.stringify(changes));
    const files = [...rows.values()].map((group) => ({
      outletId: hubOutletId(this.#destinationId),
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
