import { describe, expect, it } from 'vitest';
import type { GuardStore } from '#core/activation/ports/guard.ts';
import { GUARD_SHARDS } from '#core/contract/tables.ts';

let unique = 0;

/** What every store of guards does. */
export function guardStoreContract(name: string, create: () => GuardStore): void {
  describe(`guards: ${name}`, () => {
    const fresh = (): string => `d-${process.pid}-${unique++}`;
    const held = { since: 1_000, segmentId: 'gold', size: 50, left: 10, most: 10 };

    it('knows nothing of a destination that was never held', async () => {
      expect(await create().states([fresh(), fresh()])).toEqual(new Map());
    });

    it('holds a destination once, for the reason that came first', async () => {
      const store = create();
      const [id, other] = [fresh(), fresh()];
      await store.hold(id, 0, held);
      await store.hold(id, 0, { ...held, segmentId: 'silver' });
      expect(await store.states([id, other])).toEqual(new Map([[id, { epoch: 0, held }]]));
    });

    it('is open for a while after a release, and holds nothing for what was counted before', async () => {
      const store = create();
      const id = fresh();
      await store.hold(id, 0, held);
      await store.open(id, 9_000);
      await store.hold(id, 0, held);
      expect(await store.states([id])).toEqual(new Map([[id, { epoch: 1, openUntil: 9_000 }]]));
      await store.close(id);
      expect(await store.states([id])).toEqual(new Map([[id, { epoch: 1 }]]));
      await store.hold(id, 1, held);
      expect(await store.states([id])).toEqual(new Map([[id, { epoch: 1, held }]]));
    });

    it('adds up audiences over shards, and takes a count in their place', async () => {
      const store = create();
      const id = fresh();
      await Promise.all(Array.from({ length: 20 }, (_, n) => store.addToAudience(id, 'gold', n % GUARD_SHARDS, 3)));
      await store.addToAudience(id, 'gold', 1, -5);
      await store.addToAudience(id, 'silver', 0, 1);
      expect(await store.audience(id, 'gold')).toBe(55);
      await store.setAudience(id, 'gold', 42);
      expect(await store.audience(id, 'gold')).toBe(42);
      expect(await store.audience(id, 'silver')).toBe(1);
      expect(await store.audience(fresh(), 'gold')).toBe(0);
    });

    it('knows how large an audience was at most on a day', async () => {
      const store = create();
      const count = { destinationId: fresh(), epoch: 0, segmentId: 'gold', day: 20_000 };
      expect([await store.largest(count, 7), await store.largest(count, 5), await store.largest(count, 9)]).toEqual([
        7, 7, 9,
      ]);
      expect(await store.largest({ ...count, day: 20_001 }, 0)).toBe(0);
      expect(await store.exits(count)).toBe(0);
    });

    it('lets no more leave than a shard has room for, whoever asks at once', async () => {
      const store = create();
      const count = { destinationId: fresh(), epoch: 0, segmentId: 'gold', day: 20_000 };
      const taken = await Promise.all(Array.from({ length: 30 }, () => store.takeExit(count, 2, 7)));
      expect(taken.filter(Boolean)).toHaveLength(7);
      expect(await store.takeExit(count, 3, 1)).toBe(true);
      expect(await store.exits(count)).toBe(8);
      for (const other of [{ epoch: 1 }, { segmentId: 'silver' }, { day: 20_001 }, { destinationId: fresh() }]) {
        expect(await store.exits({ ...count, ...other })).toBe(0);
      }
    });
  });
}
