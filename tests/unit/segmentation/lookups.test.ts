import { describe, expect, it, vi } from 'vitest';
import type { Relationship } from '#core/schema/relationship.ts';
import { type LookupRecord, loadLookups, remembering } from '#core/segmentation/lookups.ts';
import type { ProfileView } from '#core/segmentation/segment-set.ts';
import { DAY, event, NOW, profile, segments } from './factories.ts';

const relationships: readonly Relationship[] = [
  { of: 'event', path: ['items', 'sku'], entity: 'products' },
  { of: 'profile', path: ['favouriteStore'], entity: 'stores' },
];

const RECORDS: Readonly<Record<string, Readonly<Record<string, LookupRecord>>>> = {
  products: {
    cap: { category: 'hats', price: 12, tags: ['wool', 'red'], maker: { country: 'PT' } },
    boot: { category: 'shoes', price: 90, tags: [] },
  },
  stores: { s1: { region: 'north', opened: '2018-12-01T00:00:00Z' } },
};

const read = async (entity: string, keys: readonly string[]) =>
  new Map(keys.flatMap((key) => (RECORDS[entity]?.[key] ? [[key, RECORDS[entity][key]] as const] : [])));

async function isMember(text: string, of: ProfileView, now = NOW): Promise<boolean> {
  const set = segments({ rule: text }, { relationships });
  // What is kept of an event must be enough to look its products up.
  const kept = { ...of, xEvent: of.xEvent.map((one) => ({ ...one, entity: set.projectEvent(one.entity) ?? {} })) };
  const records = await loadLookups([kept], set.lookups, read);
  return set.evaluate(kept, now, records).get('rule') === true;
}

const bought = (time: number, ...skus: string[]) =>
  event(time, { type: 'order', items: skus.map((sku) => ({ sku, quantity: 2 })) });

describe('a rule that looks records up', () => {
  it.each<[string, string, ProfileView, boolean]>([
    [
      'of events',
      'exists E from xEvent where E.items.sku.category.includes("hats")',
      profile([bought(1, 'cap')]),
      true,
    ],
    [
      'of no such record',
      'exists E from xEvent where E.items.sku.category.includes("hats")',
      profile([bought(1, 'x')]),
      false,
    ],
    [
      'of each item of a list',
      'exists E from xEvent where (exists I from E.items where I.sku.category = "shoes" and I.quantity > 1)',
      profile([bought(1, 'cap', 'boot')]),
      true,
    ],
    [
      'of the keys themselves',
      'exists E from xEvent where (exists P from E.items.sku where P.price > 50 and P.tags.count() = 0)',
      profile([bought(1, 'cap', 'boot')]),
      true,
    ],
    [
      'in a filter',
      'xEvent[items.sku.category.includes("hats")].count() >= 2',
      profile([bought(1, 'cap'), bought(2, 'boot')]),
      false,
    ],
    ['in a sum', 'xEvent.sum(items.sku.price) = 102', profile([bought(1, 'cap', 'boot')]), true],
    [
      'below a field of theirs',
      'exists E from xEvent where E.items.sku.maker.country.includes("PT")',
      profile([bought(1, 'cap')]),
      true,
    ],
    [
      'in a chain',
      'CHAIN(xEvent, timestamp, [A: WHAT(items.sku.category.includes("hats")), B: WHAT(items.sku.category.includes("shoes"))])',
      profile([bought(1, 'cap'), bought(2, 'boot')]),
      true,
    ],
    ['of attributes', 'favouriteStore.region = "north"', profile([], { favouriteStore: 's1' }), true],
    [
      'of attributes, with another name',
      '(P) => let S = P.favouriteStore in S.region = "north" and S = "s1"',
      profile([], { favouriteStore: 's1' }),
      true,
    ],
    ['whose key is missing', 'favouriteStore.region.isNull()', profile([], {}), true],
    [
      'of the first key',
      'exists E from xEvent where E.items.sku.head().category = "hats"',
      profile([bought(1, 'cap', 'boot')]),
      true,
    ],
    [
      'against the time of an event',
      'exists E from xEvent where E.timestamp > favouriteStore.opened',
      profile([bought(NOW - DAY, 'cap')], { favouriteStore: 's1' }),
      true,
    ],
    [
      'against the clock',
      'favouriteStore.opened occurs <= 30 days before now',
      profile([], { favouriteStore: 's1' }),
      true,
    ],
  ])('answers from the records: %s', async (_, text, of, expected) => {
    expect(await isMember(text, of)).toBe(expected);
  });

  it('waits for the batch job, as does what is built on it, and says why and what it looks up', () => {
    const { plans, streamed } = segments(
      { north: 'favouriteStore.region = "north"', built: 'inSegment("north")', key: 'favouriteStore = "s1"' },
      { relationships },
    );
    expect(plans.get('north')).toMatchObject({
      method: 'batch',
      reasons: ['It looks up records of another entity (multi-entity): those of stores by favouriteStore.'],
      state: { attributes: ['favouriteStore'], lookups: ['favouriteStore → stores'] },
    });
    expect(plans.get('built')?.method).toBe('batch');
    expect(plans.get('key')?.method).toBe('edge');
    expect(streamed).toEqual(['key']);
  });

  it('keeps of events the keys it looks up, and of records only what it reads', () => {
    const set = segments(
      { rule: 'exists E from xEvent where E.type = "order" and E.items.sku.category.includes("hats")' },
      { relationships },
    );
    expect(set.projectEvent({ type: 'order', items: [{ sku: 'cap', quantity: 1 }], page: 'x' })).toEqual({
      type: 'order',
      items: [{ sku: 'cap' }],
    });
    expect(set.projectEvent({ type: 'visit', items: [{ sku: 'cap' }] })).toBeUndefined();
    expect(set.projectLookup('products', RECORDS.products!.cap!)).toEqual({ category: 'hats' });
  });

  it.each([
    ['exists E from xEvent where E.items.sku.category.includes("hats")', true],
    ['exists E from xEvent where (exists I from E.items where I.sku.price = 12)', true],
    ['xEvent[items.sku.price >= 2].count() > 1', true],
    ['CHAIN(xEvent, timestamp, [A: WHAT(items.sku.category.includes("hats")), B: WHAT(A.items.sku.price = 1)])', false],
    ['CHAIN(xEvent, timestamp, [A: WHAT(items.sku.category.includes("hats"))])', true],
    ['exists E from xEvent where E.items.sku.price != 2', false],
    ['exists E from xEvent where E.items.sku.category.isNull()', false],
    ['exists E from xEvent where not (E.items.sku.price = 2)', false],
    ['exists E from xEvent where E.type = favouriteStore.region', false],
  ])('keeps only events that could lead to a record, where that is needed: %s', (text, isNeeded) => {
    const set = segments({ rule: text }, { relationships });
    expect(set.projectEvent({ type: 'visit' }) === undefined).toBe(isNeeded);
    expect(set.projectEvent({ type: 'visit', items: [{ sku: 'x' }] })).toBeDefined();
  });

  it('is not answered without the records', () => {
    const set = segments({ rule: 'favouriteStore.region = "north"' }, { relationships });
    expect(() => set.evaluate(profile([], { favouriteStore: 's1' }), NOW)).toThrow(/stores/);
  });

  it('reads each record once, and those of a run only once in the run', async () => {
    const asked = vi.fn(read);
    const reader = remembering(asked, 2);
    const set = segments({ rule: 'exists E from xEvent where E.items.sku.price.max() > 1' }, { relationships });
    const people = [profile([bought(1, 'cap', 'cap'), bought(2, 'x')]), profile([bought(3, 'cap')])];
    await loadLookups(people, set.lookups, reader);
    await loadLookups(people, set.lookups, reader);
    expect(asked.mock.calls).toEqual([['products', ['cap', 'x']]]);
    expect((await reader('products', ['boot', 'cap'])).get('boot')).toEqual(RECORDS.products!.boot);
    expect((await reader('products', ['cap'])).get('cap')).toEqual(RECORDS.products!.cap);
    expect(asked.mock.calls.slice(1)).toEqual([
      ['products', ['boot']],
      ['products', ['cap']],
    ]);
  });
});

describe('a rule that reads memberships as if they were attributes', () => {
  it.each([
    ['segmentMembership.ups.gold.status = "realized"', 'inSegment("gold")', 1],
    [
      'tier = "x" or segmentMembership.get("ups").get("gold").status in ["realized", "existing"]',
      'inSegment("gold")',
      15,
    ],
    ['segmentMembership.ups.isNotNull()', 'inSegment("id")', 1],
    ['segmentMembership.isNull()', 'inSegment("id")', 1],
    ['(P) => P.segmentMembership.ups.`a-b`.status.isNull()', 'inSegment("a-b")', 8],
    ['segmentMembership.keys().count() > 0', 'inSegment("id")', 1],
  ])('is told of inSegment: %s', (text, expected, column) => {
    expect(() => segments({ rule: text })).toThrow(
      expect.objectContaining({ message: 'memberships are no attributes that a rule can read', expected, column }),
    );
  });
});
