import type { Identity } from '#core/record/identity.ts';
import { isDevice, isShared } from './identities.ts';
import { type AamRegion, freshRegions, REGIONS, type RegionTable } from './regions.ts';

export interface AamProfile {
  readonly identities: readonly Identity[];
  /** The `userActivityRegions` that were captured for a device, or undefined where there are none. */
  regionsOf(device: Identity): unknown;
}

export interface AamRoute {
  /** One entry for each device and each region in which it was seen lately. */
  readonly edge: readonly { readonly device: Identity; readonly region: AamRegion }[];
  /** Identities whose rows go into the files. */
  readonly hub: readonly Identity[];
  /** Identities of the person that ride on the edge calls; they are in `hub` where there is no call. */
  readonly personIdentities: readonly Identity[];
  /** Identities that are never shared: custom namespaces, raw e-mail. */
  readonly notShared: readonly Identity[];
  readonly excluded?: 'noSharedIdentity';
}

/**
 * Edge or hub, for each identity of a profile (aep.md §7.1; docs/audience-manager.md, "Edge or hub"). A device goes to
 * the edge of every region in which it was seen in the past 14 days and then not to the hub as well (AAM-4, AAM-5); a
 * device without such a region goes to the hub. Whether a segment is evaluated by streaming or in batch makes no
 * difference (AAM-6).
 * @param now epoch ms at which the membership is shared
 */
export function routeAam(profile: AamProfile, now: number, table: RegionTable = REGIONS): AamRoute {
  const shared = profile.identities.filter(isShared);
  const notShared = profile.identities.filter((identity) => !isShared(identity));
  const devices = shared.filter(isDevice);
  const persons = shared.filter((identity) => !isDevice(identity));

  const edge: AamRoute['edge'][number][] = [];
  const hub: Identity[] = [];
  for (const device of devices) {
    const regions = freshRegions(profile.regionsOf(device), now, table);
    for (const region of regions) edge.push({ device, region });
    if (regions.length === 0) hub.push(device);
  }
  const rides = edge.length > 0;
  return {
    edge,
    hub: rides ? hub : [...hub, ...persons],
    personIdentities: rides ? persons : [],
    notShared,
    ...(shared.length === 0 && { excluded: 'noSharedIdentity' as const }),
  };
}
