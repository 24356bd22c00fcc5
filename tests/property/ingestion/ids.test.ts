import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ingestionIdOf, recordId } from '#core/ingestion/ids.ts';

const source = fc.constantFrom('landing/a.csv', 'landing/b.csv', 'kinesis:0');
const receivedAt = fc.integer({ min: 0, max: 3 });
const row = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 40 }));
const position = fc.oneof(
  fc.record({ source, row }),
  fc.record({ source, sequenceNumber: fc.bigInt({ min: 1n, max: 10n ** 56n }).map(String) }),
);
const ingestionId = fc.record({ position, receivedAt });

describe('the id of an arrival', () => {
  it('is the same for the same place and time, and another one for any other', () => {
    fc.assert(
      fc.property(fc.array(ingestionId, { minLength: 1, maxLength: 30 }), (ingestionIds) => {
        const ids = new Map<string, string>();
        // Twice, so that each is asked for after others.
        for (const one of [...ingestionIds, ...ingestionIds]) {
          const id = ingestionIdOf(one.position, one.receivedAt);
          expect(id).toMatch(/^[\w-]{8}$/);
          const place = JSON.stringify([one.position.source, Object.values(one.position)[1], one.receivedAt]);
          expect(ids.get(place) ?? id).toBe(id);
          ids.set(place, id);
        }
        expect(new Set(ids.values()).size).toBe(ids.size);
      }),
    );
  });
});

describe('the id of a record', () => {
  it('tells datasets and records apart', () => {
    expect(new Set(['a', 'b'].flatMap((id) => ['1', '2'].map((what) => recordId(id, what)))).size).toBe(4);
    expect(recordId('a', '1')).toBe(recordId('a', '1'));
    expect(recordId('a', '1')).toMatch(/^[\w-]{8}$/);
  });
});
