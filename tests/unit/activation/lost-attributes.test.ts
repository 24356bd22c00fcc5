import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { type DestinationState, NOTHING_ROUTED } from '#core/activation/delivery-state.ts';
import { digestOf, isSameDigest, lostAttributes } from '#core/activation/lost-attributes.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { routeToProfileDestination } from '#core/activation/route-profile.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW } from './factories.ts';

const PATHS = ['person.name.firstName', 'homeAddress.city', 'loyalty.tier'];
const FIELDS = { first_name: PATHS[0]!, city: PATHS[1]!, tier: PATHS[2]! };
const WRITTEN: Readonly<Record<string, object>> = {
  braze: { type: 'braze', url: 'https://rest.example.com', identities: { externalId: ['CRMID'] }, fields: FIELDS },
  airship: { type: 'airship', site: 'eu', identities: { namedUser: ['CRMID'] }, fields: FIELDS },
  klaviyo: {
    type: 'klaviyo',
    fields: { first_name: PATHS[0]!, 'location.city': PATHS[1]!, 'properties.tier': PATHS[2]! },
    identities: { email: true },
  },
};
const destinationOf = (name: string): ProfileDestination =>
  destinationDefinition.parse({ id: 'd', segments: ['A1'], ...WRITTEN[name] }) as ProfileDestination;

type Values = Readonly<Record<string, string | undefined>>;
const nested = (values: Values): object => ({
  person: { name: { firstName: values[PATHS[0]!] } },
  homeAddress: { city: values[PATHS[1]!] },
  loyalty: { tier: values[PATHS[2]!] },
});

/** Routes a member with some attributes. */
function route(destination: ProfileDestination, values: Values, before: DestinationState, isMember = true) {
  const membership = { status: 'realized', lastQualificationTime: NOW } as const;
  const profile = {
    key: 'CRMID:C1',
    identities: ['CRMID:C1', 'Email:ada@example.com'],
    view: nested(values),
    optedOut: false,
    regionsOf: () => undefined,
  };
  const own = isMember ? { A1: membership } : {};
  const candidate = { profile, realized: own, memberships: own } as never;
  const decision = { canonicalKey: 'CRMID:C1', revision: 1, decidedAt: NOW };
  const { deliveries, deliveryState } = routeToProfileDestination(destination, [candidate], before, decision);
  return { deliveries: deliveries.map(({ delivery }) => delivery as ProfileDelivery), deliveryState };
}

/** The requests about a delivery, as texts. */
function bodiesOf(destination: ProfileDestination, delivery: ProfileDelivery): string[] {
  const type = requestTypeOf(destination)!;
  const context = { credentials: {}, now: NOW, segmentName: () => 'A', audienceId: () => 'L1' };
  const made = type.rows(delivery, destination, context);
  if ('delivered' in made) return [made.reason];
  return made.map(({ call, row }) => `${type.request(call, [row], destination, context).body}`);
}

describe('an attribute that a member has lost', () => {
  it('is null in the next delivery, once', () => {
    const destination = destinationOf('braze');
    const first = route(destination, { [PATHS[0]!]: 'Ada', [PATHS[1]!]: 'Portland' }, NOTHING_ROUTED);
    const second = route(destination, { [PATHS[1]!]: 'Portland' }, first.deliveryState);
    expect(second.deliveries.map(({ attributes }) => attributes)).toEqual([
      { [PATHS[0]!]: null, [PATHS[1]!]: 'Portland' },
    ]);
    expect(route(destination, { [PATHS[1]!]: 'Portland' }, second.deliveryState).deliveries).toEqual([]);
    const back = route(destination, { [PATHS[0]!]: 'Ada', [PATHS[1]!]: 'Portland' }, second.deliveryState);
    expect(back.deliveries[0]!.attributes).toEqual({ [PATHS[0]!]: 'Ada', [PATHS[1]!]: 'Portland' });
  });

  it('is none where a profile says that there never was a value', () => {
    const destination = destinationOf('braze');
    const [delivery] = route(
      destination,
      { [PATHS[0]!]: null as never, [PATHS[2]!]: 'gold' },
      NOTHING_ROUTED,
    ).deliveries;
    expect(delivery!.attributes).toEqual({ [PATHS[2]!]: 'gold' });
  });

  it.each([
    ['braze', '"first_name":null'],
    ['airship', '{"action":"remove","key":"first_name","timestamp":"2026-03-01T10:00:00"}'],
    ['klaviyo', '{"data":{"type":"profile","attributes":{"email":"ada@example.com","first_name":null}}}'],
  ])('is cleared at the vendor in its own way: %s', (name, expected) => {
    const destination = destinationOf(name);
    const first = route(destination, { [PATHS[0]!]: 'Ada', [PATHS[2]!]: 'gold' }, NOTHING_ROUTED);
    const second = route(destination, { [PATHS[2]!]: 'gold' }, first.deliveryState);
    const bodies = second.deliveries.flatMap((delivery) => bodiesOf(destination, delivery));
    expect(bodies.join('\n')).toContain(expected);
    const before = first.deliveries.flatMap((delivery) => bodiesOf(destination, delivery));
    expect(before.join('\n')).not.toMatch(/null|remove/);
  });

  it('is taken from custom properties and from the location, at Klaviyo', () => {
    const destination = destinationOf('klaviyo');
    const first = route(destination, { [PATHS[1]!]: 'Portland', [PATHS[2]!]: 'gold' }, NOTHING_ROUTED);
    const [delivery] = route(destination, {}, first.deliveryState).deliveries;
    expect(bodiesOf(destination, delivery!)).toContain(
      '{"data":{"type":"profile","attributes":{"email":"ada@example.com","location":{"city":null}},' +
        '"meta":{"patch_properties":{"unset":["tier"]}}}}',
    );
  });

  it('has been cleared at the end wherever it was sent, whatever came in between', () => {
    const value = fc.option(fc.constantFrom('a', 'b'), { nil: undefined });
    const values = fc.record({ [PATHS[0]!]: value, [PATHS[1]!]: value, [PATHS[2]!]: value }) as fc.Arbitrary<Values>;
    fc.assert(
      fc.property(
        fc.constantFrom('braze', 'klaviyo'),
        fc.array(values, { minLength: 1, maxLength: 8 }),
        (name, all) => {
          const destination = destinationOf(name);
          let state: DestinationState = NOTHING_ROUTED;
          const there = new Map<string, unknown>();
          for (const each of all) {
            const { deliveries, deliveryState } = route(destination, each, state);
            state = deliveryState;
            for (const { attributes } of deliveries)
              for (const [path, sent] of Object.entries(attributes)) there.set(path, sent);
          }
          for (const path of PATHS) expect(there.get(path) ?? undefined).toBe(all.at(-1)![path]);
        },
      ),
      runs(1, 200),
    );
  });

  it('is not guessed of members who were sent before it was remembered, or under other attributes; nobody is sent again for it', () => {
    const attributes = { [PATHS[0]!]: 'Ada' };
    const old = digestOf(['CRMID:C1'], attributes);
    expect(old).not.toContain('.');
    expect(isSameDigest(old, digestOf(['CRMID:C1'], attributes, PATHS))).toBe(true);
    expect(isSameDigest(old, digestOf(['CRMID:C1'], {}, PATHS))).toBe(false);
    expect(lostAttributes(old, {}, PATHS)).toEqual([]);
    const before = digestOf(['CRMID:C1'], attributes, PATHS);
    expect(lostAttributes(before, {}, PATHS)).toEqual([PATHS[0]]);
    expect(lostAttributes(before, {}, PATHS.slice(1))).toEqual([]);
    expect(lostAttributes(before, {}, [...PATHS].reverse())).toEqual([]);
    expect(lostAttributes('x.y.<>', {}, PATHS)).toEqual([]);
    const fifty = Array.from({ length: 50 }, (_, n) => `a${n}`);
    const all = digestOf([], Object.fromEntries(fifty.map((path) => [path, 1])), fifty);
    expect(lostAttributes(all, { a7: 1 }, fifty)).toEqual(fifty.filter((path) => path !== 'a7'));
  });
});
