import { beforeAll, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;

let catalog: CompiledCatalog;
let wiring: Wiring;
beforeAll(async () => {
  catalog = await exampleCatalog();
  wiring = readWiring(templatesOf('prod'));
});

const audienceOf = async ({ stores }: Platform, segmentId: string): Promise<string[]> => {
  const members: string[] = [];
  for await (const { profiles } of stores.memberships.scan()) {
    for (const [key, { segments }] of Object.entries(profiles)) {
      if (segments[segmentId]?.status === 'realized') members.push(key);
    }
  }
  return members.sort();
};

it('profiles, audiences and destinations follow an unlink', async () => {
  const platform = createPlatform({ wiring, catalog, start: START });
  // The cart was filled on the device before the customer is said to have logged in there.
  platform.collect(enveloped('web-events', addToCart(1, START - 2 * HOUR)));
  platform.collect(enveloped('logins', logIn(1, START - HOUR)));
  await platform.poller.run();
  expect(await audienceOf(platform, 'cart-abandoners')).toEqual(['CRMID:RB-1']);
  expect((await deliveredTo(platform)).webhook).toEqual(['crmid:RB-1 cart-abandoners']);

  const { profiles } = platform.stores;
  const { clock } = platform.poller;
  const deps = { profiles, rules: stageSettings(catalog).fold.links, now: clock.now, backoff: async () => {} };
  const device = `ECID:${ecidOf(1)}`;
  const unlinking = { who: 'support', reason: 'the login was not theirs' };
  expect(await unlink('CRMID:RB-1', device, unlinking, deps)).toMatchObject({ outcome: 'withdrawn' });
  await platform.poller.run();
  expect(await audienceOf(platform, 'cart-abandoners')).toEqual([device]);
  expect((await deliveredTo(platform)).webhook).toEqual([]);
  expect(platform.leftovers()).toEqual({});

  platform.collect(enveloped('logins', { ...logIn(1, clock.now() + HOUR), _id: 'login-again' }));
  await platform.poller.run();
  expect(await audienceOf(platform, 'cart-abandoners')).toEqual(['CRMID:RB-1']);
  expect((await deliveredTo(platform)).webhook).toEqual(['crmid:RB-1 cart-abandoners']);
});
