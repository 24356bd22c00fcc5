import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { rebuildFromLake } from '#core/pipeline/rebuild.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MEMBER = 'crmid:RB-1 cart-abandoners';

/** The event of device number 1 as it should have been: nothing was put into a cart. */
const nothingAdded = (more: object = {}): object => ({
  ...addToCart(1, START - HOUR),
  eventType: 'web.webpagedetails.pageViews',
  commerce: {},
  ...more,
});
const updatedAt = (at: number): object => ({ extSourceSystemAudit: { lastUpdatedDate: new Date(at).toISOString() } });

describe('an event that is sent again with other content', () => {
  let definitions: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    definitions = await exampleDefinitions();
    wiring = readWiring(templatesOf('prod'));
  });

  const catalogWith = (onConflict: 'first' | 'latest'): CompiledCatalog =>
    compileCatalog({
      ...definitions,
      datasets: definitions.datasets.map((dataset) =>
        dataset.id === 'web-events' ? { ...dataset, onConflict } : dataset,
      ),
    });
  async function begin(onConflict: 'first' | 'latest') {
    const platform = createPlatform({ wiring, catalog: catalogWith(onConflict), start: START });
    platform.collect(enveloped('logins', logIn(1, START - 2 * HOUR)));
    const say = async (entity: object, by: 'stream' | 'batch' = 'stream'): Promise<void> => {
      platform.poller.clock.advanceTo(platform.poller.clock.now() + 10 * MINUTE);
      if (by === 'stream') platform.collect(enveloped('web-events', entity));
      else await platform.upload(`landing/web-events/${platform.poller.clock.now()}.ndjson`, JSON.stringify(entity));
      await platform.poller.run({ until: platform.poller.clock.now() + 5 * MINUTE });
    };
    return { platform, say };
  }
  const isMember = async (platform: Platform): Promise<boolean> =>
    (await deliveredTo(platform)).webhook!.includes(MEMBER);
  async function countsOn({ stores }: Platform) {
    const batches = (await Array.fromAsync(stores.operations.batches())).map(({ counts }) => counts);
    const streams = (await Array.fromAsync(stores.counts.streams()))
      .filter(({ datasetId }) => datasetId === 'web-events')
      .map(({ counts }) => counts);
    const sum = { accepted: 0, duplicate: 0, rejected: 0, amended: 0 };
    for (const counts of [...batches, ...streams])
      for (const name of ['accepted', 'duplicate', 'rejected', 'amended'] as const) sum[name] += counts[name] ?? 0;
    return sum;
  }

  it.each(['stream', 'batch'] as const)(
    'is amended: segments, destinations, the timeline and counts follow, by %s',
    async (by) => {
      const { platform, say } = await begin('latest');
      await say(addToCart(1, START - HOUR));
      expect(await isMember(platform)).toBe(true);
      await say(nothingAdded(), by);
      expect(await isMember(platform)).toBe(false);
      await say(addToCart(1, START - HOUR));
      expect(await isMember(platform)).toBe(true);
      await say(addToCart(1, START - HOUR), by);
      expect(await countsOn(platform)).toEqual({ accepted: 3, duplicate: 1, rejected: 0, amended: 2 });
      const entries = await Array.fromAsync(platform.stores.timeline.read(`ECID:${ecidOf(1)}`));
      expect(entries).toHaveLength(1);
      expect(entries[0]!.json).toContain('productListAdds');
    },
  );

  it('is a duplicate where its dataset says nothing of it', async () => {
    const { platform, say } = await begin('first');
    await say(addToCart(1, START - HOUR));
    await say(nothingAdded());
    expect(await isMember(platform)).toBe(true);
    expect(await countsOn(platform)).toEqual({ accepted: 1, duplicate: 1, rejected: 0, amended: 0 });
  });

  it('amends nothing that its source has changed later, though it comes later itself', async () => {
    const { platform, say } = await begin('latest');
    await say({ ...addToCart(1, START - HOUR), ...updatedAt(START - 10 * MINUTE) });
    await say(nothingAdded(updatedAt(START - 20 * MINUTE)));
    expect(await isMember(platform)).toBe(true);
    // A stamp of the future does not stand in the way of what comes after it.
    await say(nothingAdded(updatedAt(START + 10_000 * HOUR)));
    expect(await isMember(platform)).toBe(false);
    await say(addToCart(1, START - HOUR));
    expect(await isMember(platform)).toBe(true);
  });

  it('takes back what it has linked', async () => {
    const { platform, say } = await begin('latest');
    const both = { CRMID: [{ id: 'RB-1' }], ECID: [{ id: ecidOf(2) }] };
    const identities = async (): Promise<string[]> =>
      ((await allProfiles(platform.stores.profiles)) as { identities: string[] }[]).flatMap((each) => each.identities);
    await say(addToCart(1, START - HOUR, { _id: 'linking', identityMap: both }));
    expect(await identities()).toContain(`ECID:${ecidOf(2)}`);
    await say(addToCart(1, START - HOUR, { _id: 'linking', identityMap: { CRMID: both.CRMID } }));
    expect(await identities()).not.toContain(`ECID:${ecidOf(2)}`);
  });

  it('is the same after a rebuild from the lake, in which all versions lie', async () => {
    const { platform, say } = await begin('latest');
    await say(addToCart(1, START - HOUR));
    await say(nothingAdded(updatedAt(START)), 'batch');
    await say({ ...addToCart(1, START - HOUR), ...updatedAt(START - 30 * MINUTE) });
    const { evaluation, fold: settings } = stageSettings(platform.catalog);
    const stores = { profiles: new MemoryProfileStore(), timeline: new MemoryTimeline() };
    const stitch = { ...stores, lookups: new MemoryLookupStore(), settings, backoff: async () => {} };
    const { lake } = platform.stores;
    await rebuildFromLake({}, { catalog: platform.catalog, lake, stitch, progress: () => {} });
    expect(await allProfiles(stores.profiles, evaluation)).toEqual(
      await allProfiles(platform.stores.profiles, evaluation),
    );
  });
});
