import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SentTexts, TextClaim } from '#core/activation/ports/sent-texts.ts';

let unique = 0;
/** Far enough that no table takes them away meanwhile. */
const EXPIRES_AT = Date.parse('2100-01-01T00:00:00Z');

/** What everything does that knows which texts were sent. */
export function sentTextsContract(name: string, create: () => SentTexts): void {
  const fresh = (): string => `${randomUUID()}-${unique++}`;
  const claimOf = (keys: readonly string[], more: Partial<TextClaim> = {}): TextClaim => ({
    keys,
    person: fresh(),
    day: '2026-11-30',
    perDay: 1,
    at: 1_000,
    expiresAt: EXPIRES_AT,
    ...more,
  });

  describe(`sent of texts: ${name}`, () => {
    it('knows nothing of a text before it is claimed, and then when it was', async () => {
      const [sent, key] = [create(), fresh()];
      expect(await sent.get([key])).toBeUndefined();
      expect(await sent.claim(claimOf([key]))).toBe('claimed');
      expect(await sent.get([key, fresh()])).toEqual({ state: 'claimed', at: 1_000 });
    });

    it('gives a text to one of many who want it at once', async () => {
      const [sent, key, person] = [create(), fresh(), fresh()];
      const claims = await Promise.all(
        Array.from({ length: 5 }, () => sent.claim(claimOf([key], { person, perDay: 20 }))),
      );
      expect(claims.filter((claim) => claim === 'claimed')).toHaveLength(1);
      expect(claims.filter((claim) => claim === 'known')).toHaveLength(4);
    });

    it('claims the keys of all numbers or none, and counts only what it claims', async () => {
      const [sent, a, b, c, person] = [create(), fresh(), fresh(), fresh(), fresh()];
      expect(await sent.claim(claimOf([a]))).toBe('claimed');
      expect(await sent.claim(claimOf([b, a], { person }))).toBe('known');
      expect(await sent.get([b])).toBeUndefined();
      expect(await sent.claim(claimOf([b, c], { person }))).toBe('claimed');
    });

    it('gives no more texts to somebody on a day than wanted, and leaves those that are too many unclaimed', async () => {
      const [sent, a, b, c, person] = [create(), fresh(), fresh(), fresh(), fresh()];
      expect(await sent.claim(claimOf([a], { person, perDay: 2 }))).toBe('claimed');
      expect(await sent.claim(claimOf([b], { person, perDay: 2 }))).toBe('claimed');
      expect(await sent.claim(claimOf([c], { person, perDay: 2 }))).toBe('capped');
      expect(await sent.get([c])).toBeUndefined();
      expect(await sent.claim(claimOf([c], { person, perDay: 2, day: '2026-12-01' }))).toBe('claimed');
    });

    it('gives a rejected text again, to one, and does not count what was rejected', async () => {
      const [sent, key] = [create(), fresh()];
      const claim = claimOf([key]);
      expect(await sent.claim(claim)).toBe('claimed');
      await sent.reject(claim);
      await sent.reject(claim);
      expect(await sent.get([key])).toEqual({ state: 'rejected', at: 1_000 });
      expect(await sent.claim({ ...claim, at: 2_000 })).toBe('claimed');
      expect(await sent.get([key])).toEqual({ state: 'claimed', at: 2_000 });
      expect(await sent.claim({ ...claim, keys: [fresh()] })).toBe('capped');
    });

    it('never gives again what was sent, or of which nobody knows', async () => {
      const sent = create();
      for (const state of ['sent', 'unknown'] as const) {
        const claim = claimOf([fresh()], { perDay: 20 });
        await sent.claim(claim);
        expect(await sent.settle(claim.keys, state)).toBe(true);
        expect(await sent.settle(claim.keys, state)).toBe(false);
        await sent.reject(claim);
        expect(await sent.claim(claim)).toBe('known');
        expect(await sent.get(claim.keys)).toEqual({ state, at: 1_000 });
      }
    });

    it('learns of an unknown text what became of it, and unlearns nothing', async () => {
      const [sent, claim] = [create(), claimOf([fresh()])];
      await sent.claim(claim);
      expect(await sent.settle(claim.keys, 'notSent')).toBe(false);
      await sent.settle(claim.keys, 'unknown');
      expect(await sent.settle(claim.keys, 'notSent')).toBe(true);
      // The vendor may report it later all the same.
      expect(await sent.settle(claim.keys, 'sent')).toBe(true);
      expect(await sent.settle(claim.keys, 'unknown')).toBe(false);
      expect(await sent.settle(claim.keys, 'notSent')).toBe(false);
      expect(await sent.get(claim.keys)).toEqual({ state: 'sent', at: 1_000 });
      expect(await sent.settle([fresh()], 'sent')).toBe(false);
    });

    it('says of several keys what forbids most', async () => {
      const sent = create();
      const [rejected, taken] = [claimOf([fresh()]), claimOf([fresh()])];
      await sent.claim(rejected);
      await sent.reject(rejected);
      await sent.claim(taken);
      await sent.settle(taken.keys, 'sent');
      expect(await sent.get([...rejected.keys, ...taken.keys])).toEqual({ state: 'sent', at: 1_000 });
    });
  });
}
