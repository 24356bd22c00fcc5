import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { VendorDeletions } from '#core/activation/ports/vendor-deletions.ts';

/** What everything does that keeps answers of vendors to deletions. @param create another one over the same store */
export function vendorDeletionsContract(name: string, create: () => VendorDeletions): void {
  describe(`answers of vendors to deletions: ${name}`, () => {
    it('are those of their request and destination, whichever function asks', async () => {
      const [request, other] = [randomUUID(), randomUUID()];
      await create().put(request, 'braze', 'deleted');
      await create().put(request, 'airship', 'rejected');
      await create().put(other, 'braze', 'rejected');
      expect(await create().get(request, ['braze', 'airship'])).toEqual(
        new Map([
          ['braze', 'deleted'],
          ['airship', 'rejected'],
        ]),
      );
      expect(await create().get(other, ['braze', 'airship'])).toEqual(new Map([['braze', 'rejected']]));
    });

    it('are not there before they are given, nor of destinations that nobody asks about', async () => {
      const request = randomUUID();
      expect(await create().get(request, ['braze'])).toEqual(new Map());
      await create().put(request, 'braze', 'deleted');
      expect(await create().get(request, ['airship'])).toEqual(new Map());
      expect(await create().get(request, [])).toEqual(new Map());
    });

    it('are the last ones where a deletion is tried again', async () => {
      const request = randomUUID();
      for (const outcome of ['rejected', 'deleted', 'deleted'] as const) await create().put(request, 'braze', outcome);
      expect(await create().get(request, ['braze'])).toEqual(new Map([['braze', 'deleted']]));
    });

    it('are found for more destinations than one call takes', async () => {
      const request = randomUUID();
      const ids = Array.from({ length: 103 }, (_, n) => `d${n}`);
      await Promise.all(ids.map((id, n) => create().put(request, id, n % 2 === 0 ? 'deleted' : 'rejected')));
      const found = await create().get(request, ids);
      expect([...found.keys()].sort()).toEqual([...ids].sort());
      expect([...found.values()].filter((outcome) => outcome === 'deleted')).toHaveLength(52);
    });
  });
}
