import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFresh, REGIONS, regionOf } from '#core/activation/destinations/aam/regions.ts';
import { type AamRoute, routeAam } from '#core/activation/destinations/aam/route-device.ts';
import { type Identity, identityKey } from '#core/record/identity.ts';
import { DAY, ecid, gaid, HOUR, hashedEmail, identity, idfa, NOW } from './factories.ts';

type Regions = Readonly<Record<string, number>>;

/** `userActivityRegions` with timestamps given as an age in ms. */
const seen = (regions: Regions) =>
  Object.fromEntries(
    Object.entries(regions).map(([code, age]) => [code, { captureTimestamp: new Date(NOW - age).toISOString() }]),
  );

function route(identities: readonly Identity[], regions: Regions | unknown = {}): AamRoute {
  const records = Object.values(regions as object).every((age) => typeof age === 'number')
    ? seen(regions as Regions)
    : regions;
  return routeAam({ identities, regionsOf: () => records }, NOW);
}

const edgeOf = ({ edge }: AamRoute): string[] =>
  edge.map(({ device, region }) => `${identityKey(device)}@${region.id}`);
const at = (device: Identity, region: number): string => `${identityKey(device)}@${region}`;

describe('edge or hub', () => {
  it('AAM-1: a device seen 13 days and 23 hours ago goes to the edge', () => {
    const routed = route([ecid()], { VA6: 13 * DAY + 23 * HOUR });
    expect(routed.edge).toEqual([{ device: ecid(), region: { id: 7, host: 'use.demdex.net' } }]);
    expect(routed.hub).toEqual([]);
  });

  it('AAM-2: a device seen 14 days and a second ago goes to the hub', () => {
    const routed = route([ecid()], { VA6: 14 * DAY + 1000 });
    expect(routed).toMatchObject({ edge: [], hub: [ecid()] });
  });

  it('AAM-2: at exactly 14 days it is the edge, a millisecond later the hub', () => {
    expect(edgeOf(route([ecid()], { VA6: 14 * DAY }))).toEqual([at(ecid(), 7)]);
    expect(edgeOf(route([ecid()], { VA6: 14 * DAY + 1 }))).toEqual([]);
  });

  it('AAM-3: a device without region information goes to the hub', () => {
    expect(routeAam({ identities: [ecid()], regionsOf: () => undefined }, NOW)).toMatchObject({
      edge: [],
      hub: [ecid()],
    });
  });

  it('AAM-4: a fresh and a stale region make one call, and no copy for the hub', () => {
    const routed = route([ecid()], { VA6: DAY, IRL1: 20 * DAY });
    expect(edgeOf(routed)).toEqual([at(ecid(), 7)]);
    expect(routed.hub).toEqual([]);
  });

  it('AAM-5: two fresh regions both get it', () => {
    expect(edgeOf(route([ecid()], { VA6: DAY, OR2: DAY }))).toEqual([at(ecid(), 7), at(ecid(), 9)]);
  });

  it('AAM-5: two data centres of one region are one call', () => {
    expect(edgeOf(route([ecid()], { VA6: DAY, VA7: 2 * DAY }))).toEqual([at(ecid(), 7)]);
  });

  it('AAM-6: only the region decides: what is shared later of the same profile takes the way of that instant', () => {
    const records = seen({ VA6: 13 * DAY });
    const profile = { identities: [ecid()], regionsOf: () => records };
    expect(edgeOf(routeAam(profile, NOW))).toEqual([at(ecid(), 7)]);
    expect(routeAam(profile, NOW + 2 * DAY)).toMatchObject({ edge: [], hub: [ecid()] });
  });

  it('AAM-7: a CRM id and a raw address share nothing, and that is said', () => {
    const identities = [identity('CRMID', 'C1'), identity('Email', 'a@example.com')];
    expect(route(identities, { VA6: DAY })).toEqual({
      edge: [],
      hub: [],
      personIdentities: [],
      notShared: identities,
      excluded: 'noSharedIdentity',
    });
  });

  it('AAM-8: of an address and its hash only the hash is shared', () => {
    const routed = route([identity('Email', 'a@example.com'), hashedEmail()]);
    expect(routed.hub).toEqual([hashedEmail()]);
    expect(routed.excluded).toBeUndefined();
  });

  it('AAM-8: an address in the namespace of hashes is not shared either', () => {
    expect(route([identity('Email_LC_SHA256', 'a@example.com')]).excluded).toBe('noSharedIdentity');
  });

  it('AAM-9: a custom namespace is never shared, the IDFA beside it is', () => {
    const routed = route([identity('loyalty', 'L1'), idfa()]);
    expect(routed).toMatchObject({ hub: [idfa()], notShared: [identity('loyalty', 'L1')] });
  });

  it.each(['ZAF2', 'DEU1', 'ARE1', 'va6', 'VA6x', 'xVA6', '1VA6', ' VA6', 'EU-VA6', '', '__proto__', 'constructor'])(
    'AAM-12: region code %j is unknown, so the hub gets it',
    (code) => expect(route([ecid()], { [code]: DAY })).toMatchObject({ edge: [], hub: [ecid()] }),
  );

  it.each([
    ['in the future', new Date(NOW + 1).toISOString()],
    ['no date', 'yesterday'],
    ['without a zone', '2026-02-28T10:00:00'],
    ['of a day that does not exist', '2026-02-30T10:00:00Z'],
    ['a number', NOW - DAY],
    ['missing', undefined],
    ['null', null],
  ])('AAM-13: a timestamp that is %s does not count', (_, captureTimestamp) => {
    expect(route([ecid()], { VA6: { captureTimestamp } })).toMatchObject({ edge: [], hub: [ecid()] });
    expect(isFresh(captureTimestamp, NOW)).toBe(false);
  });

  it.each([null, 'x', 5, { VA6: null }, { VA6: 'x' }])('takes %j for no region information', (records) => {
    expect(routeAam({ identities: [ecid()], regionsOf: () => records }, NOW).hub).toEqual([ecid()]);
  });

  it('sends each device by its own region records', () => {
    const regionsOf = (device: Identity) => (device.namespace === 'GAID' ? seen({ IRL1: DAY }) : undefined);
    const routed = routeAam({ identities: [ecid(), gaid()], regionsOf }, NOW);
    expect(edgeOf(routed)).toEqual([at(gaid(), 6)]);
    expect(routed.hub).toEqual([ecid()]);
  });

  it('lets the identities of the person ride on the edge calls, else they go to the hub', () => {
    const persons = [identity('AdCloud', 'x1'), identity('Google', 'g1'), hashedEmail()];
    expect(route([ecid(), ...persons], { VA6: DAY })).toMatchObject({ hub: [], personIdentities: persons });
    expect(route([ecid(), ...persons])).toMatchObject({ hub: [ecid(), ...persons], personIdentities: [] });
  });

  it("takes Audience Manager's own spelling of the hashed address as well", () => {
    expect(route([{ ...hashedEmail(), namespace: 'EMAIL_LC_SHA256' }]).excluded).toBeUndefined();
  });

  it('brings every shared identity to exactly one of edge, ride and hub, and no other anywhere', () => {
    const anyIdentity = fc.oneof(
      fc.integer({ min: 1, max: 3 }).map(ecid),
      fc.integer({ min: 1, max: 3 }).map(idfa),
      fc.integer({ min: 1, max: 3 }).map(hashedEmail),
      fc.constantFrom(identity('CRMID', 'C1'), identity('Email', 'a@b.c'), identity('adcloud', '1')),
    );
    const identities = fc.uniqueArray(anyIdentity, { selector: identityKey });
    const regions = fc.dictionary(fc.constantFrom('VA6', 'OR2', 'ZAF2'), fc.integer({ min: -DAY, max: 20 * DAY }));
    fc.assert(
      fc.property(identities, regions, (all, captured) => {
        const { edge, hub, personIdentities, notShared, excluded } = route(all, captured);
        const routes = [...new Set(edge.map(({ device }) => device)), ...hub, ...personIdentities, ...notShared];
        expect(routes.map(identityKey).sort()).toEqual(all.map(identityKey).sort());
        expect(personIdentities.length > 0 && edge.length === 0).toBe(false);
        expect(excluded === 'noSharedIdentity').toBe(notShared.length === all.length);
      }),
    );
  });
});

describe('regions', () => {
  it('are found by the letters of the data centre', () => {
    expect(regionOf('VA6')).toEqual({ id: 7, host: 'use.demdex.net' });
    expect(Object.keys(REGIONS).map((family) => regionOf(`${family}12`)?.id)).toEqual([3, 4, 6, 7, 8, 9, 11, 12]);
  });

  it('may be replaced by the destination', () => {
    const table = { ZAF: { id: 99, host: 'zaf.example.net' } };
    expect(regionOf('ZAF2', table)?.id).toBe(99);
    expect(regionOf('VA6', table)).toBeUndefined();
  });
});
