import { describe, expect, it } from 'vitest';
import { readHeader } from '#core/ingestion/parquet/page-header.ts';

/** Thrift, compact: numbers (zigzag) and one struct of one number, each field by its distance from the one before. */
const number = (distance: number, value: number): number[] => [
  (distance << 4) | 5,
  value < 0 ? -2 * value - 1 : 2 * value,
];
const struct = (distance: number, ...fields: readonly number[][]): number[] => [
  (distance << 4) | 12,
  ...fields.flat(),
  0,
];

const FIRST = 0;
const SECOND = 3;
/** Values, rows, and lengths of levels. */
const SECOND_FIELDS = [number(1, 1), number(2, 1), number(2, 0), number(1, 0)];
/** A header of 10 bytes of one value, in field 5 for the first version and in field 8 for the second. */
const header = (type: number, field: 5 | 8, fields = field === 5 ? [number(1, 1)] : SECOND_FIELDS): Uint8Array =>
  new Uint8Array([...number(1, type), ...number(1, 10), ...number(1, 10), ...struct(field - 3, ...fields), 0]);

describe('the header of a page of Parquet', () => {
  it('says how many values the page has, in the version that the page is of', () => {
    for (const bytes of [header(FIRST, 5), header(SECOND, 8)]) {
      expect(readHeader(bytes, 0)).toMatchObject({ length: bytes.length });
    }
  });

  it('of the second version is rejected when it does not say how many rows there are, or how long levels are', () => {
    const [values, rows, ...levels] = SECOND_FIELDS;
    expect(() => readHeader(header(SECOND, 8, [values!, number(4, 0), number(1, 0)]), 0)).toThrow('how many rows');
    for (const fields of [
      [values!, rows!],
      [values!, rows!, levels[0]!],
      [values!, rows!, number(2, -1), number(1, 0)],
    ]) {
      expect(() => readHeader(header(SECOND, 8, fields), 0)).toThrow('no valid length');
    }
  });

  it('is rejected when it says so in the other version only', () => {
    for (const bytes of [header(FIRST, 8), header(SECOND, 5)]) {
      expect(() => readHeader(bytes, 0)).toThrow('a page does not declare how many values it has');
    }
  });
});
