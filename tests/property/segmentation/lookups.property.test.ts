import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INGESTION_METHODS } from '#cli/replay/batches.ts';
import { replay } from '#cli/replay/replay.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { ingest } from '#core/pipeline/ingest.ts';
import { type ReceivedRecord, validate } from '#core/pipeline/process.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { catalogOfShop, PRODUCTS } from '#tests/harness/core/shop.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

const RULES: Readonly<Record<string, string>> = {
  hats: 'exists E from xEvent where (exists I from E.items where I.sku.category = "hats")',
  spent: 'xEvent[timestamp occurs <= 7 days before now].sum(items.sku.price) >= 10',
  twice: 'xEvent[items.sku.price.max() > 4].count() >= 2',
  north: 'favouriteStore.region = "north" and not inSegment("hats")',
  three: 'xEvent[items.sku.price.includes(3)].count() > 0',
  only: 'exists E from xEvent where (forall I from E.items where I.sku.category = "hats")',
  gone: 'exists E from xEvent where (exists I from E.items where I.sku.category.isNull())',
};

interface ProductRecord {
  readonly sku: string;
  readonly version: number;
  /** Changes fields of what was there instead of replacing it. */
  readonly isChange: boolean;
  readonly category?: string | undefined;
  readonly price?: number | undefined;
  readonly times: number;
}

interface World {
  readonly products: readonly ProductRecord[];
  readonly stores: readonly (readonly [store: string, region: string])[];
  readonly people: readonly (string | undefined)[];
  readonly orders: readonly { readonly person: number; readonly daysAgo: number; readonly skus: readonly string[] }[];
}

const sku = fc.constantFrom('a', 'b', 'c');
const world: fc.Arbitrary<World> = fc.record({
  products: fc.uniqueArray(
    fc.record({
      sku,
      version: fc.nat(20),
      isChange: fc.boolean(),
      category: fc.option(fc.constantFrom('hats', 'shoes'), { nil: undefined }),
      price: fc.option(fc.nat(8), { nil: undefined }),
      times: fc.integer({ min: 1, max: 3 }),
    }),
    { selector: ({ sku: key, version }) => `${key}${version}`, maxLength: 10 },
  ),
  stores: fc.uniqueArray(fc.tuple(fc.constantFrom('s1', 's2'), fc.constantFrom('north', 'south')), {
    selector: ([store]) => store,
  }),
  people: fc.array(fc.option(fc.constantFrom('s1', 's2', 's3'), { nil: undefined }), { minLength: 1, maxLength: 4 }),
  orders: fc.array(fc.record({ person: fc.nat(3), daysAgo: fc.nat(12), skus: fc.array(sku, { maxLength: 3 }) }), {
    maxLength: 8,
  }),
});

/** What each product is in the end, by the simplest means. */
function productsOf({ products }: World): Map<string, { category?: string; price?: number }> {
  const found = new Map<string, { category?: string; price?: number }>();
  for (const { sku: key, isChange, category, price } of [...products].sort((x, y) => x.version - y.version)) {
    const stated = { ...(category !== undefined && { category }), ...(price !== undefined && { price }) };
    found.set(key, isChange ? { ...found.get(key), ...stated } : stated);
  }
  return found;
}

/** Who is in which segment, from scratch and without PQL. */
function membersOf(given: World): Record<string, string[]> {
  const products = productsOf(given);
  const regions = new Map(given.stores);
  const members: Record<string, string[]> = Object.fromEntries(Object.keys(RULES).map((id) => [id, []]));
  for (const [n, favourite] of given.people.entries()) {
    const orders = given.orders.filter(({ person }) => person === n);
    const items = orders.flatMap(({ skus }) => skus);
    const prices = (skus: readonly string[]): number[] => skus.flatMap((one) => products.get(one)?.price ?? []);
    const isIn: Record<string, boolean> = {
      hats: items.some((one) => products.get(one)?.category === 'hats'),
      spent:
        prices(orders.filter(({ daysAgo }) => daysAgo <= 7).flatMap(({ skus }) => skus)).reduce((x, y) => x + y, 0) >=
        10,
      twice: orders.filter(({ skus }) => Math.max(...prices(skus), 0) > 4).length >= 2,
      three: prices(items).includes(3),
      only: orders.some(({ skus }) => skus.every((one) => products.get(one)?.category === 'hats')),
      gone: items.some((one) => products.get(one)?.category === undefined),
    };
    isIn.north = regions.get(favourite ?? '') === 'north' && !isIn.hats;
    for (const id of Object.keys(RULES)) if (isIn[id]) members[id]!.push(`CRMID:p${n}`);
  }
  return members;
}

function recordsOf(given: World): ReceivedRecord[][] {
  let place = 0;
  const received = (datasetId: string, entity: object): ReceivedRecord => ({
    datasetId,
    entity,
    raw: JSON.stringify(entity),
    position: { source: datasetId, row: ++place },
    receivedAt: NOW,
    tieBreaker: String(place).padStart(6, '0'),
  });
  const products = given.products.flatMap(({ sku: key, version, isChange, category, price, times }) => {
    const audit = { lastUpdatedDate: new Date(NOW - DAY + version).toISOString() };
    const entity = { sku: key, category, price, extSourceSystemAudit: audit };
    const clean = JSON.parse(JSON.stringify(entity)) as object;
    return Array.from({ length: times }, () => received(isChange ? 'changes' : 'products', clean));
  });
  return [
    products,
    given.stores.map(([store, region]) => received('stores', { store, region })),
    given.people.map((favouriteStore, n) =>
      received('people', { id: `p${n}`, ...(favouriteStore && { favouriteStore }) }),
    ),
    given.orders.map(({ person, daysAgo, skus }, n) =>
      received('orders', {
        _id: `o${n}`,
        timestamp: new Date(NOW - daysAgo * DAY).toISOString(),
        identityMap: { CRMID: [{ id: `p${person % given.people.length}`, primary: true }] },
        items: skus.map((one) => ({ sku: one })),
      }),
    ),
  ];
}

describe('segments that look up records of other entities', () => {
  const catalog = catalogOfShop(RULES);

  it(
    'have the members that the latest records give, whichever endpoints all of it comes through and in whatever order',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          world,
          fc.constantFrom(...INGESTION_METHODS),
          fc.nat(),
          async (drawn, ingestionMethod, seed) => {
            const orders = drawn.orders.map((order) => ({ ...order, person: order.person % drawn.people.length }));
            const given = { ...drawn, orders };
            const inputs = recordsOf(given).map((records, n) => ({ name: `${n}`, records }));
            const { result } = await replay({ catalog, inputs, now: NOW, ingestionMethod: ingestionMethod, seed });
            const found = Object.entries(result.segments).map(([id, { members }]) => [id, members]);
            expect(Object.fromEntries(found)).toEqual(membersOf(given));
            expect(Object.values(result.segments).every(({ method }) => method === 'batch')).toBe(true);
            const again = given.products.reduce((sum, { times }) => sum + times - 1, 0);
            const all = inputs.reduce((sum, { records }) => sum + records.length, 0);
            expect(result.records).toEqual({ accepted: all - again, rejected: 0, duplicate: again });
            expect(result.withoutProfile).toEqual({});
          },
        ),
        runs(0.05, 150),
      );
    },
    timeout,
  );

  it(
    'are given the latest records however often the stores fail, and each record has one outcome',
    async () => {
      const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after', 'conflict');
      await fc.assert(
        fc.asyncProperty(world, fc.array(fault, { maxLength: 40 }), async (given, faults) => {
          const [records = []] = recordsOf(given);
          const { accepted } = validate(records, catalog);
          let call = 0;
          const next = (): Fault => faults[call++] ?? 'none';
          const lookups = new MemoryLookupStore();
          const deps = {
            profiles: new MemoryProfileStore(),
            timeline: withFaults(new MemoryTimeline(), next),
            lookups: withFaults(lookups, next),
            settings: stageSettings(catalog).fold,
            backoff: async () => {},
          };
          let left = accepted.map(({ record }) => record);
          let [taken, duplicates] = [0, 0];
          for (let tries = 0; left.length > 0; tries++) {
            expect(tries).toBeLessThan(50);
            const { outcomes, failed } = await ingest(left, deps);
            expect(outcomes.length + failed.length).toBe(left.length);
            taken += outcomes.filter(({ duplicate }) => !duplicate).length;
            duplicates += outcomes.filter(({ duplicate }) => duplicate).length;
            left = failed.map(({ record }) => record);
          }
          expect(taken).toBe(given.products.length);
          expect(taken + duplicates).toBe(records.length);
          const found = await lookupReader(lookups)(PRODUCTS, ['a', 'b', 'c']);
          const expected = productsOf(given);
          for (const key of ['a', 'b', 'c']) {
            const { sku: _sku, extSourceSystemAudit: _audit, ...rest } = found.get(key) ?? {};
            expect(rest).toEqual(expected.get(key) ?? {});
          }
        }),
        runs(0.05, 150),
      );
    },
    timeout,
  );
});
