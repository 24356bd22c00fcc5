import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysIn, midnightOf, readPlainInstant } from '#core/util/instant.ts';

const instant = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
/** Characters of instants, so that many of the texts are nearly one. */
const nearly = instant.chain((at) =>
  fc
    .tuple(fc.nat(23), fc.constantFrom('', '0', '9', ':', '-', 'T', 't', 'Z', 'z', '.', ' ', '+', 'é'))
    .map(([place, other]) => at.toISOString().slice(0, place) + other + at.toISOString().slice(place + 1)),
);

describe('a plain instant', () => {
  it('is read as the calendar has it, to the millisecond', () => {
    fc.assert(
      fc.property(instant, fc.stringMatching(/^(\.[0-9]{1,9})?$/), (at, fraction) => {
        const text = `${at.toISOString().slice(0, 19)}${fraction}Z`;
        expect(readPlainInstant(text)).toBe(Date.parse(text));
      }),
    );
  });

  it('is what the calendar has too, or is left to others', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const read = readPlainInstant(text);
        if (!Number.isNaN(read)) expect(read).toBe(Date.parse(text));
      }),
    );
  });

  it.each([
    ['2024-02-29T00:00:00Z', true],
    ['2023-02-29T00:00:00Z', false],
    ['1900-02-29T00:00:00Z', false],
    ['2026-00-10T00:00:00Z', false],
    ['2026-13-10T00:00:00Z', false],
    ['2026-01-00T00:00:00Z', false],
    ['2026-01-31T24:00:00Z', false],
    ['2026-01-31T23:60:00Z', false],
    ['2026-01-31T23:59:60Z', false],
    ['2026-01-31T12:00:00.Z', false],
    ['2026-01-31T12:00:00.1xZ', false],
    ['2026-01-31T12:00:00.1234567890Z', false],
    ['2026-01-31T12:00Z', false],
    ['2026-01-31T12:00:00+00:00', false],
    ['2026-01-31', false],
    ['', false],
  ])('"%s": %s', (text, isPlain) => expect(Number.isNaN(readPlainInstant(text))).toBe(!isPlain));
});

describe('the calendar', () => {
  it('has the midnights and the months of the platform', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const end = new Date(0);
        end.setUTCFullYear(year, month, 0);
        expect(daysIn(year, month)).toBe(end.getUTCDate());
        expect(midnightOf(year, month, daysIn(year, month))).toBe(end.getTime());
      }),
    );
  });
});
