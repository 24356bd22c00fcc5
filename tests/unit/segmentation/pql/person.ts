import { expect, it } from 'vitest';
import { DAY, event, isMember, NOW, profile } from '../factories.ts';

/** Somebody about whom there is something of every kind. */
export const person = profile(
  [
    event(NOW - DAY, {
      eventType: 'order',
      product: 'hat',
      brand: 'acme',
      price: 0.1,
      items: [
        { sku: 'A', qty: 1 },
        { sku: 'B', qty: 2 },
      ],
    }),
    event(NOW - 2 * DAY, { eventType: 'order', product: 'hat', price: 0.2 }),
    event(NOW - 3 * DAY, { eventType: 'view', product: 'shoe', price: 5, identityMap: { ecid: [{ id: '1' }] } }),
  ],
  {
    name: 'Joe Doe',
    city: 'Los Angeles',
    email: 'joe@example.com',
    age: 41,
    vip: true,
    colours: ['red', 'blue'],
    visited: ['red', 'blue', 'green'],
    birthDate: '1990-12-18',
    lastSeen: '2018-12-18T12:45:10.123Z',
    sameInstant: '2018-12-18T13:45:10.123+01:00',
    loyalty: { tier: 'gold', points: 0 },
    addresses: [{ city: 'Rome', zip: '00118' }, { city: 'Oslo' }],
    limits: { low: 2 },
    nothing: null,
    identityMap: { ECID: [{ id: '1' }, { id: '2' }], CRMID: [{ id: 'c' }] },
    prices: { hat: 3, shoe: 7 },
  },
);

export const holds = (text: string): boolean => isMember(text, person);

/** What each text says of that person. */
export const checks = (cases: readonly (readonly [string, boolean])[]): void =>
  it.each(cases)('%s is %s', (text, expected) => expect(holds(text)).toBe(expected));
