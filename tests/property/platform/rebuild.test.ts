import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateExample } from '#cli/example/generate.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { compactionSettings } from '#core/lake/compaction-days.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { packLakeRows } from '#core/lake/write-rows.ts';
import { compactRange } from '#core/pipeline/compact-range.ts';
import { type RebuildRange, type Rebuilt, rebuildFromLake } from '#core/pipeline/rebuild.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { uploadExample } from '#tests/harness/platform/endpoints.ts';
import { addToCart, enveloped, tolerantCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T23:59:00Z');
const DAY = 86_400_000;

interface Stores {
  readonly profiles: ProfileStore;
  readonly timeline: MemoryTimeline;
}

describe('a rebuild from the lake', () => {
  let catalog: CompiledCatalog;
  let platform: Platform;
  let expected: object[];

  beforeAll(async () => {
    catalog = await tolerantCatalog();
    platform = createPlatform({ wiring: readWiring(templatesOf('prod')), catalog, start: START });
    await uploadExample(platform, generateExample({ seed: 1, now: START, persons: 25 }));
    await platform.poller.run({ until: START + DAY });
    // What a producer sends twice lies in the lake twice.
    for (const value of [1, 2]) {
      platform.collect(enveloped('web-events', addToCart(7, START, { commerce: { productListAdds: { value } } })));
      await platform.poller.run();
    }
    expected = await allProfiles(platform.stores.profiles, stageSettings(catalog).evaluation);
  });

  const empty = (): Stores => ({ profiles: new MemoryProfileStore(), timeline: new MemoryTimeline() });
  const profilesIn = ({ profiles }: Stores) => allProfiles(profiles, stageSettings(catalog).evaluation);

  async function rebuild(
    { profiles, timeline }: Stores,
    range: RebuildRange = {},
    faults: readonly Fault[] = [],
    lake: ObjectStore = platform.stores.lake,
  ) {
    const done: { key: string; soFar: Rebuilt }[] = [];
    let call = 0;
    const next = (): Fault => faults[call++] ?? 'none';
    const run = rebuildFromLake(range, {
      catalog,
      lake,
      stitch: {
        profiles: withFaults(profiles, next),
        timeline: withFaults(timeline, next),
        lookups: new MemoryLookupStore(),
        settings: stageSettings(catalog).fold,
        backoff: async () => {},
      },
      progress: (key, soFar) => void done.push({ key, soFar }),
    });
    const result = await run.catch(() => undefined);
    return { result, done };
  }

  it('gives empty stores the profiles that there were', async () => {
    const stores = empty();
    const { result } = await rebuild(stores);
    expect(expected.length).toBeGreaterThan(25);
    expect(await profilesIn(stores)).toEqual(expected);
    expect(result).toMatchObject({ rejected: 0 });
    expect(result!.duplicate).toBeGreaterThan(0);
  });

  it('comes to the same from a compacted lake, and from one that is compacted while it runs', async () => {
    const lake = createMemoryObjectStore();
    // The same rows in the same order, in small pieces.
    for await (const key of platform.stores.lake.list('')) {
      const rows = await unpackLakeRows((await platform.stores.lake.get(key))!);
      for (let start = 0; start < rows.length; start += 10) {
        const block = key.replace('.parquet', `-${String(start).padStart(4, '0')}.parquet`);
        await lake.put(block, packLakeRows(rows.slice(start, start + 10)));
      }
    }
    let ids = 0;
    const rules = { ...compactionSettings(128 * 1024 ** 2), maxObjects: 20 };
    const compact = () =>
      compactRange({}, '2026-03-09', { lake, settings: rules, newId: () => `run ${ids++}`, progress: () => {} });
    // Most of what was listed is elsewhere when it is its turn.
    let reads = 0;
    const during = empty();
    const overtaken: ObjectStore = {
      ...lake,
      async get(...args) {
        if (++reads === 3) expect((await compact()).objectsBefore).toBeGreaterThan(20);
        return lake.get(...args);
      },
    };
    expect((await rebuild(during, {}, [], overtaken)).result).toBeDefined();
    expect(await profilesIn(during)).toEqual(expected);
    const after = empty();
    const rebuilt = await rebuild(after, {}, [], lake);
    expect(rebuilt.result!.objects).toBe((await Array.fromAsync(lake.list(''))).length);
    expect(await profilesIn(after)).toEqual(expected);
  });

  it('changes nothing where the profiles are', async () => {
    const stores = empty();
    const { result } = await rebuild(stores);
    const again = await rebuild(stores);
    expect(again.result).toEqual(result);
    expect(await profilesIn(stores)).toEqual(expected);
  });

  it('goes on where it was interrupted, wherever that was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 250 }), fc.constantFrom<Fault>('before', 'after'), async (at, fault) => {
        const stores = empty();
        const faults = Array.from({ length: at + 1 }, (_, i): Fault => (i === at ? fault : 'none'));
        const first = await rebuild(stores, {}, faults);
        expect(first.result).toBeUndefined();
        await rebuild(stores, { after: first.done.at(-1)?.key });
        expect(await profilesIn(stores)).toEqual(expected);
      }),
      runs(0.07, 15),
    );
  });

  it('comes to the same by days and by datasets', async () => {
    const [byDay, byDataset] = [empty(), empty()];
    const first = '2026-03-01';
    const { done } = await rebuild(byDay, { to: first });
    expect(done.length).toBeGreaterThan(0);
    expect(done.every(({ key }) => key.includes(`/date=${first}/`))).toBe(true);
    await rebuild(byDay, { from: '2026-03-02' });
    expect(await profilesIn(byDay)).toEqual(expected);
    for (const dataset of catalog.datasets.keys()) await rebuild(byDataset, { dataset });
    expect(await profilesIn(byDataset)).toEqual(expected);
  });
});
