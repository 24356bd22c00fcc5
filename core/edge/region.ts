import type { DatastreamDefinition } from './definition.ts';
import type { EdgeRegion } from './hints.ts';

/** Where a call comes from, as far as it says so itself. */
export interface CallOrigin {
  readonly cookies: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Audience Manager's regions, by the code that `userActivityRegion` has for each (docs/reference/aep.md §7.3). */
const CODES: Readonly<Record<string, string>> = {
  3: 'SGP3',
  4: 'BRA2',
  6: 'IRL1',
  7: 'VA6',
  8: 'AUS3',
  9: 'OR2',
  11: 'JPN3',
  12: 'IND1',
};

/**
 * The region that serves a country best: the nearest by distance or cable, which nobody publishes (derived). A country that
 * is not listed has none, and its devices are sent to the hub.
 */
const COUNTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    VA6: 'US CA MX GT HN SV NI CR PA CU DO HT JM PR BS TT BB CO VE EC',
    BRA2: 'BR AR CL UY PY BO PE',
    IRL1: 'GB IE FR DE AT CH IT ES PT NL BE LU DK SE NO FI IS PL CZ SK HU SI HR BA RS ME MK AL GR BG RO MD UA LT LV EE MT CY TR IL MA DZ TN EG NG GH CI SN KE ZA',
    IND1: 'IN PK BD LK NP AE SA QA KW BH OM',
    SGP3: 'SG MY ID TH VN PH KH LA MM BN HK MO TW CN',
    JPN3: 'JP KR',
    AUS3: 'AU NZ FJ PG',
  }).flatMap(([region, countries]) => countries.split(' ').map((country) => [country, region])),
);

/** `MCAAMLH-<time>|<region>` among the pairs of the older library's cookie. */
const HINT = /(?:^|\|)MCAAMLH-\d+\|(\d{1,2})(?:\||$)/;

/**
 * The region in which a device is (docs/edge.md, "Region"): that which Audience Manager has given it, in the cookie of the older
 * library; that of its country, where something in front says it; that of the stage, where the datastream assumes it.
 * @returns the code for `userActivityRegion`, or undefined
 */
export function regionOfCall(
  { cookies, headers }: CallOrigin,
  { orgId, countryHeader, assumeRegion }: DatastreamDefinition,
  stage: EdgeRegion,
): string | undefined {
  const known = cookies.get(`AMCV_${encodeURIComponent(orgId)}`) ?? cookies.get(`AMCV_${orgId}`);
  const hinted = HINT.exec(decoded(known ?? ''))?.[1];
  const country = countryHeader === undefined ? undefined : headers[countryHeader]?.toUpperCase();
  return ownValue(CODES, hinted) ?? ownValue(COUNTRIES, country) ?? (assumeRegion ? stage.location : undefined);
}

const ownValue = (table: Readonly<Record<string, string>>, key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
