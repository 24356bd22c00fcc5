import { describe, expect, it } from 'vitest';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { rebuildFromLake } from '#core/pipeline/rebuild.ts';
import { lookupReader } from '#core/segmentation/lookups.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { catalogOfShop, PRODUCTS } from '#tests/harness/core/shop.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const catalog = catalogOfShop({
  hats: 'exists E from xEvent where (exists I from E.items where I.sku.category = "hats")',
  buyers: 'xEvent.count() > 0',
});
const wiring = readWiring(templatesOf('prod'));

const order = (person: string, ...skus: string[]): string =>
  enveloped('orders', {
    _id: `order-${person}`,
    timestamp: new Date(START - 1_000).toISOString(),
    identityMap: { CRMID: [{ id: person, primary: true }] },
    items: skus.map((sku) => ({ sku })),
  });

async function membersOf({ stores }: Platform, id: string): Promise<string[]> {
  const items = await Array.fromAsync(stores.memberships.scan());
  return items
    .filter(
      (item) =>
        !isRedirect(item) && Object.values(item.profiles).some((one) => one.segments[id]?.status === 'realized'),
    )
    .map(({ canonicalKey }) => canonicalKey)
    .sort();
}

describe('a platform with lookup datasets', () => {
  it('leaves what looks records up to the daily run, which sees the records as they are then', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (const [person, sku] of [
      ['ann', 'cap'],
      ['bob', 'boot'],
      ['cyd', 'new'],
    ] as const)
      platform.collect(order(person, sku));
    await platform.upload(
      'landing/products/all/products.ndjson',
      '{"sku":"cap","category":"hats"}\n{"sku":"boot","category":"shoes"}\n{"category":"hats"}\n',
    );
    await platform.poller.run();
    expect(await membersOf(platform, 'buyers')).toEqual(['CRMID:ann', 'CRMID:bob', 'CRMID:cyd']);
    expect(await membersOf(platform, 'hats')).toEqual([]);
    // A file with so many records that cannot be found fails as a whole.
    expect((await platform.quarantined()).map(({ rejections }) => rejections[0])).toContainEqual(
      expect.objectContaining({ code: 'schema-violation', pointer: '/sku' }),
    );
    await platform.schedules.evaluateBatch();
    expect(await membersOf(platform, 'hats')).toEqual([]);

    await platform.upload(
      'landing/products/again/products.ndjson',
      '{"sku":"cap","category":"hats"}\n{"sku":"boot","category":"shoes"}\n',
    );
    await platform.poller.run();
    await platform.schedules.evaluateBatch();
    expect(await membersOf(platform, 'hats')).toEqual(['CRMID:ann']);

    // By stream: one changes, one is new, one is taken away.
    platform.poller.clock.advanceTo(START + 60_000);
    platform.collect(enveloped('products', { sku: 'boot', category: 'hats' }));
    platform.collect(enveloped('products', { sku: 'new', category: 'hats' }));
    platform.collect(
      JSON.stringify({
        header: { datasetId: 'products', operations: { data: 'delete' } },
        body: { xdmEntity: { sku: 'cap' } },
      }),
    );
    await platform.poller.run();
    expect(await membersOf(platform, 'hats')).toEqual(['CRMID:ann']);
    await platform.schedules.evaluateBatch();
    expect(await membersOf(platform, 'hats')).toEqual(['CRMID:bob', 'CRMID:cyd']);
    expect(await Array.fromAsync(platform.stores.profiles.scan(), ({ canonicalKey }) => canonicalKey)).toHaveLength(3);
    expect(platform.leftovers()).toEqual({});

    // The lake has it all: what is rebuilt from it is the same.
    const { lake, lookups: kept } = platform.stores;
    const lookups = new MemoryLookupStore();
    const settings = stageSettings(catalog).fold;
    const stitch = {
      profiles: new MemoryProfileStore(),
      timeline: new MemoryTimeline(),
      lookups,
      settings,
      backoff: async () => {},
    };
    await rebuildFromLake({}, { catalog, lake, stitch, progress: () => {} });
    const products = ['cap', 'boot', 'new'];
    const expected = await lookupReader(kept)(PRODUCTS, products);
    expect([...expected.keys()]).toEqual(['boot', 'new']);
    expect(await lookupReader(lookups)(PRODUCTS, products)).toEqual(expected);
  });
});
