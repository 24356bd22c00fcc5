import { describe, expect, it } from 'vitest';
import type { Timeline, TimelineEntry } from '#core/profile/ports/timeline.ts';
import { versionAt } from '#core/record/version.ts';

let unique = 0;
const someone = (): string => `ECID:timeline-${process.pid}-${unique++}`;

const entry = (identity: string, change: Partial<TimelineEntry> = {}): TimelineEntry => ({
  identity,
  id: 'aaaaaaaa',
  ingestionId: 'first',
  datasetId: 'web-events',
  time: 1_000,
  receivedAt: 2_000,
  json: '{"commerce":{"purchases":{"value":1}},"name":"Åsa"}',
  ...change,
});

const all = async (timeline: Timeline, identity: string): Promise<TimelineEntry[]> =>
  (await Array.fromAsync(timeline.read(identity))).sort((x, y) => (x.id < y.id ? -1 : 1));

/** What every timeline does. */
export function timelineContract(name: string, create: () => Timeline): void {
  describe(`timeline: ${name}`, () => {
    it('knows nothing of somebody who never came', async () => {
      expect(await all(create(), someone())).toEqual([]);
    });

    it('gives back what it was told, events and other records', async () => {
      const timeline = create();
      const who = someone();
      const { json: _event, ...record } = entry(who, { id: 'bbbbbbbb', expiresAt: 9_000 });
      expect(await timeline.remember(entry(who))).toBe('new');
      expect(await timeline.remember(record)).toBe('new');
      expect(await all(timeline, who)).toEqual([entry(who), record]);
    });

    it('tells a second delivery of the same arrival from the same record sent twice', async () => {
      const timeline = create();
      const who = someone();
      await timeline.remember(entry(who));
      expect(await timeline.remember(entry(who))).toBe('again');
      expect(await timeline.remember(entry(who, { ingestionId: 'second', time: 5 }))).toBe('duplicate');
      expect(await timeline.remember(entry(someone(), { ingestionId: 'second' }))).toBe('new');
      expect(await all(timeline, who)).toEqual([entry(who)]);
    });

    it('puts a newer version with other content in the place of an older one, whichever comes first', async () => {
      const timeline = create();
      const who = someone();
      const version = (n: number, json = `{"n":${n}}`) =>
        entry(who, { ingestionId: `arrival ${n}`, version: versionAt(n), json, time: 1_000 + n, expiresAt: 9_000_000 });
      expect(await timeline.remember(version(3))).toBe('new');
      expect(await timeline.get(who, 'aaaaaaaa')).toEqual(version(3));
      expect(await timeline.remember(version(2))).toBe('duplicate');
      expect(await timeline.remember(version(4))).toBe('amended');
      expect(await timeline.remember(version(4))).toBe('again');
      expect(await timeline.remember(version(3))).toBe('duplicate');
      expect(await all(timeline, who)).toEqual([version(4)]);
      // The same once more: nothing that is older than that amends it.
      expect(await timeline.remember(version(6, '{"n":4}'))).toBe('repeated');
      expect(await timeline.remember(version(5))).toBe('duplicate');
      expect(await timeline.remember(version(4))).toBe('duplicate');
      expect(await all(timeline, who)).toEqual([version(6, '{"n":4}')]);
      expect(await timeline.remember(version(7))).toBe('amended');
      expect(await timeline.get(who, 'aaaaaaaa')).toEqual(version(7));
      expect(await timeline.get(who, 'gone')).toBeUndefined();
    });

    it('takes what was kept without a version for as old as its arrival', async () => {
      const timeline = create();
      const who = someone();
      await timeline.remember(entry(who));
      const version = (n: number) => entry(who, { ingestionId: `${n}`, json: '{}', version: versionAt(n) });
      expect(await timeline.remember(version(1_999))).toBe('duplicate');
      expect(await timeline.remember(version(2_001))).toBe('amended');
    });

    it('keeps the newest of several versions that come at the same time', async () => {
      const timeline = create();
      const who = someone();
      const versions = Array.from({ length: 8 }, (_, n) =>
        entry(who, { ingestionId: `rival ${n}`, version: versionAt((n * 5) % 8), json: `{"n":${n}}` }),
      );
      const outcomes = await Promise.all(
        versions.map(async (one) => {
          for (;;) {
            const outcome = await timeline.remember(one).catch(() => undefined);
            if (outcome) return outcome;
          }
        }),
      );
      expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(1);
      expect((await timeline.get(who, 'aaaaaaaa'))!.version).toBe(versionAt(7));
    });

    it('changes when an entry expires, or that it does, and makes none that is not there', async () => {
      const timeline = create();
      const who = someone();
      await timeline.remember(entry(who, { expiresAt: 9_000 }));
      await timeline.setExpiry(who, 'aaaaaaaa', 5_000);
      expect(await all(timeline, who)).toEqual([entry(who, { expiresAt: 5_000 })]);
      await timeline.setExpiry(who, 'aaaaaaaa', undefined);
      expect(await all(timeline, who)).toEqual([entry(who)]);
      await timeline.setExpiry(who, 'gone', 5_000);
      expect(await all(timeline, who)).toEqual([entry(who)]);
    });

    it('takes a record once, however many bring it at the same time', async () => {
      const timeline = create();
      const who = someone();
      const ingestionIds = Array.from({ length: 8 }, (_, n) =>
        timeline.remember(entry(who, { ingestionId: `rival ${n}` })),
      );
      const outcomes = await Promise.all(ingestionIds);
      expect(outcomes.filter((outcome) => outcome === 'new')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(7);
    });

    it('forgets all of somebody, and nobody else', async () => {
      const timeline = create();
      const [who, other] = [someone(), someone()];
      for (let n = 0; n < 60; n++) await timeline.remember(entry(who, { id: `record-${n}` }));
      await timeline.remember(entry(other));
      expect(await timeline.erase(who, 'record-0')).toBe(1);
      expect(await timeline.erase(who)).toBe(59);
      expect(await all(timeline, who)).toEqual([]);
      expect(await all(timeline, other)).toHaveLength(1);
      expect(await timeline.erase(who)).toBe(0);
    });
  });
}
