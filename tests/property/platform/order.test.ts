import { expect, it } from 'vitest';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;

const order = (n: number): object => ({
  _id: `order-${n}`,
  timestamp: new Date(START - HOUR).toISOString(),
  eventType: 'store.order',
  _riverbend: { crmId: 'RB-1', storeId: 'ST-01', itemCount: 1 },
  commerce: { order: { priceTotal: 10, currencyCode: 'USD' } },
});

it('never tells an entry after the exit that ended it, also when it had to be tried again and people were joined', async () => {
  let calls = 0;
  const platform = createPlatform({
    wiring: readWiring(templatesOf('prod')),
    catalog: await exampleCatalog(),
    start: START,
    // The first call fails, and comes again minutes later.
    answer: () => ({ kind: 'response', status: calls++ === 0 ? 503 : 200, body: '{}' }),
  });
  // An anonymous device with a cart; the customer who bought in the store is known apart from it.
  platform.collect(enveloped('regions', seenIn(1, START - HOUR)));
  platform.collect(enveloped('web-events', addToCart(1, START - HOUR)));
  for (const n of [1, 2, 3, 4]) platform.collect(enveloped('store-orders', order(n)));
  await platform.poller.run({ until: START + 60_000 });
  // Both are one person, who has bought: no abandoner any more.
  platform.collect(enveloped('logins', logIn(1, START - HOUR / 2)));
  await platform.poller.run();
  expect(calls).toBeGreaterThan(1);
  expect(platform.leftovers()).toEqual({});
  expect((await deliveredTo(platform))['audience-manager']).not.toContain(`${ecidOf(1)} cart-abandoners`);
});
