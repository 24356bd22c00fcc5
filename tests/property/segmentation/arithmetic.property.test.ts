import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUnits, CALENDAR_UNITS, fixedLength, parseInstant, startOf } from '#core/segmentation/pql/time.ts';
import { addExactly, multiplyExactly, sumExactly } from '#core/util/decimal.ts';
import { runs } from '#tests/harness/runs.ts';

const cents = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 30 });
const anyNumber = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 })
  .map((value) => value + 0);

describe('exact sums', () => {
  it('are those of whole cents', () => {
    fc.assert(
      fc.property(cents, (values) => {
        expect(sumExactly(values.map((value) => value / 100))).toBe(
          values.reduce((sum, value) => sum + value, 0) / 100,
        );
      }),
    );
  });

  it('do not depend on the order of the terms', () => {
    const shuffled = fc
      .array(anyNumber, { maxLength: 12 })
      .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })));
    fc.assert(
      fc.property(shuffled, ([values, others]) => {
        expect(sumExactly(others)).toBe(sumExactly(values));
      }),
    );
  });

  it('come back to where they began', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        expect(sumExactly([a, b, -a])).toBe(b + 0);
        expect(addExactly(a, 0)).toBe(a + 0);
        expect(multiplyExactly(a, 1)).toBe(a + 0);
      }),
    );
  });

  it('are not those of floating point', () => {
    expect([sumExactly([0.1, 0.2]), multiplyExactly(1.1, 3), sumExactly([1e21, 1, -1e21]), sumExactly([])]).toEqual([
      0.3, 3.3, 1, 0,
    ]);
  });
});

const instant = fc.integer({ min: Date.UTC(1600, 0), max: Date.UTC(2600, 0) });
const unit = fc.constantFrom(...CALENDAR_UNITS);

describe('calendar arithmetic', () => {
  it('never moves an earlier instant behind a later one', () => {
    const near = fc.integer({ min: 0, max: 4 * 86_400_000 });
    fc.assert(
      fc.property(instant, near, fc.integer({ min: -40, max: 40 }), unit, (ms, more, amount, of) => {
        fc.pre(of !== 'millennium');
        expect(addUnits(ms, amount, of)).toBeLessThanOrEqual(addUnits(ms + more, amount, of));
      }),
      runs(2.5, 500),
    );
  });

  it('keeps the day of the month, or ends with the month', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: -30, max: 30 }), (ms, months) => {
        const [before, after] = [new Date(ms), new Date(addUnits(ms, months, 'month'))];
        const distance =
          (after.getUTCFullYear() - before.getUTCFullYear()) * 12 + after.getUTCMonth() - before.getUTCMonth();
        expect(distance).toBe(months);
        if (after.getUTCDate() !== before.getUTCDate()) {
          expect(after.getTime() + 1).toBe(Date.UTC(after.getUTCFullYear(), after.getUTCMonth() + 1));
        }
      }),
    );
  });

  it('finds the start of a unit, which is its own start and not more than a unit away', () => {
    fc.assert(
      fc.property(instant, unit, (ms, of) => {
        const start = startOf(ms, of);
        expect(startOf(start, of)).toBe(start);
        expect(start).toBeLessThanOrEqual(ms);
        expect(addUnits(start, 1, of)).toBeGreaterThan(ms);
        const length = fixedLength(of);
        if (length !== undefined) expect(addUnits(start, 1, of) - start).toBe(length);
      }),
    );
  });

  it('reads the instants that are written in RFC 3339, with and without offset', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms);
      }),
    );
    expect(parseInstant('2018-12-18T13:45:10+01:30')).toBe(Date.UTC(2018, 11, 18, 12, 15, 10));
    expect(parseInstant('2018-12-18T13:45:10.123456Z')).toBe(Date.UTC(2018, 11, 18, 13, 45, 10, 123));
    expect(parseInstant('2018-12-18')).toBe(Date.UTC(2018, 11, 18));
    for (const text of ['2018-02-30', '2018-12-18T25:00Z', '18-12-2018', 'yesterday', '2018-12-18Z']) {
      expect(parseInstant(text)).toBeUndefined();
    }
  });
});
