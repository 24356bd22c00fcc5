import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { compactionSettings } from '#core/lake/compaction-days.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { compactRange } from '#core/pipeline/compact-range.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import { identitiesIn } from '#core/profile/profile-item.ts';
import { type RevertDeps, workRevert } from '#core/revert/revert.ts';
import { createSuppression } from '#lambdas/runtime/suppression.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T23:30:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KEY = 'landing/DATASET/reverted.ndjson';

const DATASETS = ['web-events', 'logins', 'customers', 'regions', 'updates', 'corrections'] as const;
type Dataset = (typeof DATASETS)[number];

/** A small world, so that records meet: three people and their devices, some records said more than once. */
const record = (catalog: CompiledCatalog, dataset: Dataset, n: number, variant: number): object => {
  const at = START - (variant + 1) * 30 * HOUR;
  switch (dataset) {
    case 'web-events':
      return { ...addToCart(n, at), _id: `cart-${n}-${variant}` };
    case 'corrections': {
      // One event a person, of which the newest version counts; some of them name a device.
      const device = variant === 0 ? {} : { ECID: [{ id: ecidOf(variant) }] };
      const identityMap = { CRMID: [{ id: `RB-${n}` }], ...device };
      const commerce = variant === 2 ? {} : { productListAdds: { value: variant + 1 } };
      return { ...addToCart(n, at), _id: `corrected-${n}`, commerce, identityMap };
    }
    case 'logins': {
      // Device number `variant` is shared.
      const login = logIn(n, at) as { identityMap: { ECID: { id: string }[] } };
      if (variant > 0) login.identityMap.ECID[0]!.id = ecidOf(variant);
      return { ...login, _id: `login-${n}-${variant}` };
    }
    case 'customers': {
      const row = {
        crmId: `RB-${n}`,
        email: `p${n}@example.com`,
        firstName: `Name ${variant}`,
        updatedAt: new Date(at).toISOString(),
      };
      const mapped = catalog.datasets.get('customers')!.mapRow(...cellsOf(row));
      return (mapped as { value: object }).value;
    }
    case 'updates':
      return {
        _riverbend: { crmId: `RB-${n}` },
        extSourceSystemAudit: { lastUpdatedDate: new Date(at).toISOString() },
        ...UPDATES[variant]!(n),
      };
    default:
      return seenIn(n, at, ['VA6', 'OR2', 'IRL1'][variant]);
  }
};

/** What they set, and what they take away again. */
const UPDATES: readonly ((n: number) => object)[] = [
  () => ({ personalEmail: null, loyalty: { tier: 'gold' } }),
  (n) => ({ personalEmail: { address: `private${n}@example.com` }, loyalty: { tier: null } }),
  () => ({ personalEmail: { address: null }, person: { name: { firstName: null } } }),
];

/** That of the example, with a dataset of updates of its customers. */
async function catalogOfUpdates(): Promise<CompiledCatalog> {
  const catalog = await exampleDefinitions();
  const { schemaRef } = catalog.datasets.find(({ id }) => id === 'customers')!;
  const tags = { unifiedProfile: ['enabled:true', 'isUpsert:true'], unifiedIdentity: ['enabled:true'] };
  const events = catalog.datasets.find(({ id }) => id === 'web-events')!;
  const corrections = { ...events, id: 'corrections', onConflict: 'latest' as const };
  const datasets = [...catalog.datasets, { id: 'updates', schemaRef, tags }, corrections];
  return compileCatalog({
    ...catalog,
    datasets: datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage: 100 })),
  });
}

const draw = fc.record({
  dataset: fc.constantFrom(...DATASETS),
  n: fc.integer({ min: 1, max: 3 }),
  variant: fc.nat({ max: 2 }),
});
type Drawn = { dataset: Dataset; n: number; variant: number };
type Step = { by: 'stream' | 'file'; records: readonly Drawn[] };
const step: fc.Arbitrary<Step> = fc.record({
  by: fc.constantFrom('stream', 'file'),
  records: fc.array(draw, { minLength: 1, maxLength: 4 }),
});

const history = fc.record({
  before: fc.array(step, { maxLength: 4 }),
  dataset: fc.constantFrom(...DATASETS),
  batch: fc.array(draw, { minLength: 1, maxLength: 5 }),
  after: fc.array(step, { maxLength: 4 }),
});

describe('a batch that is taken back', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await catalogOfUpdates();
    wiring = readWiring(templatesOf('prod'));
  });

  const begin = () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    let steps = 0;
    const next = async (send: () => Promise<void>): Promise<void> => {
      await send();
      steps += 1;
      await platform.poller.run({ until: START + steps * 20 * MINUTE });
      platform.poller.clock.advanceTo(START + steps * 20 * MINUTE);
    };
    const say = ({ by, records }: Step): Promise<void> =>
      next(async () => {
        for (const [dataset, own] of Map.groupBy(records, (drawn) => drawn.dataset)) {
          const entities = own.map(({ n, variant }) => record(catalog, dataset, n, variant));
          if (by === 'stream') for (const entity of entities) platform.collect(enveloped(dataset, entity));
          else await platform.upload(`landing/${dataset}/kept-${steps}.ndjson`, lines(entities));
        }
      });
    const sayBatch = (dataset: Dataset, drawn: readonly Drawn[]): Promise<void> =>
      next(() =>
        platform.upload(
          KEY.replace('DATASET', dataset),
          lines(drawn.map(({ n, variant }) => record(catalog, dataset, n, variant))),
        ),
      );
    const nothing = (): Promise<void> => next(async () => {});
    return { platform, say, sayBatch, nothing };
  };
  const lines = (entities: readonly object[]): string => entities.map((entity) => JSON.stringify(entity)).join('\n');

  const batchOf = (platform: Platform, dataset: Dataset) => batchOfFile(platform, KEY.replace('DATASET', dataset));
  const batchOfFile = async ({ stores }: Platform, file: string) => {
    const batches = await Array.fromAsync(stores.operations.batches());
    const { id, datasetId, receivedAt } = batches.find((batch) => batch.file === file)!;
    return { id, datasetId, receivedAt, files: [file] };
  };
  const suppressOn = (stores: Platform['stores'], now: () => number) => {
    const { suppressions } = stores;
    const suppressionKey = async (): Promise<string> => 'suppression key';
    const settings = stageSettings(catalog).suppression;
    return createSuppression({ suppressions, suppressionKey, now, backoff: async () => {} })(settings);
  };
  const depsOf = ({ stores, poller: { clock } }: Platform, more: Partial<RevertDeps> = {}): RevertDeps => ({
    ...stores,
    settings: stageSettings(catalog).revert,
    suppress: suppressOn(stores, clock.now),
    now: clock.now,
    until: Number.POSITIVE_INFINITY,
    ...more,
  });
  const revert = async (platform: Platform, dataset: Dataset, jobPartitions = 2): Promise<void> => {
    const batch = await batchOf(platform, dataset);
    expect(await workRevert({ batch, jobPartitions }, depsOf(platform))).toBe('done');
    await platform.poller.run({ until: platform.poller.clock.now() + MINUTE });
  };

  /** Everything that anybody can see of a platform. */
  const seen = async (platform: Platform) => {
    const { profiles, timeline, lake, memberships, quarantine } = platform.stores;
    const all = await allProfiles(profiles, stageSettings(catalog).evaluation);
    const identities = new Set<string>();
    for await (const item of profiles.scan()) for (const key of identitiesIn(item)) identities.add(key);
    const entries = [];
    for (const key of [...identities].sort()) {
      const own = await Array.fromAsync(timeline.read(key));
      entries.push(...own.sort((x, y) => (x.id < y.id ? -1 : 1)));
    }
    const rows = [];
    for await (const key of lake.list('')) rows.push(...(await unpackLakeRows((await lake.get(key))!)));
    const members: string[] = [];
    for await (const item of memberships.scan()) {
      for (const [key, { segments }] of Object.entries(item.profiles)) {
        for (const [id, { status }] of Object.entries(segments))
          if (status === 'realized') members.push(`${key} ${id}`);
      }
    }
    return {
      profiles: all,
      timeline: entries,
      lake: rows.sort((x, y) => (`${x.id}${x.ingestionId}` < `${y.id}${y.ingestionId}` ? -1 : 1)),
      members: members.sort(),
      quarantine: (await Array.fromAsync(quarantine.list(''))).length,
    };
  };

  it('leaves what there would be if it had never come', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.integer({ min: 1, max: 3 }),
        async ({ before, dataset, batch, after }, jobPartitions) => {
          const [came, never] = [begin(), begin()];
          for (const each of before) await came.say(each);
          await came.sayBatch(dataset, batch);
          for (const each of after) await came.say(each);
          expect((await seen(came.platform)).lake.length).toBeGreaterThan(0);
          await revert(came.platform, dataset, jobPartitions);
          for (const each of before) await never.say(each);
          await never.nothing();
          for (const each of after) await never.say(each);
          await never.platform.poller.run({ until: came.platform.poller.clock.now() });
          expect(await seen(came.platform)).toEqual(await seen(never.platform));
        },
      ),
      runs(0.2, 12),
    );
  });

  it('brings the newest of the other versions of an event back', async () => {
    const version = (variant: number): Drawn => ({ dataset: 'corrections', n: 1, variant });
    const [came, never] = [begin(), begin()];
    for (const world of [came, never]) {
      for (const variant of [1, 0]) await world.say({ by: 'stream', records: [version(variant)] });
      await (world === came ? world.sayBatch('corrections', [version(2)]) : world.nothing());
    }
    expect((await seen(came.platform)).timeline).not.toEqual((await seen(never.platform)).timeline);
    await revert(came.platform, 'corrections');
    await never.platform.poller.run({ until: came.platform.poller.clock.now() });
    expect(await seen(came.platform)).toEqual(await seen(never.platform));
  });

  it('comes to the same whoever dies on the way, in a compacted lake, while records go on coming', {
    timeout,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.array(step, { maxLength: 3 }),
        fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after', 'conflict'), { maxLength: 60 }),
        fc.boolean(),
        async ({ before, dataset, batch, after }, meanwhile, faults, isCompacted) => {
          const [came, never] = [begin(), begin()];
          for (const world of [came, never]) {
            for (const each of before) await world.say(each);
            await (world === came ? world.sayBatch(dataset, batch) : world.nothing());
            for (const each of after) await world.say(each);
          }
          const { stores } = came.platform;
          const compact = () =>
            compactRange({}, '2026-03-09', {
              lake: stores.lake,
              settings: compactionSettings(1 << 27),
              newId,
              progress: () => {},
            });
          let [ids, calls] = [0, 0];
          const newId = () => `run ${ids++}`;
          const next = (): Fault => faults[calls++] ?? 'none';
          if (isCompacted) await compact();
          const taken = await batchOf(came.platform, dataset);
          const left = [...meanwhile];
          for (let tries = 0, end = 'unfinished'; end !== 'done'; tries++) {
            expect(tries).toBeLessThan(200);
            // Every call does one step.
            const deps = depsOf(came.platform, { until: 0 });
            const faulty = Object.fromEntries(
              (['landing', 'lake', 'profiles', 'timeline', 'quarantine'] as const).map((name) => [
                name,
                withFaults(deps[name], next),
              ]),
            );
            end = await workRevert({ batch: taken, jobPartitions: 2 }, { ...deps, ...faulty }).catch(
              () => 'unfinished',
            );
            const asserted = left.shift();
            for (const world of asserted ? [came, never] : []) await world.say(asserted!);
            if (isCompacted && tries === 2) await compact();
          }
          const end = Math.max(came.platform.poller.clock.now(), never.platform.poller.clock.now()) + MINUTE;
          for (const { platform } of [came, never]) await platform.poller.run({ until: end });
          const [{ lake, ...is }, { lake: lakeThen, ...then }] = [
            await seen(came.platform),
            await seen(never.platform),
          ];
          // Of several arrivals of one record, some of which came while the timeline forgot the batch, any may be the first.
          const lastRouted = ({ timeline, ...rest }: Omit<Awaited<ReturnType<typeof seen>>, 'lake'>) => ({
            ...rest,
            timeline: timeline.map(({ identity, id, json }) => ({ identity, id, json })),
          });
          expect(lastRouted(is)).toEqual(lastRouted(then));
          expect(lake.length).toBe(lakeThen.length);
        },
      ),
      runs(0.2, 12),
    );
  });

  it('may be sent again, and is ingested anew', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ before, dataset, batch, after }) => {
        const [came, once] = [begin(), begin()];
        for (const each of before) await came.say(each);
        await came.sayBatch(dataset, batch);
        await revert(came.platform, dataset);
        for (const world of [came, once]) {
          const { platform } = world;
          if (world === once) for (const each of before) await world.say(each);
          await platform.upload(
            `landing/${dataset}/again.ndjson`,
            lines(batch.map(({ n, variant }) => record(catalog, dataset, n, variant))),
          );
          await platform.poller.run();
          for (const each of after) await world.say(each);
        }
        const counts = async ({ stores }: Platform) =>
          (await Array.fromAsync(stores.operations.batches())).find(({ file }) => file.endsWith('again.ndjson'))!
            .counts;
        expect(await counts(came.platform)).toEqual(await counts(once.platform));
        const profiles = async ({ platform }: typeof came) => (await seen(platform)).profiles;
        expect(await profiles(came)).toEqual(await profiles(once));
      }),
      runs(0.1, 6),
    );
  });

  it('leaves who was deleted meanwhile deleted, and links that were withdrawn by hand withdrawn', async () => {
    const { platform, say, sayBatch } = begin();
    const { stores, poller } = platform;
    const login = (n: number): Drawn => ({ dataset: 'logins', n, variant: 0 });
    const cart = (n: number): Drawn => ({ dataset: 'web-events', n, variant: 0 });
    await say({ by: 'stream', records: [login(1), login(2), cart(1), cart(2)] });
    await sayBatch(
      'regions',
      [1, 2].map((n) => ({ dataset: 'regions', n, variant: 0 })),
    );
    const batch = await batchOf(platform, 'regions');
    const step = () => workRevert({ batch, jobPartitions: 1 }, depsOf(platform, { until: 0 }));
    // Planned, and the rows of everybody found.
    for (let i = 0; i < 2; i++) await step();
    const rules = stageSettings(catalog).fold.links;
    const by = { who: 'somebody', reason: 'shared' };
    const deps = { profiles: stores.profiles, rules, now: poller.clock.now, backoff: async () => {} };
    await unlink('CRMID:RB-2', `ECID:${ecidOf(2)}`, by, deps);
    await platform.schedules.erasePerson({ requestId: 'r', identity: 'CRMID:RB-1', reason: 'asked' });
    while ((await step()) !== 'done');
    await poller.run({ until: poller.clock.now() + MINUTE });
    const { profiles, timeline } = await seen(platform);
    expect(profiles).toMatchObject([{ identities: ['CRMID:RB-2'] }, { identities: [`ECID:${ecidOf(2)}`] }]);
    await platform.erased();
    expect(JSON.stringify([timeline, (await seen(platform)).lake])).not.toContain(ecidOf(1));
  });

  it.each([1, 2, 3])('loses nothing that is said again after step %i', async (steps) => {
    const { platform, say, sayBatch } = begin();
    const cart: Drawn = { dataset: 'web-events', n: 3, variant: 0 };
    await sayBatch('web-events', [cart]);
    const batch = await batchOf(platform, 'web-events');
    const step = () => workRevert({ batch, jobPartitions: 1 }, depsOf(platform, { until: 0 }));
    for (let i = 0; i < steps; i++) await step();
    await say({ by: 'stream', records: [cart] });
    while ((await step()) !== 'done');
    const { profiles, timeline, lake } = await seen(platform);
    expect(profiles).toMatchObject([{ identities: [`ECID:${ecidOf(3)}`], view: { xEvent: [{}] } }]);
    expect([timeline.length, lake.length]).toEqual([1, 1]);
  });

  it('is looked for among other batches of the same dataset and instant', async () => {
    const { platform } = begin();
    const named = (n: number) => KEY.replace('DATASET', 'web-events').replace('reverted', `file ${n}`);
    for (const n of [1, 2, 3]) await platform.upload(named(n), lines([record(catalog, 'web-events', n, 0)]));
    await platform.poller.run({ until: START });
    platform.poller.clock.advanceTo(START + MINUTE);
    await workRevert({ batch: await batchOfFile(platform, named(2)), jobPartitions: 1 }, depsOf(platform));
    const { profiles, lake, timeline } = await seen(platform);
    expect(profiles.map((profile) => (profile as { key: string }).key)).toEqual([1, 3].map((n) => `ECID:${ecidOf(n)}`));
    expect([lake.length, timeline.length]).toEqual([2, 2]);
  });
});
