import { z } from 'zod';
import { DAY_MS } from '#core/util/durations.ts';

/** A regional collection server of Audience Manager. */
export interface AamRegion {
  /** `dcs_region` */
  readonly id: number;
  readonly host: string;
}

/** XDM region family (the letters of `VA6`) → Audience Manager region. */
export type RegionTable = Readonly<Record<string, AamRegion>>;

/** aep.md §7.3. The pairing is not published; a destination may bring its own table. */
export const REGIONS: RegionTable = {
  SGP: { id: 3, host: 'apse.demdex.net' },
  BRA: { id: 4, host: 'sae.demdex.net' },
  IRL: { id: 6, host: 'irl1.demdex.net' },
  VA: { id: 7, host: 'use.demdex.net' },
  AUS: { id: 8, host: 'apse2.demdex.net' },
  OR: { id: 9, host: 'usw2.demdex.net' },
  JPN: { id: 11, host: 'tyo3.demdex.net' },
  IND: { id: 12, host: 'ind1.demdex.net' },
};

/** The region of an XDM data centre code such as `VA6`, or undefined where the table has none (the hub's). */
export function regionOf(code: string, table: RegionTable = REGIONS): AamRegion | undefined {
  const family = /^([A-Z]+)[0-9]*$/.exec(code)?.[1];
  return family !== undefined && Object.hasOwn(table, family) ? table[family] : undefined;
}

/** Audience Manager's edge remembers a device for this long (aep.md §7.4). */
const FRESH_MS = 14 * DAY_MS;

const timestamp = z.iso.datetime({ offset: true });

/**
 * Whether a region record speaks of the past 14 days, the 14th included to the millisecond. A timestamp that lies in
 * the future or is none says nothing (AAM-13).
 * @param now epoch ms
 */
export function isFresh(captureTimestamp: unknown, now: number): boolean {
  const parsed = timestamp.safeParse(captureTimestamp);
  if (!parsed.success) return false;
  const captured = Date.parse(parsed.data);
  return captured <= now && now - captured <= FRESH_MS;
}

/**
 * The regions in which a device was seen lately, each once, by id.
 * @param userActivityRegions the profile field of that name: region code → `{ captureTimestamp }` (aep.md §1.3)
 */
export function freshRegions(userActivityRegions: unknown, now: number, table: RegionTable = REGIONS): AamRegion[] {
  if (typeof userActivityRegions !== 'object' || userActivityRegions === null) return [];
  const regions = new Map<number, AamRegion>();
  for (const [code, record] of Object.entries(userActivityRegions as Record<string, unknown>)) {
    const region = regionOf(code, table);
    if (region && isFresh((record as { captureTimestamp?: unknown } | null)?.captureTimestamp, now)) {
      regions.set(region.id, region);
    }
  }
  return [...regions.values()].sort((a, b) => a.id - b.id);
}
