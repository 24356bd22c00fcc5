import { describe, expect, it } from 'vitest';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryAppliedRetentions } from '#tests/harness/core/applied-retentions.memory.ts';
import { expireAll } from '#tests/harness/core/expire-all.ts';
import { attributes, ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
const backoff = async (): Promise<void> => {};
/** No segment looks at any event. */
const settings = foldSettings({ projectEvent: () => undefined });

const seen = (after: number, ids: readonly string[], captured = after, dataCenterLocation = 'VA6'): AcceptedRecord =>
  event(NOON + after, ids, {
    after,
    userActivityRegion: { dataCenterLocation, captureTimestamp: new Date(NOON + captured).toISOString() },
  });

function newStage(fold = settings) {
  const stores = { profiles: new MemoryProfileStore(), timeline: new MemoryTimeline() };
  const items = (): Promise<ProfileItem[]> => Array.fromAsync(stores.profiles.scan());
  return {
    ...stores,
    items,
    take: (...records: AcceptedRecord[]) => stitch(records, { ...stores, settings: fold, backoff }),
    profiles: stores.profiles,
    profile: async () => (await items()).flatMap((item) => profilesOf(item, profileSettings)),
    revision: async () => (await items())[0]!.revision,
  };
}

describe('the region of an event', () => {
  it('ends in the same field as a record of regions does, for each region its latest capture', async () => {
    const stage = newStage();
    await stage.take(seen(0, [ecid(1)]), seen(MINUTE, [ecid(1)], MINUTE, 'IRL1'));
    const of = (after: number) => ({ captureTimestamp: new Date(NOON + after).toISOString() });
    await stage.take(attributes(NOON, ecid(1), { userActivityRegions: { VA6: of(5), OR2: of(6) } }, 'regions'));
    const [profile] = await stage.profile();
    expect(profile!.view.userActivityRegions).toEqual({ VA6: of(5), OR2: of(6), IRL1: of(MINUTE) });
    expect(profile!.regionsOf(ecid(1))).toEqual(profile!.view.userActivityRegions);
  });

  it('costs a write when it is new or of a later hour, and none otherwise', async () => {
    const stage = newStage();
    const revisions: number[] = [];
    for (const [minutes, region] of [
      [0, 'VA6'],
      [20, 'VA6'],
      [59, 'VA6'],
      [60, 'VA6'],
      [61, 'IRL1'],
      [62, 'VA6'],
    ] as const) {
      await stage.take(seen(minutes * MINUTE, [ecid(1)], minutes * MINUTE, region));
      revisions.push(await stage.revision());
    }
    expect(revisions).toEqual([1, 1, 1, 2, 3, 3]);
  });

  it('belongs to the device of the event, whoever is its primary identity, and stays with it in a split', async () => {
    const stage = newStage();
    await stage.take(seen(0, ['CRMID:ann', ecid(1)]));
    const [profile] = await stage.profile();
    expect([profile!.regionsOf(ecid(1)) !== undefined, profile!.regionsOf('CRMID:ann')]).toEqual([true, undefined]);
    await stage.take(event(NOON + DAY, ['CRMID:bob', ecid(1)], { login: true }));
    const withRegion = (await stage.profile()).filter(({ view }) => view.userActivityRegions);
    expect(withRegion.map(({ identities }) => identities)).toEqual([['CRMID:bob', ecid(1)]]);
  });

  it('belongs to the primary identity where the dataset links no identities', async () => {
    const stage = newStage(foldSettings({ isIdentityEnabled: () => false }));
    await stage.take(seen(0, ['CRMID:ann', ecid(1)]));
    const [profile] = await stage.profile();
    expect(profile!.identities).toEqual(['CRMID:ann']);
    expect(profile!.regionsOf('CRMID:ann')).toBeDefined();
  });

  it.each([
    ['is captured after it arrived', { dataCenterLocation: 'VA6', captureTimestamp: '2026-03-01T12:00:01Z' }],
    ['has no instant', { dataCenterLocation: 'VA6', captureTimestamp: 'noon' }],
    ['has an instant without zone', { dataCenterLocation: 'VA6', captureTimestamp: '2026-03-01T11:00:00' }],
    ['names no place', { captureTimestamp: '2026-03-01T11:00:00Z' }],
    ['has something before the place', { dataCenterLocation: 'x.VA6', captureTimestamp: '2026-03-01T11:00:00Z' }],
    ['has something after the place', { dataCenterLocation: 'VA6.x', captureTimestamp: '2026-03-01T11:00:00Z' }],
    ['names a field', { dataCenterLocation: '__proto__', captureTimestamp: '2026-03-01T11:00:00Z' }],
    ['is no object', 'VA6'],
  ])('says nothing when it %s', async (_, userActivityRegion) => {
    const stage = newStage();
    await stage.take(event(NOON, [ecid(1)], { userActivityRegion }));
    expect((await stage.profile())[0]!.view.userActivityRegions).toBeUndefined();
  });

  it('expires with the events of its time', async () => {
    const expiryOf = (_: string, time: number): number => time + 30 * DAY;
    const fold = foldSettings({ projectEvent: () => undefined, expiryOf });
    const stage = newStage(fold);
    await stage.take(seen(0, [ecid(1)]), seen(DAY, [ecid(1)], DAY, 'IRL1'));
    const regionsAt = async (now: number) => {
      const expiry = { ...profileSettings, fold, eventDays: { 'web-events': 30 } };
      await expireAll({
        profiles: stage.profiles,
        timeline: stage.timeline,
        retentionStore: new MemoryAppliedRetentions(),
        settings: expiry,
        now,
        backoff,
      });
      return Object.keys((await stage.profile())[0]?.view.userActivityRegions ?? {});
    };
    expect(await regionsAt(NOON + 30 * DAY - 1)).toEqual(['VA6', 'IRL1']);
    expect(await regionsAt(NOON + 30 * DAY)).toEqual(['IRL1']);
    expect(await regionsAt(NOON + 31 * DAY)).toEqual([]);
  });
});
