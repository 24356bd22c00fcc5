import { beforeAll, describe, expect, it } from 'vitest';
import { checkLeft, type Known } from '#cli/dataset/left-catalog.ts';
import { printAudienceImpact } from '#cli/report/print-estimate.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import { audienceImpact } from '#core/catalog/audience-impact.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { historyFor } from '#core/catalog/history.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { whyEvaluate } from '#core/catalog/why-evaluate.ts';
import { remainsOf } from '#core/revert/dataset/remains.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { addToCart, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;

describe('a dataset that is taken out of the catalog', () => {
  let definitions: Catalog;
  let without: (id: string) => Catalog;
  beforeAll(async () => {
    definitions = await exampleDefinitions();
    without = (id) => ({ ...definitions, datasets: definitions.datasets.filter((dataset) => dataset.id !== id) });
  });

  const sideOf = (catalog: CompiledCatalog) => ({
    definitions: catalog.segmentDefinitions,
    settings: stageSettings(catalog).evaluation,
  });

  it('is named by the plan, with how much is stored of it, and who leaves which audience without it', async () => {
    const whole = compileCatalog(definitions);
    const platform = createPlatform({ wiring: readWiring(templatesOf('prod')), catalog: whole, start: NOW });
    for (const n of [1, 2, 3]) {
      const cells = {
        crmId: `RB-${n}`,
        email: `p${n}@example.com`,
        firstName: 'Ann',
        tier: 'gold',
        updatedAt: '2026-02-01T00:00:00Z',
      };
      const mapped = whole.datasets.get('customers')!.mapRow(...cellsOf(cells)) as { value: object };
      platform.collect(enveloped('customers', mapped.value));
    }
    platform.collect(enveloped('web-events', addToCart(1, NOW - 2 * 3_600_000)));
    await platform.poller.run();
    for (const [id, profiles, left] of [
      ['customers', 3, ['gold-and-silver', 3]],
      ['web-events', 1, ['cart-abandoners', 1]],
    ] as const) {
      const after = compileCatalog(without(id));
      const stores = platform.stores as unknown as StageStores;
      const history = historyFor(after.segments, whole, stores, after.datasets);
      const deps = { profiles: platform.stores.profiles, ...history, now: NOW, random: Math.random };
      const impact = await audienceImpact(sideOf(whole), sideOf(after), deps);
      expect(impact.segments.map((move) => [move.id, move.left])).toContainEqual(left);
      expect(impact.segments.every(({ entered }) => entered === 0)).toBe(true);
      const remains = await remainsOf([id], platform.stores);
      expect(remains).toMatchObject([{ dataset: id, profiles, lake: { objects: 1 } }]);
      const text = printAudienceImpact(impact, [], remains);
      expect(text).toMatch(new RegExp(`Dataset "${id}" leaves the catalog: ${profiles} profiles? contain data of it`));
      expect(text).toContain(`tributary dataset delete ${id}`);
    }
    expect(await remainsOf([], platform.stores)).toEqual([]);
  });

  it('makes all profiles be evaluated when it leaves, and when it comes back to what is stored of it', async () => {
    const [whole, less] = [compileCatalog(definitions), compileCatalog(without('customers'))];
    const lake = createMemoryObjectStore();
    expect(await whyEvaluate(whole, whole, lake)).toBeUndefined();
    expect(await whyEvaluate(whole, less, lake)).toBe('Datasets');
    expect(await whyEvaluate(less, whole, lake), 'nothing came yet').toBeUndefined();
    await lake.put('dataset=customers/date=2026-03-01/a.parquet', 'x');
    expect(await whyEvaluate(less, whole, lake)).toBe('Datasets');
    const other = compileCatalog({
      ...definitions,
      segments: definitions.segments.filter(({ id }) => id !== 'high-store-spend'),
    });
    expect(await whyEvaluate(whole, other, lake)).toBe('Segments');
  });

  it('is like one that stays there and is switched off for profiles', async () => {
    const off = { unifiedProfile: ['enabled:false'], unifiedIdentity: ['enabled:true'] };
    const datasets = definitions.datasets.map((one) => (one.id === 'customers' ? { ...one, tags: off } : one));
    const [whole, less] = [compileCatalog(definitions), compileCatalog({ ...definitions, datasets })];
    const lake = createMemoryObjectStore();
    expect(await whyEvaluate(whole, less, lake)).toBe('Datasets');
    expect(await whyEvaluate(less, compileCatalog(without('customers')), lake)).toBeUndefined();
    expect(await whyEvaluate(less, whole, lake), 'nothing came yet').toBeUndefined();
    await lake.put('dataset=customers/date=2026-03-01/a.parquet', 'x');
    expect(await whyEvaluate(less, whole, lake)).toBe('Datasets');
  });

  describe('and is to be deleted', () => {
    const knownOf = (more: Partial<Known> = {}): Known => ({
      activations: [
        { version: 'v3', at: NOW - 10 * MINUTE },
        { version: 'v2', at: NOW - 20 * MINUTE },
        { version: 'v1', at: NOW - 60 * MINUTE },
      ],
      definitionsOf: async (version) => (version === 'v3' ? without('customers') : definitions),
      hasObjects: async () => false,
      ...more,
    });
    const check = (id: string, known = knownOf(), isForced = false) =>
      checkLeft(id, without('customers'), known, NOW, isForced);

    it('may be so once nobody has records of it in hand any more', async () => {
      await expect(check('customers')).rejects.toThrow(
        /left the catalog only at 2026-03-01T09:50.*until 2026-03-01T10:05/,
      );
      await check('customers', knownOf(), true);
      const longAgo = knownOf({
        definitionsOf: async (version) => (version === 'v1' ? definitions : without('customers')),
      });
      await check('customers', longAgo);
    });

    it('may not while it is in the catalog, or when there is none of that name', async () => {
      await expect(check('web-events')).rejects.toThrow(/is in the active catalog.*catalog plan/);
      await expect(check('web-event')).rejects.toThrow(/There is no dataset "web-event": .*web-events/);
      const older = knownOf({ activations: [], hasObjects: async () => true });
      await check('from-before-there-was-a-history', older);
    });

    it('may not where its records lie under their keys, with those of others', async () => {
      const key = { '@type': 'xdm:descriptorPrimaryKey', 'xdm:sourceProperty': '/sku' };
      const product = {
        $id: 'https://example.com/product',
        'meta:class': 'https://example.com/classes/product',
        type: 'object',
        properties: { sku: { type: 'string' } },
        descriptors: [key],
      } as unknown as Catalog['schemas'][number];
      const dataset = { ...definitions.datasets[0]!, id: 'products', schemaRef: { id: product.$id } };
      const had = { ...definitions, schemas: [...definitions.schemas, product], datasets: [dataset] };
      const known = knownOf({ definitionsOf: async () => had });
      await expect(check('products', known)).rejects.toThrow(/lookup dataset.*operation "delete"/);
    });
  });
});
