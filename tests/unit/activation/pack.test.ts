import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packed } from '#core/activation/pack.ts';
import { runs } from '#tests/harness/runs.ts';

const rowArb = fc.record(
  { call: fc.constantFrom('a', 'b'), row: fc.string({ maxLength: 20 }), most: fc.integer({ min: 1, max: 5 }) },
  { requiredKeys: ['call', 'row'] },
);

describe('rows as requests', () => {
  it('are all there, with equal calls, within the limits of the call and of each row', () => {
    fc.assert(
      fc.property(fc.array(rowArb, { maxLength: 40 }), (made) => {
        const rows = made.map((row, of) => ({ ...row, of }));
        const requests = packed(rows, (call) => (call === 'a' ? { rows: 3 } : { rows: 7, bytes: 60 }));
        expect(requests.flatMap((request) => request.rows.map(({ of }) => of)).sort((a, b) => a - b)).toEqual(
          rows.map(({ of }) => of),
        );
        for (const { call, rows: own } of requests) {
          expect(own.every((row) => row.call === call)).toBe(true);
          expect(own.length).toBeLessThanOrEqual(call === 'a' ? 3 : 7);
          expect(own.length).toBeLessThanOrEqual(Math.min(...own.map(({ most = Number.POSITIVE_INFINITY }) => most)));
          // Who is tried in small requests makes nobody else's small.
          expect(new Set(own.map(({ most }) => most)).size).toBe(1);
        }
      }),
      runs(1, 300),
    );
  });
});
