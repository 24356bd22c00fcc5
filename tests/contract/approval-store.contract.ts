import { describe, expect, it } from 'vitest';
import { approve, askForApproval, useApproval } from '#core/callers/approval.ts';
import type { ApprovalStore } from '#core/callers/ports/approval-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const person = (id: string) => ({ id, name: id, kind: 'person', scopes: ['govern'] }) as const;
const asked = (id: string) =>
  askForApproval({ id, scope: 'govern', change: 'abc', summary: 'A label' }, person('ada'), NOW);

/** @param newStore one in which nothing was written */
export function approvalStoreContract(name: string, newStore: () => Promise<ApprovalStore>): void {
  describe(`approvals on ${name}`, () => {
    it('are found as they were written, by their id', async () => {
      const store = await newStore();
      expect(await store.get('a')).toBeUndefined();
      await store.write(asked('a'));
      expect(await store.get('a')).toEqual({ ...asked('a'), revision: 1 });
      expect(await store.get('b')).toBeUndefined();
    });

    it('are listed, each once', async () => {
      const store = await newStore();
      expect(await store.list()).toEqual([]);
      await store.write({ ...asked('a'), wanted: { changes: [{ kind: 'labels' }] } });
      await store.write(asked('b'));
      const approved = approve((await store.get('a'))!, person('bob'), NOW + 1);
      if (typeof approved === 'string') throw new Error(approved);
      await store.write(approved);
      expect(await store.list()).toEqual([await store.get('a'), await store.get('b')]);
      expect(await store.get('a')).toMatchObject({ revision: 2, wanted: { changes: [{ kind: 'labels' }] } });
    });

    it('let one of two make a change that was approved', async () => {
      const store = await newStore();
      await store.write(asked('a'));
      const approved = approve((await store.get('a'))!, person('bob'), NOW + 1);
      if (typeof approved === 'string') throw new Error(approved);
      await store.write(approved);
      const used = useApproval((await store.get('a'))!, 'abc', NOW + 2);
      if (typeof used === 'string') throw new Error(used);
      const results = await Promise.allSettled([store.write(used), store.write(used)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await expect(store.write(asked('a'))).rejects.toThrow(ConflictError);
      expect(useApproval((await store.get('a'))!, 'abc', NOW + 3)).toBe('It was made already');
    });
  });
}
