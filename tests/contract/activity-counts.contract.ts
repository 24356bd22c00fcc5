import { describe, expect, it } from 'vitest';
import type { ActivityCounts, Count, Exposure } from '#core/personalisation/ports/activity-counts.ts';
import { ConflictError } from '#core/ports/conflict.ts';

let unique = 0;

/** What every store of counts of activities does. */
export function activityCountsContract(name: string, create: () => ActivityCounts): void {
  describe(`counts of activities: ${name}`, () => {
    const fresh = (): string => `a-${process.pid}-${unique++}`;
    const one = (activity: string, counted: Count['counted'] = 'displays', by = 1): Count => ({
      ...{ activity, experience: 'gold', counted, by },
    });
    const seen = (at: number, more: Partial<Exposure> = {}): Exposure => ({
      ...{ experience: 'gold', at, converted: false },
      ...more,
    });

    it('knows nothing of an activity that was never shown, nor of who has seen nothing', async () => {
      const [activity, identity] = [fresh(), `ECID:${fresh()}`];
      expect(await create().totals([activity])).toEqual(new Map([[activity, new Map()]]));
      expect(await create().exposures([identity])).toEqual(new Map());
    });

    it('adds up what was counted, by experience', async () => {
      const store = create();
      const activity = fresh();
      for (let n = 0; n < 5; n++) {
        const counts = [one(activity, 'displays', 2), one(activity, 'clicks'), { ...one(activity), experience: 'b:c' }];
        expect(await store.commit({ marks: [fresh()], exposures: [], counts })).toBe('done');
      }
      expect(await store.totals([activity, 'other'])).toEqual(
        new Map([
          [
            activity,
            new Map([
              ['gold', { displays: 10, visitors: 0, clicks: 5, conversions: 0 }],
              ['b:c', { displays: 5, visitors: 0, clicks: 0, conversions: 0 }],
            ]),
          ],
          ['other', new Map()],
        ]),
      );
    });

    it('writes nothing where one of the marks is there', async () => {
      const store = create();
      const [activity, mark, other] = [fresh(), fresh(), fresh()];
      const identity = `ECID:${fresh()}`;
      expect(await store.commit({ marks: [mark], exposures: [], counts: [one(activity)] })).toBe('done');
      const exposures = [{ identity, activity, before: undefined, after: seen(1) }];
      expect(await store.commit({ marks: [other, mark], exposures, counts: [one(activity)] })).toBe('known');
      expect((await store.totals([activity])).get(activity)!.get('gold')!.displays).toBe(1);
      expect(await store.exposures([identity])).toEqual(new Map());
      expect(await store.commit({ marks: [other], exposures, counts: [one(activity)] })).toBe('done');
    });

    it('writes nothing where exposures are not as they were read', async () => {
      const store = create();
      const [activity, mark] = [fresh(), fresh()];
      const identity = `ECID:${fresh()}`;
      const change = { identity, activity, before: undefined, after: seen(1) };
      await store.commit({ marks: [], exposures: [change], counts: [] });
      const stale = { marks: [mark], exposures: [change], counts: [one(activity)] };
      await expect(store.commit(stale)).rejects.toThrow(ConflictError);
      const wrong = { ...change, before: seen(2), after: seen(3) };
      await expect(store.commit({ ...stale, exposures: [wrong] })).rejects.toThrow(ConflictError);
      expect(await store.totals([activity])).toEqual(new Map([[activity, new Map()]]));
      const right = { ...change, before: seen(1), after: seen(1, { converted: true }) };
      expect(await store.commit({ ...stale, exposures: [right] })).toBe('done');
      expect(await store.exposures([identity])).toEqual(
        new Map([[identity, new Map([[activity, seen(1, { converted: true })]])]]),
      );
    });

    it('keeps several activities of one identity apart, in one change too', async () => {
      const store = create();
      const [a, b, c] = [fresh(), fresh(), fresh()];
      const identity = `ECID:${fresh()}`;
      const change = (activity: string, at: number, before?: Exposure) => ({
        identity,
        activity,
        before,
        after: seen(at),
      });
      await store.commit({ marks: [], exposures: [change(a, 1), change(b, 2)], counts: [] });
      await store.commit({ marks: [], exposures: [change(b, 3, seen(2)), change(c, 4)], counts: [] });
      expect(await store.exposures([identity])).toEqual(
        new Map([
          [
            identity,
            new Map([
              [a, seen(1)],
              [b, seen(3)],
              [c, seen(4)],
            ]),
          ],
        ]),
      );
    });

    it('forgets what a person has seen, and keeps the counts', async () => {
      const store = create();
      const activity = fresh();
      const [identity, other] = [`ECID:${fresh()}`, `ECID:${fresh()}`];
      const exposures = [identity, other].map((id) => ({ identity: id, activity, before: undefined, after: seen(1) }));
      await store.commit({ marks: [], exposures, counts: [one(activity)] });
      await store.erase([identity, `ECID:${fresh()}`]);
      expect([...(await store.exposures([identity, other])).keys()]).toEqual([other]);
      expect((await store.totals([activity])).get(activity)!.get('gold')!.displays).toBe(1);
    });
  });
}
