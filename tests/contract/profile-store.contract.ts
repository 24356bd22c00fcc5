import { describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import type { ProfileStore, RemovableProfiles } from '#core/profile/ports/profile-store.ts';
import { emptyItem, type ProfileItem } from '#core/profile/profile-item.ts';
import { assertion, ecid } from '#tests/harness/core/factories.ts';

let unique = 0;

/** A key that no other test uses: stores are shared. */
const fresh = (namespace: string): string => `${namespace}:contract-${process.pid}-${unique++}`;

const item = (canonicalKey: string, change: Partial<ProfileItem> = {}): ProfileItem => ({
  ...emptyItem(canonicalKey),
  ...change,
});

/** What every profile store does. */
export function profileStoreContract(name: string, create: () => RemovableProfiles): void {
  describe(`profile store: ${name}`, () => {
    const read = async (store: ProfileStore, key: string) => (await store.lookup([key])).get(key);

    it('knows nothing of a key that was never written', async () => {
      expect(await create().lookup([fresh('CRMID')])).toEqual(new Map());
    });

    it('gives back what was written, one revision further', async () => {
      const store = create();
      const canonicalKey = fresh('CRMID');
      const written = item(canonicalKey, {
        linkHistory: {
          condensed: [],
          condensedUntil: Number.NEGATIVE_INFINITY,
          assertions: [assertion(1, canonicalKey, ecid(1))],
        },
        fragments: {
          [`customers|${canonicalKey}`]: {
            time: 1,
            tieBreaker: 'a',
            attributes: { name: 'Åsa "Q"', nested: { n: 1.5 } },
            patches: [{ time: 2, tieBreaker: 'b', attributes: { city: 'Rom', nested: { m: null } } }],
          },
        },
        events: {
          [canonicalKey]: [{ id: 'abcdefgh', time: 5, datasetId: 'web-events', entity: { web: { page: 1 } } }],
        },
        mergedIn: ['ECID:x'],
      });
      await store.write({ item: written, pointers: [], mergedIn: [] });
      expect(await read(store, canonicalKey)).toEqual({ item: { ...written, revision: 1 } });
    });

    it('gives back large items whole', async () => {
      const store = create();
      const canonicalKey = fresh('CRMID');
      const events = Array.from({ length: 2_000 }, (_, n) => ({
        id: String(n).padStart(8, '0'),
        time: n,
        datasetId: 'web-events',
        entity: { n },
      }));
      await store.write({
        item: item(canonicalKey, { events: { [canonicalKey]: events } }),
        pointers: [],
        mergedIn: [],
      });
      const found = await read(store, canonicalKey);
      expect(found && 'item' in found && found.item.events[canonicalKey]?.length).toBe(2_000);
    });

    it('rejects a write on top of a revision that is not the stored one', async () => {
      const store = create();
      const canonicalKey = fresh('CRMID');
      await store.write({ item: item(canonicalKey), pointers: [], mergedIn: [] });
      await expect(store.write({ item: item(canonicalKey), pointers: [], mergedIn: [] })).rejects.toBeInstanceOf(
        ConflictError,
      );
      await store.write({
        item: item(canonicalKey, { revision: 1, events: { [canonicalKey]: [] } }),
        pointers: [],
        mergedIn: [],
      });
      expect(await read(store, canonicalKey)).toMatchObject({ item: { revision: 2, events: { [canonicalKey]: [] } } });
    });

    it('lets one of several rivals win', async () => {
      const store = create();
      const canonicalKey = fresh('CRMID');
      const rivals = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) =>
          store.write({ item: item(canonicalKey, { events: { [`ECID:${n}`]: [] } }), pointers: [], mergedIn: [] }),
        ),
      );
      expect(rivals.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    });

    it('makes identities point to the item that holds them', async () => {
      const store = create();
      const [canonicalKey, first, second] = [fresh('CRMID'), fresh('ECID'), fresh('ECID')];
      await store.write({ item: item(canonicalKey), pointers: [first, second], mergedIn: [] });
      const found = await store.lookup([first, second, fresh('ECID')]);
      expect(found).toEqual(
        new Map([
          [first, { redirectTo: canonicalKey }],
          [second, { redirectTo: canonicalKey }],
        ]),
      );
    });

    it('takes another item in, all or nothing', async () => {
      const store = create();
      const [canonicalKey, other] = [fresh('CRMID'), fresh('ECID')];
      await store.write({ item: item(canonicalKey), pointers: [], mergedIn: [] });
      await store.write({ item: item(other), pointers: [], mergedIn: [] });
      const stale = { ...item(other), revision: 7 };
      await expect(
        store.write({ item: item(canonicalKey, { revision: 1, mergedIn: [other] }), pointers: [], mergedIn: [stale] }),
      ).rejects.toBeInstanceOf(ConflictError);
      expect(await read(store, canonicalKey)).toMatchObject({ item: { revision: 1, mergedIn: [] } });
      const current = { ...stale, revision: 1 };
      await store.write({
        item: item(canonicalKey, { revision: 1, mergedIn: [other] }),
        pointers: [],
        mergedIn: [current],
      });
      expect(await read(store, canonicalKey)).toMatchObject({ item: { revision: 2, mergedIn: [other] } });
      expect(await read(store, other)).toEqual({ redirectTo: canonicalKey });
    });

    it('does not let a new item be put where something lies already', async () => {
      const store = create();
      const [canonicalKey, pointer] = [fresh('CRMID'), fresh('ECID')];
      await store.write({ item: item(canonicalKey), pointers: [pointer], mergedIn: [] });
      await expect(store.write({ item: item(pointer), pointers: [], mergedIn: [] })).rejects.toBeInstanceOf(
        ConflictError,
      );
      const rival = item(fresh('CRMID'));
      await expect(store.write({ item: rival, pointers: [pointer], mergedIn: [] })).rejects.toBeInstanceOf(
        ConflictError,
      );
      expect(await read(store, rival.canonicalKey)).toBeUndefined();
    });

    it('looks up more keys than fit one request', async () => {
      const store = create();
      const canonicalKeys = Array.from({ length: 130 }, () => fresh('ECID'));
      await Promise.all(
        canonicalKeys.map((canonicalKey) => store.write({ item: item(canonicalKey), pointers: [], mergedIn: [] })),
      );
      expect((await store.lookup(canonicalKeys)).size).toBe(130);
    });

    it('scans every item once and no pointers, also in segments', async () => {
      const store = create();
      const canonicalKeys = Array.from({ length: 20 }, () => fresh('ECID'));
      for (const canonicalKey of canonicalKeys)
        await store.write({ item: item(canonicalKey), pointers: [fresh('ECID')], mergedIn: [] });
      const found: string[] = [];
      for (const index of [0, 1, 2])
        for await (const { canonicalKey } of store.scan({ index, of: 3 })) found.push(canonicalKey);
      expect(found.filter((canonicalKey) => canonicalKeys.includes(canonicalKey)).sort()).toEqual(
        [...canonicalKeys].sort(),
      );
      expect(new Set(found).size).toBe(found.length);
    });

    it('goes on with a scan after any item of it, also one that has been taken into another meanwhile', async () => {
      const store = create();
      const canonicalKeys = Array.from({ length: 12 }, () => fresh('ECID'));
      for (const canonicalKey of canonicalKeys)
        await store.write({ item: item(canonicalKey), pointers: [], mergedIn: [] });
      for (const index of [0, 1]) {
        const whole = await Array.fromAsync(store.scan({ index, of: 2 }), ({ canonicalKey }) => canonicalKey);
        for (const [place, after] of whole.entries()) {
          if (!canonicalKeys.includes(after)) continue;
          const rest = await Array.fromAsync(store.scan({ index, of: 2, after }), ({ canonicalKey }) => canonicalKey);
          expect(rest).toEqual(whole.slice(place + 1));
        }
        const first = whole.find((canonicalKey) => canonicalKeys.includes(canonicalKey));
        // Where keys fall is the store's own affair: all of them may be in the other part.
        if (first === undefined) continue;
        const taken = { ...item(first), revision: 1 };
        await store.write({ item: item(fresh('CRMID'), { mergedIn: [first] }), pointers: [], mergedIn: [taken] });
        const left = whole.slice(whole.indexOf(first) + 1);
        const rest = await Array.fromAsync(
          store.scan({ index, of: 2, after: first }),
          ({ canonicalKey }) => canonicalKey,
        );
        expect(rest).toEqual(expect.arrayContaining(left));
      }
    });

    it('takes away an item or a pointer only as it was read, and lets a pointer lead elsewhere only from where it led', async () => {
      const store = create();
      const [canonicalKey, other, key] = [fresh('CRMID'), fresh('CRMID'), fresh('ECID')];
      await store.write({ item: item(canonicalKey), pointers: [key], mergedIn: [] });
      const pointer = { redirectTo: canonicalKey };
      expect(await store.remove(key, { redirectTo: other })).toBe(false);
      expect(await store.repoint(key, other, canonicalKey)).toBe(false);
      expect(await store.repoint(key, canonicalKey, other)).toBe(true);
      expect(await read(store, key)).toEqual({ redirectTo: other });
      expect(await store.repoint(key, other, canonicalKey)).toBe(true);
      expect(await store.remove(canonicalKey, pointer)).toBe(false);
      expect(await store.remove(canonicalKey, { item: { ...item(canonicalKey), revision: 2 } })).toBe(false);
      expect(await store.remove(canonicalKey, { item: { ...item(canonicalKey), revision: 1 } })).toBe(true);
      expect(await read(store, canonicalKey)).toBeUndefined();
      expect(await store.remove(canonicalKey, { item: { ...item(canonicalKey), revision: 1 } })).toBe(false);
      // What leads to nothing is written over, by who has seen it.
      await expect(store.write({ item: item(key), pointers: [], mergedIn: [] })).rejects.toThrow(ConflictError);
      const stale = new Map([[key, canonicalKey]]);
      await store.write({ item: item(key), pointers: [other], mergedIn: [], stale });
      expect(await read(store, key)).toEqual({ item: { ...item(key), revision: 1 } });
      expect(await store.remove(other, { redirectTo: key })).toBe(true);
      expect(await read(store, other)).toBeUndefined();
    });
  });
}
