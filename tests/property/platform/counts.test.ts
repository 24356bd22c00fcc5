import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { lastOfEach } from '#core/counts/ports/last-batches.ts';
import { SERIES } from '#core/counts/series.ts';
import { type StageCounts, stageCounts } from '#core/counts/stage-counts.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { workRevert } from '#core/revert/revert.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** As often as a function may fail, so that nothing is given up. */
const FAULTS: Partial<Record<FunctionName, number>> = {
  split: 3,
  'validate-chunk': 3,
  'stitch-chunk': 3,
  'stitch-stream': 25,
  evaluate: 25,
  route: 25,
  count: 40,
  'evaluate-partition': 3,
};

type Record_ = { readonly kind: 'cart' | 'login' | 'region' | 'bad'; readonly n: number; readonly variant: number };
type Step =
  | { readonly kind: 'stream' | 'file'; readonly records: readonly Record_[] }
  | { readonly kind: 'revert' | 'hours' | 'evaluate' | 'audience' }
  | { readonly kind: 'erase'; readonly n: number };

const record = fc.record({
  kind: fc.constantFrom<Record_['kind']>('cart', 'cart', 'login', 'login', 'region', 'bad'),
  n: fc.integer({ min: 1, max: 4 }),
  variant: fc.nat({ max: 2 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('stream', 'file'),
      records: fc.array(record, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('revert', 'hours', 'evaluate', 'audience') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), n: fc.integer({ min: 1, max: 4 }) }) },
) as fc.Arbitrary<Step>;

const DATASETS: Readonly<Record<Record_['kind'], string>> = {
  cart: 'web-events',
  login: 'logins',
  region: 'regions',
  bad: 'web-events',
};

/** Who logs in on a device of somebody else's is linked to them: people are joined, and parted again. */
function entityOf({ kind, n, variant }: Record_): object {
  const at = START - (variant + 4) * HOUR;
  if (kind === 'region') return seenIn(n, at, ['VA6', 'OR2', 'IRL1'][variant]);
  if (kind === 'login') {
    const login = logIn(n, at) as { identityMap: { ECID: { id: string }[] } };
    login.identityMap.ECID[0]!.id = ecidOf(((n + variant) % 4) + 1);
    return { ...login, _id: `login-${n}-${variant}` };
  }
  const cart = { ...addToCart(n, at), _id: `cart-${n}-${variant}` };
  return kind === 'bad' ? { ...cart, timestamp: 'yesterday' } : cart;
}

describe('what a stage contains', () => {
  let full: CompiledCatalog;
  let without: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const definitions = await exampleDefinitions();
    const datasets = definitions.datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage: 100 }));
    full = compileCatalog({ ...definitions, datasets });
    const segments = definitions.segments.filter(({ id }) => id !== 'several-devices');
    const destinations = definitions.destinations.map((destination) => ({
      ...destination,
      segments: destination.segments.filter((id) => id !== 'several-devices'),
    }));
    without = compileCatalog({ ...definitions, datasets, segments, destinations } as typeof definitions);
    wiring = readWiring(templatesOf('prod'));
  });

  const countedIn = (platform: Platform): Promise<StageCounts> =>
    stageCounts(
      {
        segments: [...platform.catalog.segmentDefinitions.keys()],
        destinations: [...platform.catalog.destinations.keys()],
        datasets: [...platform.catalog.datasets.keys()],
      },
      { counts: platform.stores.counts, now: platform.poller.clock.now },
    );

  /** Everything, by reading everything: profiles as people see them, memberships and delivery states as they are stored. */
  async function recounted({ stores, catalog }: Platform) {
    const people = (await allProfiles(stores.profiles, stageSettings(catalog).evaluation)) as {
      identities: string[];
    }[];
    const known = people.filter(({ identities }) => identities.some((key) => !key.startsWith('ECID:'))).length;
    const audiences: Record<string, number> = Object.fromEntries(
      [...catalog.segmentDefinitions.keys()].map((id) => [id, 0]),
    );
    for await (const { profiles } of stores.memberships.scan())
      for (const { segments } of Object.values(profiles))
        for (const [id, { status }] of Object.entries(segments)) if (status === 'realized') audiences[id]! += 1;
    const members: Record<string, Record<string, number>> = {};
    const excluded: Record<string, Record<string, number>> = {};
    const devices: Record<string, number> = {};
    for await (const { destinations } of stores.deliveryStates.scan()) {
      for (const [id, state] of Object.entries(destinations)) {
        for (const [key, segments] of Object.entries(state.lastRouted))
          for (const [segment, { status, routes = [] }] of Object.entries(segments)) {
            if (status !== 'realized') continue;
            members[id] = { ...members[id], [segment]: (members[id]?.[segment] ?? 0) + 1 };
            if (key.startsWith('ECID:')) for (const route of routes) devices[route] = (devices[route] ?? 0) + 1;
          }
        for (const [reason, own] of Object.entries(state.excluded))
          if (own.length > 0) excluded[id] = { ...excluded[id], [reason]: (excluded[id]?.[reason] ?? 0) + own.length };
      }
    }
    const batches: Record<string, [number, number, number]> = {};
    for await (const { datasetId, status, counts } of stores.operations.batches()) {
      if (status === 'inactive') continue;
      const [accepted, rejected, duplicate] = batches[datasetId] ?? [0, 0, 0];
      batches[datasetId] = [accepted + counts.accepted, rejected + counts.rejected, duplicate + counts.duplicate];
    }
    return {
      profiles: { all: people.length, known, anonymous: people.length - known },
      audiences,
      members,
      excluded,
      devices,
      batches,
    };
  }

  /** The same numbers, as the counters have them. */
  function shaped({ profiles, audiences, destinations, records }: StageCounts): Awaited<ReturnType<typeof recounted>> {
    const devices: Record<string, number> = {};
    const add = (route: string, count: number): void => {
      devices[route] = (devices[route] ?? 0) + count;
    };
    for (const { devices: own = {} } of Object.values(destinations))
      for (const { edge, hub } of Object.values(own)) {
        for (const [region, count] of Object.entries(edge)) add(`edge:${region}`, count);
        if (hub > 0) add('hub', hub);
      }
    const filled = <T extends object>(all: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(all).filter(([, own]) => Object.keys(own).length > 0));
    return {
      profiles,
      audiences,
      members: filled(Object.fromEntries(Object.entries(destinations).map(([id, own]) => [id, { ...own.members }]))),
      excluded: filled(Object.fromEntries(Object.entries(destinations).map(([id, own]) => [id, { ...own.excluded }]))),
      devices,
      batches: Object.fromEntries(
        Object.entries(records).flatMap(
          ([
            id,
            {
              batch: { accepted, rejected, duplicate },
            },
          ]) =>
            accepted + rejected + duplicate > 0
              ? [[id, [accepted, rejected, duplicate] as [number, number, number]]]
              : [],
        ),
      ),
    };
  }

  /** Lets counters catch up, and what the evaluation of all has found be compared with them. */
  async function compare({ poller, schedules }: Platform): Promise<void> {
    await poller.run();
    poller.clock.advanceBy(15 * MINUTE);
    await schedules.countHistory().catch(() => {});
  }

  /** Plays a history. @returns how many records of each dataset were put on the stream */
  async function play(platform: Platform, history: readonly Step[]): Promise<Map<string, number>> {
    const { poller, schedules, stores } = platform;
    const streamed = new Map<string, number>();
    for (const [number, one] of history.entries()) {
      if ('records' in one) {
        for (const [dataset, own] of Map.groupBy(one.records, ({ kind }) => DATASETS[kind])) {
          if (one.kind === 'file') {
            const lines = own.map((each) => JSON.stringify(entityOf(each))).join('\n');
            await platform.upload(`landing/${dataset}/file-${number}.ndjson`, lines);
          } else {
            streamed.set(dataset, (streamed.get(dataset) ?? 0) + own.length);
            for (const each of own) platform.collect(enveloped(dataset, entityOf(each)), `producer ${each.n}`);
          }
        }
      } else if (one.kind === 'audience') platform.apply(platform.catalog === full ? without : full);
      else if (one.kind === 'hours') {
        poller.clock.advanceBy(3 * HOUR);
        await schedules.reevaluateDue().catch(() => {});
      } else if (one.kind === 'evaluate') {
        await schedules.startEvaluation().catch(() => {});
        await poller.run();
        await compare(platform);
      } else if (one.kind === 'erase')
        await schedules
          .erasePerson({ requestId: `r-${number}`, identity: `CRMID:RB-${one.n}`, reason: 'asked' })
          .catch(() => {});
      else {
        await poller.run();
        const [batch] = (await Array.fromAsync(stores.operations.batches())).filter(
          ({ status }) => status === 'success',
        );
        if (!batch) continue;
        const { id, datasetId, receivedAt, file } = batch;
        await workRevert(
          { batch: { id, datasetId, receivedAt, files: [file] }, jobPartitions: 2 },
          {
            ...stores,
            settings: stageSettings(platform.catalog).revert,
            suppress: SUPPRESS_NOBODY,
            now: poller.clock.now,
            until: Number.POSITIVE_INFINITY,
          },
        );
      }
      await poller.run({ until: poller.clock.now() + 2 * MINUTE });
    }
    await poller.run();
    return streamed;
  }

  it('is what counting everything finds, whatever happens, fails, is repeated or comes late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 10 }),
        fc.infiniteStream(fc.nat()),
        async (history, dice) => {
          const draw = (below: number): number => (dice.next().value as number) % below;
          const left = { ...FAULTS };
          let again = 20;
          let repaired = 0;
          const platform = createPlatform({
            wiring,
            catalog: full,
            start: START,
            concurrency: 2,
            pick: draw,
            metrics: {
              count: (name, by) => {
                if (name === METRICS.countsRepaired) repaired += by;
              },
            },
            unsteady: { again: () => again > 0 && draw(4) === 0 && again-- > 0, lag: () => draw(3_000) },
            intercept: (port, _name, reader) =>
              withFaults(port, (): Fault => {
                const fault = (['none', 'none', 'none', 'none', 'before', 'after'] as const)[draw(6)]!;
                if (fault === 'none' || (left[reader] ?? 0) <= 0) return 'none';
                left[reader]! -= 1;
                return fault;
              }),
          });
          await platform.stores.counts.markComplete({ profiles: START });
          const streamed = await play(platform, history);
          // Where nothing was counted anew, nothing was made right either.
          if (!history.some(({ kind }) => kind === 'audience' || kind === 'evaluate'))
            expect(shaped(await countedIn(platform))).toEqual(await recounted(platform));
          // Who leaves with a catalog, leaves with the evaluation of all that follows it.
          for (const reader of Object.keys(left) as FunctionName[]) left[reader] = 0;
          await platform.schedules.evaluateBatch();
          await platform.poller.run();
          await compare(platform);
          expect(platform.leftovers()).toEqual({});
          expect(repaired).toBe(0);

          const counted = await countedIn(platform);
          const { batches, ...now } = await recounted(platform);
          const { batches: countedBatches, ...rest } = shaped(counted);
          expect(rest).toEqual(now);
          expect(countedBatches).toEqual(batches);
          const opened = await Array.fromAsync(platform.stores.operations.batches());
          expect(await platform.stores.lastBatches.of([...full.datasets.keys()])).toEqual(
            new Map(lastOfEach(opened).map(({ id, datasetId }) => [datasetId, id])),
          );
          for (const [id, { stream }] of Object.entries(counted.records))
            expect(stream.accepted + stream.rejected + stream.duplicate, id).toBe(streamed.get(id) ?? 0);
        },
      ),
      runs(0.2, 12),
    );
  });

  /** A platform, and what it reports to have repaired. */
  function reporting() {
    const reported: number[] = [];
    const count = (name: string, by: number): void =>
      void (name === METRICS.countsRepaired && by > 0 && reported.push(by));
    return { platform: createPlatform({ wiring, catalog: full, start: START, metrics: { count } }), reported };
  }

  it('is made right by the evaluation of all profiles where it has drifted, and that is reported once', async () => {
    const { platform, reported } = reporting();
    const two = [1, 2].map((n): Record_ => ({ kind: 'cart', n, variant: 0 }));
    await play(platform, [{ kind: 'stream', records: two }]);
    const { counts } = platform.stores;
    const evaluateAll = async (): Promise<void> => {
      await platform.schedules.evaluateBatch();
      await compare(platform);
    };
    await evaluateAll();
    await evaluateAll();
    const before = shaped(await countedIn(platform));
    expect(before.profiles.all).toBe(2);

    await counts.adjust({
      [SERIES.profiles]: { all: 5, known: 5 },
      [SERIES.audiences('cart-abandoners')]: { 'cart-abandoners': -1 },
    });
    expect(shaped(await countedIn(platform))).not.toEqual(before);
    await evaluateAll();
    expect(shaped(await countedIn(platform))).toEqual(before);
    expect(reported).toEqual([3]);
    await evaluateAll();
    expect(reported).toEqual([3]);
  });

  it('is complete after the first evaluation of all, where a stage had everything before it counted anything', async () => {
    const { platform, reported } = reporting();
    await play(platform, [{ kind: 'stream', records: [{ kind: 'cart', n: 1, variant: 0 }] }]);
    const { counts } = platform.stores;
    const negative = Object.entries(counts.counters).filter(([series]) => !series.startsWith('records'));
    await counts.adjust(
      Object.fromEntries(
        negative.map(([series, own]) => [
          series,
          Object.fromEntries(Object.entries(own).map(([name, by]) => [name, -by])),
        ]),
      ),
    );
    expect((await countedIn(platform)).profiles.all).toBe(0);
    expect((await counts.completeSince()).profiles).toBeUndefined();
    await platform.schedules.evaluateBatch();
    await compare(platform);
    expect((await counts.completeSince()).profiles).toBe(platform.poller.clock.now());
    expect(shaped(await countedIn(platform))).toEqual(await recounted(platform));
    expect(reported).toEqual([]);
  });

  it('is kept as that of its hour and of its day', async () => {
    const platform = createPlatform({ wiring, catalog: full, start: START });
    await platform.schedules.countHistory();
    await play(platform, [{ kind: 'stream', records: [{ kind: 'cart', n: 1, variant: 0 }] }]);
    platform.poller.clock.advanceTo(START + HOUR);
    await platform.schedules.countHistory();
    const { countHistory } = platform.stores;
    const hours = await countHistory.read('hour', START, START + 2 * HOUR);
    expect(hours.map(({ asOf, profiles }) => [asOf, profiles.all])).toEqual([
      [START, 0],
      [START + HOUR, 1],
    ]);
    const days = await countHistory.read('day', START, START);
    expect(days.map(({ asOf, profiles }) => [asOf, profiles.all])).toEqual([[START + HOUR, 1]]);
  });
});
