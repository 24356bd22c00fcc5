import { describe, expect, it } from 'vitest';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { tallyOf } from '#core/jobs/job.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
const catalog = await exampleCatalog();
const wiring = readWiring(templatesOf('prod'));
const SEGMENT = 'cart-abandoners';

/** Three people have left their carts behind, and streaming has seen it. */
async function threeMembers(): Promise<Platform> {
  const platform = createPlatform({ wiring, catalog, start: START });
  for (const n of [1, 2, 3]) platform.collect(enveloped('web-events', addToCart(n, START - 5 * HOUR)));
  await platform.poller.run();
  expect(await membersOf(platform)).toHaveLength(3);
  return platform;
}

async function membersOf({ stores }: Platform): Promise<MembershipItem[]> {
  const items = await Array.fromAsync(stores.memberships.scan());
  return items.filter(({ profiles }) =>
    Object.values(profiles).some(({ segments }) => segments[SEGMENT]?.status === 'realized'),
  );
}

/** What a lost record of the stream leaves behind: somebody is no member, who should be. */
async function forget({ stores }: Platform, n: number): Promise<void> {
  const item = (await stores.memberships.get(`ECID:${ecidOf(n)}`)) as MembershipItem;
  const { dueAt: _due, ...rest } = item;
  await stores.memberships.write({ ...rest, profiles: {} }, []);
}

describe('the daily run', () => {
  it('fixes what streaming missed, and counts it', async () => {
    const platform = await threeMembers();
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ items: 3, repaired: 0 });
    const held = await membersOf(platform);
    await forget(platform, 2);
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ items: 3, entered: 1, repaired: 1 });
    expect((await membersOf(platform)).map(({ canonicalKey }) => canonicalKey).sort()).toEqual(
      held.map(({ canonicalKey }) => canonicalKey).sort(),
    );
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ entered: 0, exited: 0, repaired: 0 });
  });

  it('does not count what a new catalog changes, nor its first run', async () => {
    const platform = await threeMembers();
    await forget(platform, 1);
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ entered: 1, repaired: 0 });
    await forget(platform, 2);
    platform.apply({ ...catalog, version: 'another' });
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ entered: 1, repaired: 0 });
    await forget(platform, 3);
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ entered: 1, repaired: 1 });
  });

  it('does not count what changes because an earlier catalog is active again', async () => {
    const platform = await threeMembers();
    await platform.schedules.evaluateBatch();
    platform.poller.clock.advanceBy(HOUR / 2);
    platform.apply({ ...catalog, version: 'another' });
    platform.poller.clock.advanceBy(1_000);
    platform.apply(catalog);
    await forget(platform, 1);
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ entered: 1, repaired: 0 });
    await forget(platform, 2);
    expect(await platform.schedules.evaluateBatch()).toMatchObject({ entered: 1, repaired: 1 });
  });

  it('does not count people who wait for time to change something, nor those whose events are chosen anew', async () => {
    const platform = await threeMembers();
    await platform.schedules.evaluateBatch();
    const [member] = await membersOf(platform);
    platform.poller.clock.advanceTo(member!.dueAt!);
    const byTime = await platform.schedules.evaluateBatch();
    expect(byTime.exited).toBeGreaterThan(0);
    expect(byTime.repaired).toBe(0);

    const other = await threeMembers();
    await other.schedules.evaluateBatch();
    const [found] = (await other.stores.profiles.lookup([`ECID:${ecidOf(1)}`])).values();
    if (!found || !('item' in found)) throw new Error('There is no such profile');
    await other.stores.profiles.write({ item: { ...found.item, projection: 'old' }, pointers: [], mergedIn: [] });
    await forget(other, 1);
    expect(await other.schedules.evaluateBatch()).toMatchObject({ entered: 1, repaired: 0 });
    const { projection } = stageSettings(catalog).fold;
    expect(await Array.fromAsync(other.stores.profiles.scan(), (item) => item.projection)).toEqual(
      Array.from({ length: 3 }, () => projection),
    );
  });

  it('is remembered once it has come to its end', async () => {
    const platform = await threeMembers();
    expect(await platform.stores.jobs.latest()).toEqual({});
    const tally = await platform.schedules.evaluateBatch();
    const { current, finished } = await platform.stores.jobs.latest();
    expect(finished).toEqual(current);
    expect(finished).toMatchObject({ catalogVersion: catalog.version, status: 'finished' });
    expect(tallyOf(finished!)).toEqual(tally);
  });
});
