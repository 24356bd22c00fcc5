import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { rebuildFromLake } from '#core/pipeline/rebuild.ts';
import { identitiesIn } from '#core/profile/profile-item.ts';
import { withoutDataset } from '#core/revert/dataset/items.ts';
import { remainsOf } from '#core/revert/dataset/remains.ts';
import { evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const DATASETS = ['web-events', 'logins', 'customers', 'store-orders', 'regions'] as const;
type Dataset = (typeof DATASETS)[number];

const row = (catalog: CompiledCatalog, dataset: Dataset, cells: Record<string, string>): object => {
  const mapped = catalog.datasets.get(dataset)!.mapRow(...cellsOf(cells));
  if ('rejection' in mapped) throw new Error(JSON.stringify(mapped));
  return mapped.value as object;
};

/** A small world, so that records meet: three people, their devices and cards. */
const record = (catalog: CompiledCatalog, dataset: Dataset, n: number, variant: number): object => {
  const at = START - (variant + 1) * 20 * HOUR;
  switch (dataset) {
    case 'web-events':
      return { ...addToCart(n, at), _id: `cart-${n}-${variant}` };
    case 'logins': {
      const login = logIn(n, at) as { identityMap: { ECID: { id: string }[] } };
      // Device number `variant` is shared.
      if (variant > 0) login.identityMap.ECID[0]!.id = ecidOf(variant);
      return { ...login, _id: `login-${n}-${variant}` };
    }
    case 'customers':
      return row(catalog, dataset, {
        crmId: `RB-${n}`,
        email: `p${n}@example.com`,
        firstName: `Name ${variant}`,
        tier: ['gold', 'silver', 'none'][variant]!,
        updatedAt: new Date(at).toISOString(),
      });
    case 'store-orders':
      return row(catalog, dataset, {
        orderId: `SO-${n}-${variant}`,
        timestamp: new Date(at).toISOString(),
        crmId: `RB-${n}`,
        storeId: `S${variant}`,
        items: '1',
        total: String(200 * (variant + 1)),
        currency: 'EUR',
      });
    default:
      return seenIn(n, at, ['VA6', 'OR2', 'IRL1'][variant]);
  }
};

interface Step {
  readonly by: 'stream' | 'file';
  readonly dataset: Dataset;
  readonly records: readonly { readonly n: number; readonly variant: number }[];
  readonly hasBadRow: boolean;
}
const step: fc.Arbitrary<Step> = fc.record({
  by: fc.constantFrom('stream', 'file'),
  dataset: fc.constantFrom(...DATASETS),
  records: fc.array(fc.record({ n: fc.integer({ min: 1, max: 3 }), variant: fc.nat({ max: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  hasBadRow: fc.boolean(),
});
const history = fc.record({
  dataset: fc.constantFrom(...DATASETS),
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
});

describe('a dataset that has left the catalog, or is switched off for profiles', () => {
  let whole: CompiledCatalog;
  /** With a segment less. */
  let other: CompiledCatalog;
  let without: (dataset: Dataset, isOther?: boolean) => CompiledCatalog;
  let switchedOff: (dataset: Dataset, isOther?: boolean) => CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const datasets = definitions.datasets.map((one) => ({ ...one, partialIngestionPercentage: 100 }));
    whole = compileCatalog({ ...definitions, datasets });
    const segments = definitions.segments.filter(({ id }) => id !== 'interested-in-tents');
    const destinations = definitions.destinations.map((one) => ({
      ...one,
      segments: one.segments.filter((id) => id !== 'interested-in-tents'),
    }));
    const less = { ...definitions, segments, destinations };
    other = compileCatalog({ ...less, datasets });
    const known = new Map<string, CompiledCatalog>();
    without = (dataset, isOther = false) => {
      const left = datasets.filter(({ id }) => id !== dataset);
      const key = `${dataset} ${isOther}`;
      const catalog = known.get(key) ?? compileCatalog({ ...(isOther ? less : definitions), datasets: left });
      known.set(key, catalog);
      return catalog;
    };
    switchedOff = (dataset, isOther = false) => {
      const off = { unifiedProfile: ['enabled:false'], unifiedIdentity: ['enabled:true'] };
      const all = datasets.map((one) => (one.id === dataset ? { ...one, tags: off } : one));
      return compileCatalog({ ...(isOther ? less : definitions), datasets: all });
    };
    wiring = readWiring(templatesOf('prod'));
  });
  const GONE = ['has left the catalog', 'is switched off for profiles'] as const;
  const gone = (how: (typeof GONE)[number], dataset: Dataset, isOther = false): CompiledCatalog =>
    how === 'has left the catalog' ? without(dataset, isOther) : switchedOff(dataset, isOther);

  function begin(next: () => Fault = () => 'none') {
    const platform = createPlatform({
      wiring,
      catalog: whole,
      start: START,
      intercept: (port, _name, reader) => (reader === 'delete-dataset-partition' ? withFaults(port, next) : port),
    });
    let steps = 0;
    /** A step that is left out takes its time all the same. */
    const say = async ({ by, dataset, records, hasBadRow }: Step, isSaid = true): Promise<void> => {
      const lines = records.map(({ n, variant }) => JSON.stringify(record(whole, dataset, n, variant)));
      if (isSaid && by === 'stream') {
        for (const line of lines) platform.collect(enveloped(dataset, JSON.parse(line)));
      } else if (isSaid) {
        const content = [...lines, ...(hasBadRow ? ['{"_id":'] : [])].join('\n');
        await platform.upload(`landing/${dataset}/file-${steps}.ndjson`, content);
      }
      steps += 1;
      const until = Math.max(platform.poller.clock.now() + MINUTE, START + steps * 20 * MINUTE);
      await platform.poller.run({ until });
      platform.poller.clock.advanceTo(until);
    };
    const apply = async (catalog: CompiledCatalog): Promise<void> => {
      platform.apply(catalog);
      await platform.schedules.evaluateBatch();
      // Files are gathered for a while.
      await platform.poller.run({ until: platform.poller.clock.now() + 10 * MINUTE });
    };
    return { platform, say, apply };
  }

  const members = async ({ stores }: Platform): Promise<string[]> => {
    const found: string[] = [];
    for await (const item of stores.memberships.scan()) {
      for (const [key, { segments }] of Object.entries(item.profiles)) {
        for (const [id, { status }] of Object.entries(segments)) if (status === 'realized') found.push(`${key} ${id}`);
      }
    }
    return found.sort();
  };

  /** What marketers and destinations see. */
  const shown = async (platform: Platform) => ({
    profiles: await allProfiles(platform.stores.profiles, stageSettings(platform.catalog).evaluation),
    members: await members(platform),
    destinations: await deliveredTo(platform),
  });

  /** What is stored. */
  const stored = async ({ stores }: Platform) => {
    const { profiles, timeline, lake, quarantine, landing } = stores;
    const identities = new Set<string>();
    for await (const item of profiles.scan()) for (const key of identitiesIn(item)) identities.add(key);
    const entries = [];
    for (const key of [...identities].sort()) {
      const own = await Array.fromAsync(timeline.read(key));
      entries.push(...own.sort((x, y) => (x.id < y.id ? -1 : 1)));
    }
    const rows = [];
    for await (const key of lake.list('dataset=')) rows.push(...(await unpackLakeRows((await lake.get(key))!)));
    // Numbers of messages of the stream depend on what else was there.
    return {
      timeline: entries.map(({ identity, id, datasetId, json }) => ({ identity, id, datasetId, json })),
      lake: rows
        .map(({ id, receivedAt, json, operation }) => ({ id, receivedAt, json, operation }))
        .sort((x, y) => (`${x.id}${x.receivedAt}` < `${y.id}${y.receivedAt}` ? -1 : 1)),
      quarantine: await Array.fromAsync(quarantine.list('')),
      files: await Array.fromAsync(landing.list('landing/')),
    };
  };

  it.each(GONE)(
    'counts for nothing in profiles, audiences and destinations when it %s, though it is stored',
    { timeout },
    async (how) => {
      let changed = 0;
      await fc.assert(
        fc.asyncProperty(history, async ({ dataset, steps }) => {
          const { platform, say, apply } = begin();
          for (const each of steps) await say(each);
          const before = await members(platform);
          await apply(gone(how, dataset));
          const is = await shown(platform);
          // The same as if all of it had been cut out of every item; links stay.
          const { evaluation } = stageSettings(platform.catalog);
          const expected: string[] = [];
          for await (const item of platform.stores.profiles.scan()) {
            const { linkHistory } = item;
            const stripped = { ...withoutDataset(item, dataset, new Set()), linkHistory };
            const { profiles } = evaluateItem(
              stripped,
              noMemberships(item.canonicalKey),
              evaluation,
              platform.poller.clock.now(),
              'all',
            );
            for (const [key, { segments }] of Object.entries(profiles)) {
              for (const [id, { status }] of Object.entries(segments))
                if (status === 'realized') expected.push(`${key} ${id}`);
            }
            expect(JSON.stringify(is.profiles)).not.toContain(`"datasetId":"${dataset}"`);
          }
          expect(is.members).toEqual(expected.sort());
          changed += before.join() === is.members.join() ? 0 : 1;
          const remains = await remainsOf([dataset], platform.stores);
          const wasSaid = steps.some((each) => each.dataset === dataset);
          expect(remains[0]!.lake.objects > 0).toBe(wasSaid);
          if (dataset !== 'web-events' && dataset !== 'store-orders') expect(remains[0]!.profiles > 0).toBe(wasSaid);
        }),
        runs(1, 60),
      );
      expect(changed).toBeGreaterThan(0);
    },
  );

  it.each(GONE)('counts again after it %s, as if it had never done so', { timeout }, async (how) => {
    await fc.assert(
      fc.asyncProperty(history, step, fc.boolean(), async ({ dataset, steps }, meanwhile, isOther) => {
        const [left, stayed] = [begin(), begin()];
        for (const world of [left, stayed]) for (const each of steps) await world.say(each);
        // Segments may be other ones from then on: events are chosen anew while the dataset is away.
        await left.apply(gone(how, dataset, isOther));
        for (const world of [left, stayed]) await world.say(meanwhile, meanwhile.dataset !== dataset);
        await left.apply(isOther ? other : whole);
        await stayed.apply(isOther ? other : whole);
        await stayed.platform.poller.run({ until: left.platform.poller.clock.now() });
        const [is, was] = [await shown(left.platform), await shown(stayed.platform)];
        expect([is.profiles, is.members]).toEqual([was.profiles, was.members]);
        expect(is.destinations).toEqual(was.destinations);
      }),
      runs(1, 30),
    );
  });

  it('has what came while it was switched off in the lake, from which it is brought in afterwards', {
    timeout,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.array(step, { minLength: 1, maxLength: 3 }),
        async ({ dataset, steps }, meanwhile) => {
          const [left, stayed] = [begin(), begin()];
          for (const world of [left, stayed]) for (const each of steps) await world.say(each);
          await left.apply(switchedOff(dataset));
          for (const world of [left, stayed]) for (const each of meanwhile) await world.say(each);
          await left.apply(whole);
          const { lake, profiles, timeline, lookups } = left.platform.stores;
          const settings = stageSettings(whole).fold;
          const stitch = { profiles, timeline, lookups, settings, backoff: async () => {} };
          await rebuildFromLake({ dataset }, { catalog: whole, lake, stitch, progress: () => {} });
          for (const world of [left, stayed]) await world.apply(whole);
          const [is, was] = [await shown(left.platform), await shown(stayed.platform)];
          expect([is.profiles, is.members]).toEqual([was.profiles, was.members]);
        },
      ),
      runs(1, 30),
    );
  });

  it('is gone once it is deleted, as if it had never been, whoever dies on the way', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.option(step, { nil: undefined }),
        fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'none', 'before', 'after', 'conflict'), {
          maxLength: 25,
        }),
        async ({ dataset, steps }, after, faults) => {
          let calls = 0;
          const came = begin(() => faults[calls++] ?? 'none');
          const never = begin();
          for (const each of steps) {
            await came.say(each);
            await never.say(each, each.dataset !== dataset);
          }
          for (const world of [came, never]) await world.apply(without(dataset));
          for (let tries = 0; ; tries++) {
            expect(tries).toBeLessThan(20);
            // One whose parts failed too often is started anew.
            const done = await came.platform.schedules.deleteDataset(dataset).then(
              () => true,
              () => false,
            );
            if (done) break;
          }
          // Parts that failed come again after a while.
          const then = Math.max(came.platform.poller.clock.now(), never.platform.poller.clock.now()) + MINUTE;
          for (const { platform } of [came, never]) await platform.poller.run({ until: then });
          if (after && after.dataset !== dataset) for (const world of [came, never]) await world.say(after);
          const end = Math.max(came.platform.poller.clock.now(), never.platform.poller.clock.now()) + MINUTE;
          for (const { platform } of [came, never]) await platform.poller.run({ until: end });
          for (const { platform } of [came, never]) await platform.schedules.evaluateBatch();
          for (const { platform } of [came, never]) await platform.poller.run({ until: end + 10 * MINUTE });
          expect(await shown(came.platform)).toEqual(await shown(never.platform));
          expect(await stored(came.platform)).toEqual(await stored(never.platform));
          expect(await remainsOf([dataset], came.platform.stores)).toEqual([
            { dataset, profiles: 0, lake: { objects: 0, bytes: 0 } },
          ]);
          for await (const batch of came.platform.stores.operations.batches()) {
            expect(batch.status === 'inactive').toBe(batch.datasetId === dataset);
          }
        },
      ),
      runs(1, 60),
    );
  });

  it('is not deleted while the catalog has it', async () => {
    const { platform } = begin();
    await expect(platform.schedules.deleteDataset('customers')).rejects.toThrow(/take it out of there/);
  });
});
