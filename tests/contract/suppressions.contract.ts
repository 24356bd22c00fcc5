import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SuppressionEntry, Suppressions } from '#core/governance/suppression.ts';

const digestOf = (n: number): string => hash('sha256', String(n), 'base64url');
const entry = (n: number, at: number, mode: SuppressionEntry['mode'] = 'always'): SuppressionEntry => ({
  digest: digestOf(n),
  mode,
  at,
});

/** @param twoOf two of the same entries: others that change them at the same time */
export function suppressionsContract(name: string, twoOf: () => Promise<readonly [Suppressions, Suppressions]>): void {
  const put = (store: Suppressions, entries: readonly SuppressionEntry[]): Promise<void> =>
    store.change(new Map(entries.map((each) => [each.digest, () => each])));

  describe(`suppressions on ${name}`, () => {
    it('are found by digest, by everybody, as they were written last', async () => {
      const [one, other] = await twoOf();
      expect((await one.read()).find(digestOf(1))).toBeUndefined();
      await put(one, [entry(1, 10), entry(2, Number.MAX_SAFE_INTEGER)]);
      const list = await other.read();
      expect(list.find(digestOf(1))).toEqual(entry(1, 10));
      expect(list.find(digestOf(2))).toEqual(entry(2, Number.MAX_SAFE_INTEGER));
      await put(other, [entry(1, 20, 'until')]);
      expect((await one.read()).find(digestOf(1))).toEqual(entry(1, 20, 'until'));
      expect((await one.read()).size).toBe(2);
      expect(list.find(digestOf(1)), 'a list that was read stays as it was').toEqual(entry(1, 10));
    });

    it('are changed by what is there, and left alone where nothing changes', async () => {
      const [one] = await twoOf();
      await put(one, [entry(1, 10)]);
      const seen: unknown[] = [];
      const look = (before: SuppressionEntry | undefined): undefined => {
        seen.push(before);
      };
      await one.change(new Map([1, 2].map((n) => [digestOf(n), look])));
      expect(seen).toEqual([entry(1, 10), undefined]);
      expect((await one.read()).size).toBe(1);
    });

    it('of many are one each, whatever page they are on', async () => {
      const [one, other] = await twoOf();
      const many = Array.from({ length: 2_600 }, (_, n) => entry(n, n));
      await put(one, many);
      await put(other, [entry(2_600, 1), entry(3, 99, 'until')]);
      const list = await one.read();
      expect(list.size).toBe(2_601);
      expect(list.find(digestOf(3))).toEqual(entry(3, 99, 'until'));
      expect(list.find(digestOf(2_599))).toEqual(entry(2_599, 2_599));
    });

    it('changed by two at once lose nothing: one of them is told to do it again', async () => {
      const [one, other] = await twoOf();
      const results = await Promise.allSettled([put(one, [entry(1, 1)]), put(other, [entry(2, 2)])]);
      const list = await one.read();
      for (const [n, { status }] of results.entries()) {
        if (status === 'fulfilled') expect(list.find(digestOf(n + 1))).toEqual(entry(n + 1, n + 1));
      }
      expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    });
  });
}
