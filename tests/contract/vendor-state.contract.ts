import { describe, expect, it } from 'vitest';
import type { Submission } from '#core/activation/ports/submissions.ts';
import type { VendorState } from '#core/activation/ports/vendor-state.ts';

let unique = 0;

/** What everything does that remembers audiences and jobs of vendors. @param create over a clock that the suite moves */
export function vendorStateContract(name: string, create: (now: () => number) => VendorState): void {
  const fresh = (): string => `d-${process.pid}-${unique++}`;
  const A1 = { segmentId: 'A1', kind: '' };
  const START = 1_000_000;

  describe(`audiences of vendors: ${name}`, () => {
    it('have no id before there is one, and then that', async () => {
      const { audienceIds } = create(() => START);
      const [id, other] = [fresh(), fresh()];
      expect(await audienceIds.get(id, A1)).toBeUndefined();
      await audienceIds.put(id, A1, '123');
      expect(await audienceIds.get(id, A1)).toBe('123');
      expect(await audienceIds.get(id, { ...A1, kind: 'ios' })).toBeUndefined();
      expect(await audienceIds.get(other, A1)).toBeUndefined();
    });

    it('are made by one function at a time, and by nobody once there is an id', async () => {
      const { audienceIds } = create(() => START);
      const id = fresh();
      const claims = await Promise.all(Array.from({ length: 5 }, () => audienceIds.claim(id, A1, START + 10)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      await audienceIds.put(id, A1, '123');
      expect(await audienceIds.claim(id, A1, START + 10)).toBe(false);
    });

    it('may be made by the next one where the first gave up, or was never heard of again', async () => {
      let now = START;
      const { audienceIds } = create(() => now);
      const id = fresh();
      expect(await audienceIds.claim(id, A1, START + 10)).toBe(true);
      expect(await audienceIds.claim(id, A1, START + 10)).toBe(false);
      await audienceIds.release(id, A1);
      expect(await audienceIds.claim(id, A1, START + 10)).toBe(true);
      now = START + 10;
      expect(await audienceIds.claim(id, A1, START + 20)).toBe(true);
      expect(await audienceIds.get(id, A1)).toBeUndefined();
    });
  });

  describe(`tokens of destinations: ${name}`, () => {
    it('are fetched by one function at a time, and written over what that one has read', async () => {
      let now = START;
      const { tokens } = create(() => now);
      const id = fresh();
      expect(await tokens.get(id)).toEqual({ version: 0 });
      const claims = await Promise.all(Array.from({ length: 5 }, () => tokens.claim(id, 0, START + 10)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await tokens.put(id, 0, 'sealed-1')).toBe(true);
      expect(await tokens.get(id)).toEqual({ version: 1, sealed: 'sealed-1' });
      expect(await tokens.put(id, 0, 'late')).toBe(false);
      expect(await tokens.claim(id, 0, START + 10)).toBe(false);
      expect(await tokens.claim(id, 1, START + 10)).toBe(true);
      expect(await tokens.claim(id, 1, START + 10)).toBe(false);
      await tokens.release(id, 1);
      expect(await tokens.claim(id, 1, START + 10)).toBe(true);
      now = START + 10;
      expect(await tokens.claim(id, 1, START + 20)).toBe(true);
      expect(await tokens.get(id)).toEqual({ version: 1, sealed: 'sealed-1', claimedUntil: START + 20 });
    });
  });

  describe(`jobs of vendors: ${name}`, () => {
    it('are kept by delivery, replaced, and forgotten', async () => {
      const { submissions } = create(() => START);
      const [a, b] = [fresh(), fresh()];
      const first: Submission = { jobs: [{ job: 'j1', row: 3, rows: 9 }], since: START };
      const failure = { delivered: false, errorClass: 'drop', reason: 'invalid' } as const;
      const second: Submission = { jobs: [{ job: 'j2', row: 0, rows: 1 }], since: START + 1, failure };
      expect(await submissions.get([a, b])).toEqual(new Map());
      await submissions.put(
        new Map([
          [a, first],
          [b, first],
        ]),
      );
      await submissions.put(new Map([[b, second]]));
      expect(await submissions.get([a, b, fresh()])).toEqual(
        new Map([
          [a, first],
          [b, second],
        ]),
      );
      await submissions.delete([a]);
      expect(await submissions.get([a, b])).toEqual(new Map([[b, second]]));
      await submissions.delete([]);
    });
  });
}
