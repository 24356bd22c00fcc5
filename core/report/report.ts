import { asActivated } from '#core/activation/activated-identities.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { type DeliveryStateItem, type DeliveryStateStore, NOTHING_ROUTED } from '#core/activation/delivery-state.ts';
import type { ActivatedProfile } from '#core/activation/desired.ts';
import type { AamDestination } from '#core/activation/destinations/aam/definition.ts';
import { isDevice, isShared } from '#core/activation/destinations/aam/identities.ts';
import { REGIONS } from '#core/activation/destinations/aam/regions.ts';
import { routeAam } from '#core/activation/destinations/aam/route-device.ts';
import { permitted } from '#core/activation/permitted.ts';
import type { RouteSettings } from '#core/activation/route.ts';
import { spellings } from '#core/activation/spellings.ts';
import type { Governance } from '#core/governance/governance.ts';
import { linksOf } from '#core/identity/add-assertions.ts';
import { graphsOf } from '#core/identity/linking-rules.ts';
import type { Redirect, Versioned } from '#core/identity/versioned-store.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { type Profile, profilesOf } from '#core/profile/profiles.ts';
import { identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { EvaluateSettings } from '#core/segmentation/evaluate-item.ts';
import { isRedirect, type MembershipItem, type MembershipStore } from '#core/segmentation/membership.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';

/** What stands in the stores, counted. */
export interface Report {
  profiles: number;
  /** Number of identities → number of graphs of that size. */
  graphs: { sizes: Record<string, number> };
  segments: Record<string, SegmentReport>;
  destinations: Record<string, DestinationReport>;
  /** Of the segments that are shared with Audience Manager: where their members' devices go at this instant. */
  aam: Record<string, AamReport>;
}

export interface SegmentReport {
  method: string;
  count: number;
  /** Keys of the profiles, sorted. */
  members: string[];
}

/** Memberships, one per profile and segment. */
export interface DestinationReport {
  entries: number;
  exits: number;
  excluded: Record<string, number>;
}

export interface AamReport {
  /** Region id → devices; a device with two fresh regions counts in both. */
  edge: Record<string, number>;
  hub: number;
  /** Reason → profiles. */
  excluded: Record<string, number>;
}

/** What counting what stands in the stores needs of the catalog. */
export interface ReportSettings {
  readonly segments: SegmentSet;
  readonly destinations: ReadonlyMap<string, DestinationDefinition>;
  readonly governance: Governance | undefined;
  readonly fold: FoldSettings;
  readonly evaluation: EvaluateSettings;
  readonly route: RouteSettings;
}

export interface ReportSource {
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly deliveryStates: DeliveryStateStore;
}

const READS_CONCURRENCY = 16;

/** Counts everything by reading every item once. @param now epoch ms, decides which regions are fresh */
export async function report(source: ReportSource, settings: ReportSettings, now: number): Promise<Report> {
  const result = emptyReport(settings);
  const countProfile = (
    { aam, destinations }: Report,
    profile: Profile,
    memberships: ActivatedProfile['memberships'],
    deliveryState: DeliveryStateItem | undefined,
  ): void => {
    for (const destination of settings.destinations.values()) {
      const { id } = destination;
      if (destination.type === 'aam') {
        countShares(aam, destination, activatedOf(profile, memberships, destination), settings.governance, now);
      }
      if (deliveryState)
        countRouted(destinations[id]!, destination, profile, deliveryState.destinations[id] ?? NOTHING_ROUTED);
    }
  };
  await mapWithConcurrency(source.profiles.scan(), READS_CONCURRENCY, async (item) => {
    for (const { identities } of graphsOf(linksOf(item.linkHistory, settings.fold.links))) {
      increase(result.graphs.sizes, String(identities.length));
    }
    const stored = unlessRedirect(await source.memberships.get(item.canonicalKey));
    const deliveryState = unlessRedirect(await source.deliveryStates.get(item.canonicalKey));
    if (stored) listMembers(result, stored);
    for (const person of profilesOf(item, settings.route)) {
      const profile = asActivated(person, settings.route.activation);
      result.profiles += 1;
      countProfile(result, profile, stored?.profiles[profile.key]?.segments ?? {}, deliveryState);
    }
  });
  for (const segment of Object.values(result.segments)) {
    segment.members.sort();
    segment.count = segment.members.length;
  }
  return result;
}

const unlessRedirect = <T extends Versioned>(item: T | Redirect | undefined): T | undefined =>
  isRedirect(item) ? undefined : item;

function activatedOf(
  profile: Profile,
  memberships: ActivatedProfile['memberships'],
  { segments }: AamDestination,
): ActivatedProfile {
  const shared = segments.filter((id) => memberships[id]?.status === 'realized');
  return { profile, memberships, realized: Object.fromEntries(shared.map((id) => [id, memberships[id]!])) };
}

/** Members are profiles as the merge policy of the segment sees them. */
function listMembers({ segments }: Report, { profiles }: MembershipItem): void {
  for (const [key, entry] of Object.entries(profiles)) {
    for (const [id, { status }] of Object.entries(entry.segments)) {
      if (status === 'realized') segments[id]?.members.push(key);
    }
  }
}

function emptyReport(settings: ReportSettings): Report {
  const { segments, destinations } = settings;
  const shared = [...destinations.values()].flatMap((destination) =>
    destination.type === 'aam' ? destination.segments : [],
  );
  return {
    profiles: 0,
    graphs: { sizes: {} },
    segments: Object.fromEntries(
      [...segments.ids].sort().map((id) => [id, { method: segments.plans.get(id)!.method, count: 0, members: [] }]),
    ),
    destinations: Object.fromEntries(
      [...destinations.keys()].map((id) => [id, { entries: 0, exits: 0, excluded: {} }]),
    ),
    aam: Object.fromEntries([...new Set(shared)].map((id) => [id, { edge: {}, hub: 0, excluded: {} }])),
  };
}

function countRouted(
  counts: DestinationReport,
  destination: DestinationDefinition,
  profile: Profile,
  { lastRouted, excluded }: typeof NOTHING_ROUTED,
): void {
  const written = spellings(profile.identities, destination);
  for (const id of destination.segments) {
    const statuses = written.map((key) => lastRouted[key]?.[id]?.status);
    if (statuses.includes('realized')) counts.entries += 1;
    else if (statuses.includes('exited')) counts.exits += 1;
  }
  for (const [reason, memberships] of Object.entries(excluded)) {
    const own = memberships.filter((membership) => membership.startsWith(`${profile.key}|`));
    if (own.length > 0) increase(counts.excluded, reason, own.length);
  }
}

function countShares(
  shares: Report['aam'],
  destination: AamDestination,
  candidate: ActivatedProfile,
  governance: Governance | undefined,
  now: number,
): void {
  const { activated, excluded } = permitted(destination, [candidate], governance);
  for (const id of Object.keys(candidate.realized)) {
    const reason = Object.keys(excluded).find((one) => excluded[one]!.includes(`${candidate.profile.key}|${id}`));
    if (reason !== undefined && !activated[0]!.realized[id]) increase(shares[id]!.excluded, reason);
  }
  const { profile, realized } = activated[0]!;
  const segments = Object.keys(realized);
  if (segments.length === 0) return;
  const identities = profile.identities.map(parseIdentityKey).filter(isShared);
  const regionsOf = (device: Parameters<typeof identityKey>[0]) => profile.regionsOf(identityKey(device));
  const routed = routeAam({ identities, regionsOf }, now, destination.regions ?? REGIONS);
  for (const id of segments) {
    const counts = shares[id]!;
    if (identities.length === 0) increase(counts.excluded, 'noSharedIdentity');
    for (const { region } of routed.edge) increase(counts.edge, String(region.id));
    counts.hub += routed.hub.filter(isDevice).length;
  }
}

function increase(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}
