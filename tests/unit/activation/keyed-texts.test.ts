import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SentTexts, TextClaim } from '#core/activation/ports/sent-texts.ts';
import { keyedTexts } from '#core/activation/texts/keyed.ts';
import { personKey, textKey } from '#core/activation/texts/rows.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { runs } from '#tests/harness/runs.ts';

const AT = Date.parse('2026-03-01T10:00:00Z');
const keyOf = (number: string): string =>
  textKey(number, { segmentId: 'A1', status: 'realized', lastQualificationTime: AT });
const claimOf = (number: string): TextClaim => ({
  keys: [keyOf(number)],
  person: personKey(number),
  day: '2026-03-01',
  perDay: 1,
  at: AT,
  expiresAt: AT * 2,
});

/** Notes under which names something is asked for or written. */
function noting(sent: SentTexts): { readonly noted: SentTexts; readonly names: () => readonly string[] } {
  const claimed: string[] = [];
  const noted: SentTexts = {
    get: (keys) => sent.get(keys),
    claim: (claim) => {
      claimed.push(...claim.keys, claim.person);
      return sent.claim(claim);
    },
    reject: (claim) => sent.reject(claim),
    settle: (keys, state) => sent.settle(keys, state),
  };
  return { noted, names: () => claimed };
}

describe('the texts that were sent, under keyed hashes', () => {
  it('are written under names that nobody finds who has the number and no key, or another key', async () => {
    const number = fc.stringMatching(/^\+[1-9]\d{6,14}$/);
    const key = fc.string({ minLength: 16, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(number, fc.uniqueArray(key, { minLength: 2, maxLength: 2 }), async (to, [first, second]) => {
        const store = new MemorySentTexts();
        const { noted, names } = noting(store);
        expect(await keyedTexts(noted, async () => first!).claim(claimOf(to))).toBe('claimed');
        expect(names()).not.toContain(keyOf(to));
        expect(names()).not.toContain(personKey(to));
        expect(await store.get([keyOf(to)])).toBeUndefined();
        expect(await keyedTexts(store, async () => second!).get([keyOf(to)])).toBeUndefined();
        expect(await keyedTexts(store, async () => first!).get([keyOf(to)])).toEqual({ state: 'claimed', at: AT });
      }),
      runs(1, 20),
    );
  });

  it('include those of before there was a key: none is sent again, and what is unknown is settled', async () => {
    const store = new MemorySentTexts();
    const [one, two] = [claimOf('+15035550101'), claimOf('+15035550102')];
    for (const claim of [one, two]) await store.claim(claim);
    await store.settle(one.keys, 'sent');
    const keyed = keyedTexts(store, async () => 'the key of the stage');
    expect(await keyed.get(one.keys)).toMatchObject({ state: 'sent' });
    expect(await keyed.get(two.keys)).toMatchObject({ state: 'claimed' });
    expect(await keyed.settle(two.keys, 'unknown')).toBe(true);
    expect(await keyed.settle(two.keys, 'sent')).toBe(true);
    expect(await keyed.get(two.keys)).toMatchObject({ state: 'sent' });
  });
});
