import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { FAULTY_COLUMNS, orderOf } from '#tests/bench/large/orders.ts';
import { largeParquet, writeLargeParquet } from '#tests/bench/large/parquet-file.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';
import { size } from '#tests/harness/runs.ts';

type Codec = 'SNAPPY' | 'GZIP' | 'ZSTD' | 'UNCOMPRESSED';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('the large Parquet file of the benches', () => {
  it.each(size<readonly Codec[]>(['SNAPPY'], ['SNAPPY', 'GZIP', 'ZSTD', 'UNCOMPRESSED']))(
    'holds the orders one after the other, in row groups of many pages (%s)',
    async (codec) => {
      const bytes = largeParquet({ bytes: 1, rowGroups: [{ rows: 25_000, codec }] });
      const { records, rejection } = await decodeFile(bytesSource('a.parquet', bytes));
      expect(rejection).toBeUndefined();
      const rows = records.map((record) => ('value' in record ? record.value : record.rejection));
      expect(rows.length).toBe(25_000);
      const expected = JSON.parse(JSON.stringify(numbers(25_000).map((n) => orderOf(n))));
      expect(rows[0]).toEqual(expected[0]);
      expect(rows.findIndex((row, n) => JSON.stringify(row) !== JSON.stringify(expected[n]))).toBe(-1);
    },
  );

  it.each(size([true], [true, false]))(
    'holds the rows of all its row groups, wide ones with faults too (with an offset index: %s)',
    async (hasOffsetIndex) => {
      const rowGroups = [
        { rows: 3_000, hasOffsetIndex },
        { rows: 1 },
        { rows: 700, codec: 'GZIP', hasOffsetIndex } as const,
      ];
      const bytes = largeParquet({ bytes: 4_500_000, rowGroups, columns: FAULTY_COLUMNS });
      expect(bytes.length / 3_701, 'bytes a row').toBeGreaterThan(1_300);
      const { records } = await decodeFile(bytesSource('a.parquet', bytes));
      const rows = records.map((record) => ('value' in record ? record.value : record.rejection));
      const expected = numbers(3_701).map((n) =>
        Object.fromEntries(Object.entries(orderOf(n, FAULTY_COLUMNS)).filter(([, value]) => value !== null)),
      );
      expect(rows.length).toBe(3_701);
      expect(rows).toEqual(JSON.parse(JSON.stringify(expected)));
      expect([expected[5]!.items, expected[11]!.total, expected[7]!._id]).toEqual([0, undefined, expected[6]!._id]);
    },
  );

  it('is written to disk as it is in memory', () => {
    const folder = mkdtempSync(join(tmpdir(), 'large-parquet-'));
    try {
      const path = join(folder, 'orders.parquet');
      const options = { bytes: 200_000, rowGroups: [{ rows: 1_000 }] };
      const { rows, bytes } = writeLargeParquet(path, options);
      expect(readFileSync(path).equals(largeParquet(options))).toBe(true);
      expect([bytes >= 200_000, rows]).toEqual([true, 3_000]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
