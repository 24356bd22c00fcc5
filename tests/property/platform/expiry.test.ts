import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The daily run of expiry among all the other functions: whoever listens to profiles hears of what has gone. */
describe('expiry on the platform', () => {
  let wiring: Wiring;
  const catalogWith = async (change: { days?: number; pseudonymous?: boolean }): Promise<CompiledCatalog> => {
    const catalog = await exampleDefinitions();
    const { days, pseudonymous } = change;
    return compileCatalog({
      ...catalog,
      datasets: catalog.datasets.map((dataset) =>
        dataset.id === 'web-events' && days !== undefined ? { ...dataset, eventExpirationDays: days } : dataset,
      ),
      identitySettings: {
        ...catalog.identitySettings!,
        ...(pseudonymous && { pseudonymousExpiration: { namespaces: ['ECID'], days: 14 } }),
      },
    });
  };

  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });

  /** Two devices with a full cart, one of which a customer has logged in on. */
  const populated = async (catalog: CompiledCatalog): Promise<Platform> => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (const n of [1, 2]) {
      platform.collect(enveloped('web-events', addToCart(n, START - HOUR)));
      platform.collect(enveloped('regions', seenIn(n, START - HOUR)));
    }
    platform.collect(enveloped('logins', logIn(2, START - HOUR)));
    await platform.poller.run({ until: START + HOUR });
    return platform;
  };
  const keysIn = async ({ stores, catalog }: Platform): Promise<string[]> =>
    ((await allProfiles(stores.profiles, stageSettings(catalog).evaluation)) as { key: string }[]).map(
      ({ key }) => key,
    );
  const statusOf = async ({ stores }: Platform, profile: string): Promise<string | undefined> => {
    for await (const { profiles } of stores.memberships.scan()) {
      const held = profiles[profile]?.segments['cart-abandoners'];
      if (held) return held.status;
    }
    return undefined;
  };
  const knowsOf = async (platform: Platform, text: string): Promise<string[]> =>
    Object.entries(await deliveredTo(platform)).flatMap(([destination, members]) =>
      members.some((member) => member.includes(text) && member.includes('cart-abandoners')) ? [destination] : [],
    );
  const until = (platform: Platform, instant: number) => platform.poller.run({ until: instant });

  it('ends memberships that rested on events that have expired, and destinations are told', async () => {
    const platform = await populated(await catalogWith({ days: 2 }));
    expect(await statusOf(platform, 'CRMID:RB-2')).toBe('realized');
    expect(await knowsOf(platform, ecidOf(2))).toContain('audience-manager');
    await until(platform, START + DAY);
    await platform.schedules.expire();
    await until(platform, START + DAY + HOUR);
    expect(await statusOf(platform, 'CRMID:RB-2')).toBe('realized');

    await until(platform, START + 2 * DAY + HOUR);
    expect(await platform.schedules.expire()).toMatchObject({ events: 2, profiles: 0, failed: 0 });
    await platform.poller.run();
    expect(await statusOf(platform, 'CRMID:RB-2')).toBe('exited');
    expect(await knowsOf(platform, ecidOf(2))).toEqual([]);
    expect(await keysIn(platform)).toEqual(['CRMID:RB-2', `ECID:${ecidOf(1)}`]);
    expect(platform.leftovers()).toEqual({});
  });

  it('removes inactive devices whole, from memberships and destinations too, and leaves customers', async () => {
    const platform = await populated(await catalogWith({ pseudonymous: true }));
    const device = `ECID:${ecidOf(1)}`;
    expect(await statusOf(platform, device)).toBe('realized');
    expect(await knowsOf(platform, ecidOf(1))).toContain('audience-manager');
    await until(platform, START + 15 * DAY);
    expect(await platform.schedules.expire()).toMatchObject({ profiles: 1, failed: 0 });
    await platform.poller.run();
    expect(await keysIn(platform)).toEqual(['CRMID:RB-2']);
    expect(await statusOf(platform, device)).toBeUndefined();
    expect(await knowsOf(platform, ecidOf(1))).toEqual([]);
    expect(await Array.fromAsync(platform.stores.timeline.read(device))).toEqual([]);
    expect(await Array.fromAsync(platform.stores.timeline.read('CRMID:RB-2'))).not.toEqual([]);
  });

  it('forgets an exited membership after 30 days, though nothing else happens', async () => {
    const platform = await populated(await catalogWith({ days: 2 }));
    const left = START + 3 * DAY;
    await until(platform, left);
    await platform.schedules.expire();
    await until(platform, left + HOUR);
    expect(await statusOf(platform, 'CRMID:RB-2')).toBe('exited');
    await until(platform, left + 29 * DAY);
    await platform.schedules.evaluateBatch();
    expect(await statusOf(platform, 'CRMID:RB-2')).toBe('exited');
    await until(platform, left + 31 * DAY);
    await platform.schedules.evaluateBatch();
    expect(await statusOf(platform, 'CRMID:RB-2')).toBeUndefined();
  });
});
