import { test } from '@fast-check/vitest';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import type { ExpirySettings, Retentions } from '#core/profile/expiry/settings.ts';
import type { FoldSettings } from '#core/profile/fold-settings.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryAppliedRetentions } from '#tests/harness/core/applied-retentions.memory.ts';
import { expireAll } from '#tests/harness/core/expire-all.ts';
import { attributes, ecid, event, foldSettings } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles, profileSettings } from '#tests/harness/core/profiles.ts';

const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);

const foldUnder = (eventDays: Retentions, change: Partial<FoldSettings> = {}): FoldSettings =>
  foldSettings({
    expiryOf: (id, time) => (eventDays[id] === undefined ? undefined : time + eventDays[id] * DAY),
    keepsActivity: true,
    ...change,
  });
const rulesUnder = (eventDays: Retentions, change: Partial<ExpirySettings> = {}): ExpirySettings => ({
  ...profileSettings,
  fold: foldUnder(eventDays),
  eventDays,
  ...change,
});

const newStores = () => ({
  profiles: new MemoryProfileStore(),
  timeline: new MemoryTimeline(),
  retentionStore: new MemoryAppliedRetentions(),
});
const backoff = async (): Promise<void> => {};

describe('expiry', () => {
  let stores = newStores();
  beforeEach(() => {
    stores = newStores();
  });
  const take = (records: readonly AcceptedRecord[], settings = foldUnder({})) =>
    stitch(records, { ...stores, settings, backoff });
  const run = (now: string | number, settings: ExpirySettings, change: Partial<typeof stores> = {}) =>
    expireAll({ ...stores, ...change, settings, now: typeof now === 'string' ? at(now) : now, backoff });
  const timesLeft = async (): Promise<string[]> => {
    const [profile] = (await allProfiles(stores.profiles)) as { view: { xEvent: { time: number }[] } }[];
    return (profile?.view.xEvent ?? []).map(({ time }) => new Date(time).toISOString().slice(5, 10));
  };
  const timelineOf = async (identity: string) => await Array.fromAsync(stores.timeline.read(identity));

  it('of 30 days, enabled on May 15, removes events before April 15 at once and one of April 18 on May 18', async () => {
    await take(
      ['03-01', '04-14', '04-15', '04-18', '05-14'].map((day) =>
        event(at(`2026-${day}T00:00:01Z`), [ecid(1)], { day }),
      ),
    );
    const enabled = rulesUnder({ 'web-events': 30 });
    expect(await run('2026-05-15T00:00:00Z', enabled)).toEqual({
      items: 1,
      events: 2,
      profiles: 0,
      timelineEntries: 2,
      failed: 0,
    });
    expect(await timesLeft()).toEqual(['04-15', '04-18', '05-14']);
    await run('2026-05-17T23:59:59Z', enabled);
    expect(await timesLeft()).toEqual(['04-18', '05-14']);
    await run('2026-05-18T12:00:00Z', enabled);
    expect(await timesLeft()).toEqual(['05-14']);
  });

  it('gives events that are on the timeline the retention that was set later, and takes it from them again', async () => {
    const time = at('2026-05-01T00:00:00Z');
    await take([event(time, [ecid(1)]), attributes(time, ecid(1), { a: 1 })]);
    const expiries = async () =>
      (await timelineOf(ecid(1))).filter(({ json }) => json).map(({ expiresAt }) => expiresAt);
    expect(await expiries()).toEqual([undefined]);
    await run(time + DAY, rulesUnder({ 'web-events': 30 }));
    expect(await expiries()).toEqual([time + 30 * DAY]);
    await run(time + DAY, rulesUnder({ 'web-events': 7 }));
    expect(await expiries()).toEqual([time + 7 * DAY]);
    await run(time + DAY, rulesUnder({}));
    expect(await expiries()).toEqual([undefined]);
    expect(await timelineOf(ecid(1))).toHaveLength(2);
  });

  it('reads no timeline and writes nothing while nothing expires and no retention has changed', async () => {
    const now = at('2026-05-01T00:00:00Z');
    await take([event(now - DAY, [ecid(1)]), attributes(now, 'CRMID:1', { a: 1 })]);
    const settings = rulesUnder({ 'web-events': 30 });
    await run(now, settings);
    const silent = { ...stores.timeline, read: () => expect.unreachable('the timeline was read') };
    const written = stores.profiles.changed.length;
    expect(await run(now, settings, { timeline: silent as unknown as MemoryTimeline })).toMatchObject({
      items: 2,
      events: 0,
    });
    expect(stores.profiles.changed).toHaveLength(written);
    expect(await run(now, rulesUnder({}), { retentionStore: new MemoryAppliedRetentions() })).toMatchObject({
      items: 0,
    });
  });

  it('lets a profile cease to exist that has no attributes and no events left, whoever looked at its events', async () => {
    const time = at('2026-05-01T00:00:00Z');
    const days = { 'web-events': 7 };
    const unread = foldUnder(days, { projectEvent: (entity) => (entity.unread ? undefined : { ...entity }) });
    await take(
      [
        event(time, [ecid(1)], { unread: true }),
        event(time, [ecid(2)]),
        event(time, [ecid(3)]),
        attributes(time, ecid(3), { a: 1 }),
      ],
      unread,
    );
    const settings = rulesUnder(days, { fold: unread });
    expect(await run(time + 6 * DAY, settings)).toMatchObject({ profiles: 0 });
    expect(await allProfiles(stores.profiles)).toHaveLength(3);
    expect(await run(time + 8 * DAY, settings)).toMatchObject({ profiles: 2, events: 2 });
    expect(await allProfiles(stores.profiles)).toMatchObject([{ key: ecid(3), view: { a: 1, xEvent: [] } }]);
  });

  it('brings back from the timeline events that were left out because of others that have now expired', async () => {
    const time = at('2026-05-01T00:00:00Z');
    const days = { 'web-events': 7 };
    const fold = foldUnder(days, { retainEvents: (events) => events.slice(0, 1) });
    await take(
      [0, 1, 2].map((n) => event(time + n * DAY, [ecid(1)], { n })),
      fold,
    );
    expect(await timesLeft()).toEqual(['05-01']);
    await run(time + 7 * DAY, rulesUnder(days, { fold }));
    expect(await timesLeft()).toEqual(['05-02']);
  });

  it('takes no event into a profile that was too old when it came', async () => {
    const time = at('2026-05-01T00:00:00Z');
    const late = { ...event(time, [ecid(1)]), receivedAt: time + 7 * DAY };
    const { outcomes } = await take([late], foldUnder({ 'web-events': 7 }));
    expect(outcomes).toMatchObject([{ withoutProfile: 'event-expired' }]);
    expect(await allProfiles(stores.profiles)).toEqual([]);
  });

  describe('of pseudonymous profiles', () => {
    const start = at('2026-05-01T12:00:00Z');
    const settings = rulesUnder({}, { pseudonymous: { namespaces: new Set(['ECID', 'IDFA']), days: 14 } });
    const names = async () => ((await allProfiles(stores.profiles)) as { key: string }[]).map(({ key }) => key);

    it('removes records, events and timeline of those that were inactive; one extra namespace saves a profile', async () => {
      await take([
        event(start, [ecid(1), 'IDFA:a']),
        attributes(start, ecid(1), { a: 1 }, 'devices'),
        event(start, [ecid(2), 'Email:a@b.c']),
        event(start, [ecid(3)]),
        { ...event(start + 1, [ecid(3)]), receivedAt: start + 10 * DAY },
      ]);
      expect(await run(start + 14 * DAY, settings)).toMatchObject({ profiles: 0 });
      expect(await run(start + 15 * DAY, settings)).toMatchObject({ profiles: 1, timelineEntries: 2, failed: 0 });
      expect(await names()).toEqual([ecid(3), 'Email:a@b.c']);
      expect(await timelineOf(ecid(1))).toEqual([]);
      expect(await timelineOf('IDFA:a')).toEqual([]);
      expect(await timelineOf(ecid(3))).toHaveLength(2);
      expect(JSON.stringify(await Array.fromAsync(stores.profiles.scan()))).not.toContain('"a":1');
    });

    it('counts by arrival: an old event that came lately is activity', async () => {
      await take([{ ...event(start - 60 * DAY, [ecid(1)]), receivedAt: start }]);
      await run(start + 10 * DAY, settings);
      expect(await names()).toEqual([ecid(1)]);
    });

    it('asks the timeline where activity was not kept yet', async () => {
      await take([event(start, [ecid(1)]), event(start + 9 * DAY, [ecid(2)])], foldUnder({}, { keepsActivity: false }));
      expect(await run(start + 16 * DAY, settings)).toMatchObject({ profiles: 1 });
      expect(await names()).toEqual([ecid(2)]);
      expect(await timelineOf(ecid(1))).toEqual([]);
    });

    it('knows who comes back by the links, and nothing else', async () => {
      const link = event(start, [ecid(1), 'IDFA:a'], { first: true });
      await take([link]);
      await run(start + 20 * DAY, settings);
      await take([event(start + 21 * DAY, [ecid(1)], { second: true })]);
      expect(await allProfiles(stores.profiles)).toMatchObject([
        { identities: ['IDFA:a', ecid(1)], view: { xEvent: [{ entity: { second: true } }] } },
      ]);
    });

    it('goes on where it was interrupted: the timeline goes after the data, and with the next run', async () => {
      await take([event(start, [ecid(1)])]);
      const broken = Object.assign(Object.create(stores.timeline) as MemoryTimeline, {
        read: (identity: string) => stores.timeline.read(identity),
        erase: () => Promise.reject(new Error('injected: no timeline')),
      });
      expect(await run(start + 20 * DAY, settings, { timeline: broken })).toMatchObject({ failed: 1 });
      expect(await names()).toEqual([]);
      expect(await timelineOf(ecid(1))).toHaveLength(1);
      expect(await run(start + 21 * DAY, settings)).toMatchObject({ failed: 0, timelineEntries: 1 });
      expect(await timelineOf(ecid(1))).toEqual([]);
    });

    it('lets an arrival win that comes between reading and writing', async () => {
      await take([event(start, [ecid(1)])]);
      const now = start + 20 * DAY;
      let arrived = false;
      const profiles = Object.assign(Object.create(stores.profiles) as MemoryProfileStore, {
        scan: () => stores.profiles.scan(),
        lookup: (keys: readonly string[]) => stores.profiles.lookup(keys),
        async write(write: Parameters<MemoryProfileStore['write']>[0]) {
          if (!arrived) {
            arrived = true;
            await take([event(now, [ecid(1)], { back: true })]);
          }
          await stores.profiles.write(write);
        },
      });
      expect(await run(now, settings, { profiles })).toMatchObject({ failed: 0, profiles: 0 });
      expect(await allProfiles(stores.profiles)).toMatchObject([{ key: ecid(1), view: { xEvent: [{}, {}] } }]);
    });

    it('gives up on an item after a few rivals, counts it, and does the others', async () => {
      await take([event(start, [ecid(1)]), event(start, [ecid(2)])]);
      const profiles = Object.assign(Object.create(stores.profiles) as MemoryProfileStore, {
        scan: () => stores.profiles.scan(),
        lookup: (keys: readonly string[]) => stores.profiles.lookup(keys),
        async write(write: Parameters<MemoryProfileStore['write']>[0]) {
          if (write.item.canonicalKey === ecid(1)) throw new ConflictError('an item');
          await stores.profiles.write(write);
        },
      });
      const result = await run(start + 20 * DAY, settings, { profiles });
      expect(result).toMatchObject({ items: 2, failed: 1, profiles: 1, firstError: expect.any(ConflictError) });
    });
  });
});

describe('expiry and arrivals', () => {
  const START = at('2026-05-01T00:00:00Z');
  const days = { 'web-events': 3 };
  const ingestionId = fc.record({
    who: fc.integer({ min: 1, max: 2 }),
    after: fc.nat({ max: 40 }),
    age: fc.nat({ max: 6 }),
  });

  test.prop([fc.array(ingestionId, { maxLength: 20 }), fc.array(fc.nat({ max: 40 }), { maxLength: 6 })])(
    'leave the same behind, however often expiry runs between them',
    async (ingestionIds, runs) => {
      const HOUR = DAY / 4;
      const fold = foldUnder(days, { retainEvents: (events) => events.slice(0, 2) });
      const records = ingestionIds
        .sort((x, y) => x.after - y.after)
        .map(({ who, after, age }, n): AcceptedRecord => {
          const receivedAt = START + after * HOUR;
          return { ...event(receivedAt - age * DAY, [ecid(who)], { n }), receivedAt };
        });
      const end = START + 41 * HOUR;
      const outcomeOf = async (moments: readonly number[]) => {
        const stores = newStores();
        const run = (now: number) => expireAll({ ...stores, settings: rulesUnder(days, { fold }), now, backoff });
        const left = [...moments].sort((x, y) => x - y).map((moment) => START + moment * HOUR);
        for (const record of records) {
          while (left.length > 0 && left[0]! < record.receivedAt) await run(left.shift()!);
          await stitch([record], { ...stores, settings: fold, backoff });
        }
        for (const moment of left) await run(moment);
        await run(end);
        return await allProfiles(stores.profiles);
      };
      expect(await outcomeOf(runs)).toEqual(await outcomeOf([]));
    },
  );

  const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after', 'conflict');

  test.prop([fc.array(ingestionId, { minLength: 1, maxLength: 12 }), fc.array(fault, { maxLength: 60 })])(
    'end as if nothing had happened when runs fail anywhere and are repeated',
    async (ingestionIds, faults) => {
      const settings = rulesUnder(days, { pseudonymous: { namespaces: new Set(['ECID']), days: 8 } });
      const records = ingestionIds.map(({ who, after, age }, n): AcceptedRecord => {
        const receivedAt = START + after * (DAY / 4);
        const record =
          n % 2 ? attributes(receivedAt, ecid(who), { n }) : event(receivedAt - age * DAY, [ecid(who)], { n });
        return { ...record, receivedAt };
      });
      const now = START + 14 * DAY;
      const outcomeOf = async (upcoming: Fault[]) => {
        const stores = newStores();
        await stitch(records, { ...stores, settings: settings.fold, backoff });
        const next = (): Fault => upcoming.shift() ?? 'none';
        const shaky = {
          profiles: withFaults(stores.profiles, next),
          timeline: withFaults(stores.timeline, next),
          retentionStore: withFaults(stores.retentionStore, next),
        };
        const run = () =>
          expireAll({ ...shaky, settings, now, backoff }).catch((error: Error) => ({ failed: 1, error }));
        for (let runs = 0; (await run()).failed > 0; runs++) expect(runs).toBeLessThan(100);
        const timelines = await Promise.all([1, 2].map((n) => Array.fromAsync(stores.timeline.read(ecid(n)))));
        const items = await Array.fromAsync(stores.profiles.scan());
        return { timelines, items: items.map(({ revision: _writes, ...item }) => item) };
      };
      expect(await outcomeOf([...faults])).toEqual(await outcomeOf([]));
    },
  );
});
