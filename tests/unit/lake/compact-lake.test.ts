import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { addToCart, enveloped, exampleCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const DAY = 86_400_000;

describe('the function that compacts the lake', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  it('makes one object a partition of a day that is over, by messages of its own, and leaves nothing on its queue', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (let n = 1; n <= 5; n++) {
      platform.collect(enveloped('web-events', addToCart(n, START)));
      await platform.poller.run();
    }
    const keys = () => Array.fromAsync(platform.stores.lake.list('dataset=web-events/'));
    expect(await keys()).toHaveLength(5);
    await platform.schedules.compactLake();
    await platform.poller.run();
    expect(await keys(), 'of today').toHaveLength(5);
    await platform.poller.run({ until: START + DAY });
    await platform.schedules.compactLake();
    await platform.poller.run();
    expect(await keys()).toHaveLength(1);
    expect(platform.leftovers()).toEqual({});
  });
});
