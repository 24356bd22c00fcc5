import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { decodeFile, piecemeal } from '#tests/harness/core/decode.ts';
import { runs } from '#tests/harness/runs.ts';

const count = 40;
const each = <T>(make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

const ndjson = Buffer.from(each((n) => JSON.stringify({ n, list: [n, { deep: 'x"y' }] })).join('\n'));
const array = Buffer.from(JSON.stringify(each((n) => ({ n, text: '},]' }))));
const csv = Buffer.from(`id,name\n${each((n) => `${n},"a ""b"" ${n}\n"`).join('\n')}`);
const columns = [
  { name: 'n', data: each((n) => n), type: 'INT32', encoding: 'DELTA_BINARY_PACKED' },
  { name: 's', data: each((n) => (n % 5 === 0 ? null : `s${n % 3}`)), type: 'STRING' },
  { name: 'b', data: each((n) => n % 2 === 0), type: 'BOOLEAN', encoding: 'RLE' },
  { name: 't', data: each((n) => `text ${n}`), type: 'STRING', encoding: 'DELTA_BYTE_ARRAY' },
  { name: 'at', data: each((n) => new Date(n)), type: 'TIMESTAMP' },
] as const;
const parquet = (codec: 'SNAPPY' | 'UNCOMPRESSED') =>
  Buffer.from(parquetWriteBuffer({ columnData: columns.map((column) => ({ ...column })), rowGroupSize: 16, codec }));

const FILES: readonly (readonly [string, Buffer])[] = [
  ['a.ndjson', ndjson],
  ['a.json', array],
  ['a.csv', csv],
  ['a.ndjson.gz', gzipSync(ndjson)],
  ['a.csv.gz', gzipSync(csv)],
  ['a.parquet', parquet('SNAPPY')],
  ['b.parquet', parquet('UNCOMPRESSED')],
  ['a.parquet.gz', gzipSync(parquet('SNAPPY'))],
];

/** Bytes that numbers, lengths and counts are made of. */
const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x0a, 0x5b, 0x7d));
const damage = fc.array(fc.tuple(fc.nat(), fc.array(byte, { minLength: 1, maxLength: 6 })), { maxLength: 4 });

function damaged(bytes: Buffer, places: readonly (readonly [number, readonly number[]])[], cut: number): Buffer {
  const copy = Buffer.from(bytes);
  for (const [place, values] of places) copy.set(values.slice(0, copy.length), place % (copy.length - values.length));
  return cut === 0 ? copy : copy.subarray(0, cut % copy.length);
}

describe('damaged files', () => {
  it.each(FILES)(
    '%s: whatever the damage, records come out, are rejected, or the file is; nothing else happens',
    async (name, bytes) => {
      expect((await decodeFile(piecemeal(name, bytes, 100))).records.length, 'undamaged').toBe(count);
      await fc.assert(
        fc.asyncProperty(
          damage,
          fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat()),
          fc.integer({ min: 20, max: 4_096 }),
          async (places, cut, block) => {
            const { records } = await decodeFile(piecemeal(name, damaged(bytes, places, cut), block), 200);
            // Damage adds line ends at most.
            expect(records.length).toBeLessThanOrEqual(count + 24);
            for (const record of records) expect(record.rejection !== undefined || 'value' in record).toBe(true);
            expect(records.map(({ position }) => position.row)).toEqual(records.map((_, i) => i + 1));
          },
        ),
        { ...runs(0.75, 150), endOnFailure: true },
      );
    },
    60_000,
  );

  it('that are cut off give the records before the cut', async () => {
    // The last row of a bare CSV file may be cut so that it is a row all the same, and Parquet begins at its end.
    const files = FILES.filter(([name]) => name !== 'a.csv' && !name.includes('parquet'));
    for (const [name, bytes] of files) {
      const whole = (await decodeFile(piecemeal(name, bytes, 100))).records;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: bytes.length - 1 }), async (cut) => {
          const { records } = await decodeFile(piecemeal(name, bytes.subarray(0, cut), 100));
          const read = records.flatMap((record) => ('value' in record ? [record.value] : []));
          expect(read).toEqual(whole.slice(0, read.length).map((record) => 'value' in record && record.value));
          expect(records.length - read.length, 'the one that was cut').toBeLessThanOrEqual(1);
        }),
        runs(0.15, 30),
      );
    }
  });
});
