import { describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import { type MembershipItem, type MembershipStore, noMemberships } from '#core/segmentation/membership.ts';

let unique = 0;
const fresh = (): string => `CRMID:versioned-${process.pid}-${unique++}`;

const item = (root: string, change: Partial<MembershipItem> = {}): MembershipItem => ({
  ...noMemberships(root),
  ...change,
});

async function dueRoots(store: MembershipStore, now: number): Promise<string[]> {
  const roots: string[] = [];
  for await (const root of store.due(now)) roots.push(root);
  return roots;
}

/** What every store of items that accompany profile items does, memberships being the most demanding of them. */
export function membershipStoreContract(name: string, create: () => MembershipStore): void {
  describe(`membership store: ${name}`, () => {
    it('knows nothing of a root that was never written', async () => {
      expect(await create().get(fresh())).toBeUndefined();
    });

    it('gives back what was written, one version further', async () => {
      const store = create();
      const root = fresh();
      const segments = { gold: { status: 'realized' as const, lastQualificationTime: 5 } };
      const written = item(root, { profiles: { [root]: { segments, digest: 'd' } }, mergedIn: ['ECID:x'], dueAt: 7 });
      await store.write(written, []);
      expect(await store.get(root)).toEqual({ ...written, version: 1 });
    });

    it('rejects a write on top of a version that is not the stored one', async () => {
      const store = create();
      const root = fresh();
      await store.write(item(root), []);
      await expect(store.write(item(root), [])).rejects.toBeInstanceOf(ConflictError);
      await store.write(item(root, { version: 1 }), []);
      expect(await store.get(root)).toMatchObject({ version: 2 });
    });

    it('closes what is ingested, whether it was ever written or not, all or nothing', async () => {
      const store = create();
      const [root, written, never] = [fresh(), fresh(), fresh()];
      await store.write(item(written), []);
      const taken = [
        { root: written, version: 1 },
        { root: never, version: 0 },
      ];
      await expect(store.write(item(root), [{ root: written, version: 5 }])).rejects.toBeInstanceOf(ConflictError);
      expect(await store.get(root)).toBeUndefined();
      await store.write(item(root), taken);
      expect(await store.get(written)).toEqual({ redirectTo: root });
      expect(await store.get(never)).toEqual({ redirectTo: root });
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
      const [root, closed] = [fresh(), fresh()];
      await store.write(item(root), [{ root: closed, version: 0 }]);
      const roots: string[] = [];
      for await (const one of store.scan()) roots.push(one.root);
      expect(roots).toContain(root);
      expect(roots).not.toContain(closed);
    });
  });
}
