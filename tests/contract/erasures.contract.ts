import { describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import { NOTHING_ERASED } from '#core/privacy/counts.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import type { Erasures } from '#core/privacy/ports/erasures.ts';

const erasure = (requestId: string, requestedAt: number): Erasure => ({
  requestId,
  revision: 0,
  reason: 'asked',
  status: 'under-way',
  requestedAt,
  identities: ['CRMID:ann'],
  lastRouted: { webhook: true },
  counts: NOTHING_ERASED,
  passes: [],
});

/** @param create deletions of which there are none yet */
export function erasuresContract(name: string, create: () => Promise<Erasures>): void {
  describe(`deletions on ${name}`, () => {
    it('are under way, in the order in which they were asked for, until they are done', async () => {
      const erasures = await create();
      expect(await erasures.underWay()).toEqual([]);
      expect(await erasures.get('first')).toBeUndefined();
      await erasures.save(erasure('second', 2));
      await erasures.save(erasure('first', 1));
      expect((await erasures.underWay()).map(({ requestId }) => requestId)).toEqual(['first', 'second']);
      const stored = (await erasures.get('first'))!;
      expect(stored).toEqual({ ...erasure('first', 1), revision: 1 });
      await erasures.save({ ...stored, status: 'done', identities: [], doneAt: 4_102_444_800_000 });
      expect((await erasures.underWay()).map(({ requestId }) => requestId)).toEqual(['second']);
      expect(await erasures.get('first')).toMatchObject({ revision: 2, status: 'done', identities: [] });
    });

    it('are written only where nobody else has', async () => {
      const erasures = await create();
      await erasures.save(erasure('one', 1));
      await expect(erasures.save(erasure('one', 2))).rejects.toThrow(ConflictError);
      const stored = (await erasures.get('one'))!;
      await erasures.save({ ...stored, foundBy: 'job' });
      await expect(erasures.save({ ...stored, foundBy: 'other' })).rejects.toThrow(ConflictError);
      expect(await erasures.get('one')).toMatchObject({ revision: 2, foundBy: 'job', requestedAt: 1 });
    });
  });
}
