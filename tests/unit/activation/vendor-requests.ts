import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { packed } from '#core/activation/pack.ts';
import type { ProfileDestination } from '#core/activation/registry.ts';
import { identitiesFor } from '#core/activation/route-profile.ts';
import { type Identity, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { identity, NOW } from './factories.ts';

/** Somebody as a profile has them. */
export interface Person {
  readonly identities: readonly Identity[];
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The two invented people of vendors' worked examples. */
export const ADA: Person = {
  identities: [
    identity('CRMID', 'C00042'),
    identity('Email', '  Ada.Okafor@Example.com '),
    identity('Phone_E.164', '+1 (503) 555-0142'),
    identity('GAID', '5f3b2c1d-9a8e-4c7d-b6a5-0e1f2d3c4b5a'),
  ],
  attributes: {
    'person.name.firstName': 'Ada',
    'person.name.lastName': 'Okafor',
    'person.birthDate': '1987-04-09',
    'person.gender': 'female',
    'homeAddress.city': 'Portland',
    'homeAddress.state': 'OR',
    'homeAddress.postalCode': '97205',
    'homeAddress.countryCode': 'US',
  },
};
export const BJORN: Person = {
  identities: [
    identity('CRMID', 'C00077'),
    identity('Email', 'Bjorn.Mueller+shop@GMail.com'),
    identity('Phone_E.164', '+49 30 23125 014'),
  ],
  attributes: {
    'person.name.firstName': 'Björn',
    'person.name.lastName': 'Müller',
    'homeAddress.city': 'Berlin',
    'homeAddress.postalCode': '10115',
    'homeAddress.countryCode': 'DE',
  },
};

/** A destination of a type, of a file as users write it. */
export const destinationOf = (type: AnyRequestType, written: Readonly<Record<string, unknown>>): ProfileDestination =>
  type.definition.parse({ id: 'tried', segments: ['A1', 'A2'], ...written, type: type.name });

/** What the router puts on the queue about somebody; undefined where they have no identity that is accepted. */
export function deliveryOf(
  type: AnyRequestType,
  destination: ProfileDestination,
  { identities, attributes = {} }: Person,
  changes: readonly MembershipChange[],
): ProfileDelivery | undefined {
  const keys = identities.map(identityKey);
  const made = identitiesFor(type.identities(destination), { identities: keys, key: keys[0]! }, { lastRouted: {} });
  if (made.keys.length === 0) return undefined;
  const paths = type.attributes(destination);
  return {
    kind: 'profile',
    destinationId: destination.id,
    canonicalKey: keys[0]!,
    revision: 1,
    decidedAt: NOW,
    changes: [...changes],
    identities: made.keys.map(parseIdentityKey),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([path]) => paths.includes(path))),
  };
}

/** The requests of a destination about some people, all audiences having been made. */
export function requestsAbout(
  type: AnyRequestType,
  written: Readonly<Record<string, unknown>>,
  people: readonly (readonly [Person, ...MembershipChange[]])[],
  context: Partial<RequestContext> = {},
): HttpRequest[] {
  const destination = destinationOf(type, written);
  const full: RequestContext = {
    credentials: {},
    now: NOW,
    segmentName: () => undefined,
    audienceId: (segmentId, kind = '') => type.audiences?.given({ segmentId, kind }, destination),
    ...context,
  };
  const rows = people.flatMap(([person, ...changes], of) => {
    const delivery = deliveryOf(type, destination, person, changes);
    const made = delivery ? type.rows(delivery, destination, full) : [];
    return 'delivered' in made ? [] : made.map((row) => ({ ...row, of }));
  });
  return packed(rows, (call) => type.limits(destination, call)).map(({ call, rows: own }) =>
    type.request(
      call,
      own.map(({ row }) => row),
      destination,
      full,
    ),
  );
}
