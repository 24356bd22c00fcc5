import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { datasetDefinition } from '#core/ingestion/definition.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const DAY = 86_400_000;

/** Rows that do not say when they were changed: only their arrival puts them in order. */
const tiers = (rows: Readonly<Record<string, string>>): string =>
  ['crmId,tier', ...Object.entries(rows).map(([id, tier]) => `${id},${tier}`)].join('\n');

describe('the same content again, without a time of its own', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const customers = definitions.schemas.find(({ $id }) => $id.endsWith('/customers'))!;
    const untimed = { ...structuredClone(customers), $id: `${customers.$id}-untimed`, required: ['_riverbend'] };
    const mapping = [
      { source: 'crmId', destination: '_riverbend.crmId' },
      { source: 'tier', destination: 'loyalty.tier' },
    ];
    const stores = {
      $id: 'https://riverbend.example/schemas/stores',
      'meta:class': 'https://riverbend.example/classes/store',
      type: 'object',
      properties: { id: { type: 'string' }, city: { type: 'string' } },
      descriptors: [{ '@type': 'xdm:descriptorPrimaryKey', 'xdm:sourceProperty': '/id' }],
    };
    const dataset = (id: string, schema: string, more: object = {}) =>
      datasetDefinition.parse({ id, schemaRef: { id: schema }, ...more });
    catalog = compileCatalog({
      ...definitions,
      schemas: [...definitions.schemas, untimed, stores as unknown as typeof untimed],
      datasets: [
        ...definitions.datasets,
        dataset('tiers', untimed.$id, { mapping }),
        dataset('tier-updates', untimed.$id, { mapping, tags: { unifiedProfile: ['enabled:true', 'isUpsert:true'] } }),
        dataset('stores', stores.$id),
      ],
    });
    wiring = readWiring(templatesOf('prod'));
  });

  const withPlatform = () => {
    const clock = createClock(START);
    return { ...createPlatform({ wiring, catalog, start: START, clock }), clock };
  };
  /** Counts of the batch that comes of it. */
  async function upload(
    platform: ReturnType<typeof withPlatform>,
    key: string,
    content: string,
  ): Promise<[accepted: number, duplicate: number]> {
    const before = new Set((await Array.fromAsync(platform.stores.operations.batches())).map(({ id }) => id));
    await platform.upload(key, content);
    await platform.poller.run();
    platform.clock.advanceBy(1_000);
    const after = await Array.fromAsync(platform.stores.operations.batches());
    const { status, counts } = after.find(({ id }) => !before.has(id))!;
    expect(status).toBe('success');
    expect(counts.rejected).toBe(0);
    return [counts.accepted, counts.duplicate];
  }
  const tierOf = async (platform: Platform, dataset: string, id: string): Promise<unknown> => {
    for await (const item of platform.stores.profiles.scan()) {
      const fragment = item.fragments[`${dataset}|CRMID:${id}`];
      if (fragment) return (fragment.patches?.at(-1) ?? fragment).attributes.loyalty;
    }
    return undefined;
  };

  it.each(['tiers', 'tier-updates'])('is a duplicate, under the same key and under another: %s', async (dataset) => {
    const platform = withPlatform();
    const file = tiers({ A: 'gold', B: 'silver' });
    expect(await upload(platform, `landing/${dataset}/a.csv`, file)).toEqual([2, 0]);
    expect(await upload(platform, `landing/${dataset}/a.csv`, file)).toEqual([0, 2]);
    expect(await upload(platform, `landing/${dataset}/b.csv`, file)).toEqual([0, 2]);
    const changed = tiers({ A: 'gold', B: 'none', C: 'gold' });
    expect(await upload(platform, `landing/${dataset}/c.csv`, changed), 'row by row').toEqual([2, 1]);
  });

  it('is a duplicate in a lookup dataset as well', async () => {
    const platform = withPlatform();
    const file = 'id,city\nS1,Ulm\nS2,Bonn\n';
    expect(await upload(platform, 'landing/stores/a.csv', file)).toEqual([2, 0]);
    expect(await upload(platform, 'landing/stores/b.csv', file)).toEqual([0, 2]);
    expect(await upload(platform, 'landing/stores/c.csv', file.replace('Bonn', 'Kiel'))).toEqual([1, 1]);
  });

  it('is news where it was otherwise in between: the last file counts, whatever files came before', async () => {
    const tier = fc.constantFrom('gold', 'silver', 'none');
    await fc.assert(
      fc.asyncProperty(fc.array(tier, { minLength: 1, maxLength: 6 }), async (history) => {
        const platform = withPlatform();
        for (const [n, one] of history.entries()) {
          const expected = n > 0 && history[n - 1] === one ? [0, 1] : [1, 0];
          expect(await upload(platform, `landing/tiers/${n}.csv`, tiers({ A: one }))).toEqual(expected);
        }
        expect(await tierOf(platform, 'tiers', 'A')).toEqual({ tier: history.at(-1) });
      }),
      runs(0.02, 15),
    );
  });

  it('is asserted anew all the same: what another dataset said in between is older', async () => {
    const platform = withPlatform();
    await upload(platform, 'landing/tiers/a.csv', tiers({ A: 'gold' }));
    platform.clock.advanceBy(DAY);
    await upload(platform, 'landing/tier-updates/a.csv', tiers({ A: 'none' }));
    platform.clock.advanceBy(DAY);
    expect(await upload(platform, 'landing/tiers/b.csv', tiers({ A: 'gold' }))).toEqual([0, 1]);
    const [item] = await Array.fromAsync(platform.stores.profiles.scan());
    const time = (dataset: string): number => item!.fragments[`${dataset}|CRMID:A`]!.time;
    expect(time('tiers')).toBeGreaterThan(START + DAY);
  });
});
