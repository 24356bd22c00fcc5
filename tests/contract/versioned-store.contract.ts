import { describe, expect, it } from 'vitest';
import type { RemovableStore } from '#core/identity/versioned-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { type MembershipItem, type MembershipStore, noMemberships } from '#core/segmentation/membership.ts';

let unique = 0;
const fresh = (): string => `CRMID:versioned-${process.pid}-${unique++}`;

const item = (canonicalKey: string, change: Partial<MembershipItem> = {}): MembershipItem => ({
  ...noMemberships(canonicalKey),
  ...change,
});

async function dueRoots(store: MembershipStore, now: number): Promise<string[]> {
  const canonicalKeys: string[] = [];
  for await (const canonicalKey of store.due(now)) canonicalKeys.push(canonicalKey);
  return canonicalKeys;
}

/** What every store of items that accompany profile items does, memberships being the most demanding of them. */
export function membershipStoreContract(
  name: string,
  create: () => MembershipStore & RemovableStore<MembershipItem>,
): void {
  describe(`membership store: ${name}`, () => {
    it('knows nothing of a root that was never written', async () => {
      expect(await create().get(fresh())).toBeUndefined();
    });

    it('gives back what was written, one version further', async () => {
      const store = create();
      const canonicalKey = fresh();
      const segments = { gold: { status: 'realized' as const, lastQualificationTime: 5 } };
      const written = item(canonicalKey, {
        profiles: { [canonicalKey]: { segments, digest: 'd' } },
        mergedIn: ['ECID:x'],
        dueAt: 7,
      });
      await store.write(written, []);
      expect(await store.get(canonicalKey)).toEqual({ ...written, version: 1 });
    });

    it('rejects a write on top of a version that is not the stored one', async () => {
      const store = create();
      const canonicalKey = fresh();
      await store.write(item(canonicalKey), []);
      await expect(store.write(item(canonicalKey), [])).rejects.toBeInstanceOf(ConflictError);
      await store.write(item(canonicalKey, { version: 1 }), []);
      expect(await store.get(canonicalKey)).toMatchObject({ version: 2 });
    });

    it('closes what is ingested, whether it was ever written or not, all or nothing', async () => {
      const store = create();
      const [canonicalKey, written, never] = [fresh(), fresh(), fresh()];
      await store.write(item(written), []);
      const taken = [
        { canonicalKey: written, version: 1 },
        { canonicalKey: never, version: 0 },
      ];
      await expect(store.write(item(canonicalKey), [{ canonicalKey: written, version: 5 }])).rejects.toBeInstanceOf(
        ConflictError,
      );
      expect(await store.get(canonicalKey)).toBeUndefined();
      await store.write(item(canonicalKey), taken);
      expect(await store.get(written)).toEqual({ redirectTo: canonicalKey });
      expect(await store.get(never)).toEqual({ redirectTo: canonicalKey });
      await expect(store.write(item(never), [])).rejects.toBeInstanceOf(ConflictError);
    });

    it('names what is due, the instant itself included, until it is due no more', async () => {
      const store = create();
      const [soon, later, never] = [fresh(), fresh(), fresh()];
      await store.write(item(soon, { dueAt: 1_000 }), []);
      await store.write(item(later, { dueAt: 1_001 }), []);
      await store.write(item(never), []);
      expect(await dueRoots(store, 1_000)).toContain(soon);
      expect(await dueRoots(store, 1_000)).not.toContain(later);
      await store.write(item(soon, { version: 1 }), []);
      const due = await dueRoots(store, 2_000);
      expect(due).toContain(later);
      expect(due).not.toContain(soon);
      expect(due).not.toContain(never);
    });

    it('scans open items only', async () => {
      const store = create();
      const [canonicalKey, closed] = [fresh(), fresh()];
      await store.write(item(canonicalKey), [{ canonicalKey: closed, version: 0 }]);
      const canonicalKeys: string[] = [];
      for await (const one of store.scan()) canonicalKeys.push(one.canonicalKey);
      expect(canonicalKeys).toContain(canonicalKey);
      expect(canonicalKeys).not.toContain(closed);
    });

    it('takes away an item, or what says that it moved, only as it was read', async () => {
      const store = create();
      const [canonicalKey, closed] = [fresh(), fresh()];
      await store.write(item(closed), []);
      await store.write(item(canonicalKey), [{ canonicalKey: closed, version: 1 }]);
      expect(await store.remove(canonicalKey, { ...item(canonicalKey), version: 2 })).toBe(false);
      expect(await store.remove(closed, { redirectTo: closed })).toBe(false);
      expect(await store.remove(closed, { redirectTo: canonicalKey })).toBe(true);
      expect(await store.remove(canonicalKey, { ...item(canonicalKey), version: 1 })).toBe(true);
      expect([await store.get(canonicalKey), await store.get(closed)]).toEqual([undefined, undefined]);
    });

    it('lets an item go later, which until then is what it was; nothing comes of one that is not there', async () => {
      const store = create();
      const [canonicalKey, nothing] = [fresh(), fresh()];
      await store.write(item(canonicalKey), []);
      await store.expire(canonicalKey, 4_102_444_800_000);
      await store.expire(nothing, 4_102_444_800_000);
      expect(await store.get(canonicalKey)).toEqual({ ...item(canonicalKey), version: 1 });
      expect(await store.get(nothing)).toBeUndefined();
      await store.write({ ...item(canonicalKey), version: 1 }, []);
      expect(await store.get(canonicalKey)).toMatchObject({ version: 2 });
    });
  });
}
