import { describe, expect, it } from 'vitest';
import { readHeader } from '#core/ingestion/parquet/pages.ts';

/** Thrift, compact: numbers (zigzag) and one struct of one number, each field by its distance from the one before. */
const number = (distance: number, value: number): number[] => [(distance << 4) | 5, value << 1];
const struct = (distance: number, ...fields: readonly number[][]): number[] => [
  (distance << 4) | 12,
  ...fields.flat(),
  0,
];

const FIRST = 0;
const SECOND = 3;
/** A header of 10 bytes of one value, in field 5 for the first version and in field 8 for the second. */
const header = (type: number, field: 5 | 8): Uint8Array =>
  new Uint8Array([...number(1, type), ...number(1, 10), ...number(1, 10), ...struct(field - 3, number(1, 1)), 0]);

describe('the header of a page of Parquet', () => {
  it('says how many values the page has, in the version that the page is of', () => {
    for (const bytes of [header(FIRST, 5), header(SECOND, 8)]) {
      expect(readHeader(bytes, 0)).toMatchObject({ length: bytes.length });
    }
  });

  it('is rejected when it says so in the other version only', () => {
    for (const bytes of [header(FIRST, 8), header(SECOND, 5)]) {
      expect(() => readHeader(bytes, 0)).toThrow('a page does not say how many values it has');
    }
  });
});
