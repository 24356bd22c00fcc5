import { describe, expect, it } from 'vitest';
import type { Timeline, TimelineEntry } from '#core/profile/ports/timeline.ts';

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
