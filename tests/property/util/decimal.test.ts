import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUnits, isMultipleOf } from '#core/util/decimal.ts';

const whole = fc.integer({ min: -1_000_000, max: 1_000_000 });
const scale = fc.integer({ min: 0, max: 6 });

describe('a multiple', () => {
  it('is one of decimals exactly when it is one of their units', () => {
    fc.assert(
      fc.property(whole, whole, scale, (a, b, digits) => {
        fc.pre(b !== 0);
        expect(isMultipleOf(fromUnits(digits)(a), fromUnits(digits)(b))).toBe(a % b === 0);
      }),
    );
  });

  it('is every number of itself, and every whole number of its fractions', () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => value !== 0);
    fc.assert(fc.property(any, (value) => isMultipleOf(value, value) && isMultipleOf(-value, value)));
    expect([isMultipleOf(1e300, 0.001), isMultipleOf(1e-300, 1e-301), isMultipleOf(0.3, 0.2)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('a number of units', () => {
  it('is the nearest to what is written, also where there are more digits than a double has', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 96n), max: 2n ** 96n }),
        fc.integer({ min: -5, max: 38 }),
        (units, digits) => {
          const expected = Number(`${units}e${-digits}`);
          expect(fromUnits(digits)(units)).toBe(expected);
          if (Number.isSafeInteger(Number(units))) expect(fromUnits(digits)(Number(units))).toBe(expected);
        },
      ),
    );
  });
});
