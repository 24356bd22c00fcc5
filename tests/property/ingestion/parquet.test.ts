import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { FileRejectedError } from '#core/record/record.ts';
import { decodeFile, recordsOf } from '#tests/harness/core/decode.ts';
import { runs } from '#tests/harness/runs.ts';

/** A kind of column: what is written, and what must come out of it. */
interface Kind {
  readonly schema: (name: string) => readonly SchemaElement[];
  readonly value: fc.Arbitrary<unknown>;
  readonly isFlat: boolean;
}

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('red', 'green', 'ünïcödé 🎿', '', '\u0000', 'x'.repeat(300)),
);
const number = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null, freq: 4 });

const flat = (element: Partial<SchemaElement>, value: fc.Arbitrary<unknown>): Kind => ({
  schema: (name) => [{ name, repetition_type: 'OPTIONAL', ...element }],
  value: maybe(value),
  isFlat: true,
});
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const list = (name: string, ...item: SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...item,
];
const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 5 });

const KINDS: readonly Kind[] = [
  flat(TEXT, text),
  flat({ type: 'INT32' }, number),
  flat(
    { type: 'DOUBLE' },
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  ),
  flat({ type: 'BOOLEAN' }, fc.boolean()),
  {
    schema: (name) => list(name, { name: 'element', repetition_type: 'OPTIONAL', ...TEXT }),
    value: maybe(few(maybe(text))),
    isFlat: false,
  },
  {
    schema: (name) => [
      ...list(name, ...list('element', { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 })),
      { name: 'a', repetition_type: 'OPTIONAL', type: 'INT32' },
      { name: 'b', repetition_type: 'REQUIRED', ...TEXT },
    ],
    value: maybe(few(maybe(few(maybe(fc.record({ a: maybe(number), b: text })))))),
    isFlat: false,
  },
  {
    schema: (name) => [
      { name, repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'x', repetition_type: 'OPTIONAL', type: 'INT32' },
      { name: 'y', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'z', repetition_type: 'OPTIONAL', ...TEXT },
    ],
    value: maybe(fc.record({ x: maybe(number), y: maybe(fc.record({ z: maybe(text) })) })),
    isFlat: false,
  },
  {
    schema: (name) => [
      { name, repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', ...TEXT },
      { name: 'value', repetition_type: 'OPTIONAL', type: 'INT32' },
    ],
    value: maybe(fc.dictionary(fc.constantFrom('VA6', 'OR2', 'ü', ''), maybe(number))),
    isFlat: false,
  },
];

/** What of a value JSON keeps: nothing that is null. */
function kept(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map(kept).filter((item) => item !== undefined);
  const fields = Object.entries(value).map(([name, inside]) => [name, kept(inside)] as const);
  return Object.fromEntries(fields.filter(([, inside]) => inside !== undefined));
}

const table = fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 4 }).chain((kinds) =>
  fc.record({
    kinds: fc.constant(kinds),
    rows: fc.array(fc.tuple(...kinds.map(({ value }) => value)), { minLength: 1, maxLength: 60 }),
  }),
);
const layout = fc.record({
  codec: fc.constantFrom('SNAPPY', 'UNCOMPRESSED', 'GZIP', 'ZSTD'),
  pageSize: fc.constantFrom(1, 20, 200, 1_048_576),
  rowGroupSize: fc.constantFrom(7, 1_000),
  encoding: fc.constantFrom(undefined, 'PLAIN', 'RLE_DICTIONARY'),
});

function write(
  { kinds, rows }: { kinds: readonly Kind[]; rows: readonly unknown[][] },
  { encoding, ...options }: { codec: string; pageSize: number; rowGroupSize: number; encoding: string | undefined },
): { bytes: Uint8Array; expected: unknown[] } {
  const names = kinds.map((_, i) => `c${i}`);
  const bytes = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: kinds.length }, ...kinds.flatMap(({ schema }, i) => schema(names[i]!))],
    columnData: names.map((name, i) => ({
      name,
      data: rows.map((row) => row[i]),
      ...(encoding !== undefined && kinds[i]!.isFlat && { encoding: encoding as 'PLAIN' }),
    })),
    compressors: {
      GZIP: (input) => new Uint8Array(gzipSync(input)),
      ZSTD: (input) => new Uint8Array(zstdCompressSync(input)),
    },
    ...(options as object),
  });
  const expected = rows.map((row) => kept(Object.fromEntries(names.map((name, i) => [name, row[i]]))));
  return { bytes: new Uint8Array(bytes), expected };
}

describe('rows written as Parquet', () => {
  it('come out as they are, whatever their schema, pages, row groups and codec', async () => {
    await fc.assert(
      fc.asyncProperty(table, layout, async (written, how) => {
        const { bytes, expected } = write(written, how);
        const { records, rejection } = await decodeFile(bytesSource('a.parquet', bytes), 1_000);
        expect(rejection).toBeUndefined();
        // Of a struct whose fields all are null, the first is told as null.
        expect(records.map((record) => ('value' in record ? kept(record.value) : record.rejection))).toEqual(expected);
      }),
      runs(0.75, 150),
    );
  });

  it('come out the same when several workers share a row group', async () => {
    await fc.assert(
      fc.asyncProperty(table, layout, fc.nat(), async (written, how, cut) => {
        const { bytes, expected } = write(written, { ...how, rowGroupSize: 1_000 });
        const at = cut % expected.length;
        const values: unknown[] = [];
        for (const [skip, rows] of [
          [0, at],
          [at, expected.length - at],
        ] as const) {
          const chunk = { index: 0, start: 0, end: 1, firstRow: skip + 1, skip, rows };
          for await (const record of recordsOf(
            bytesSource('a.parquet', bytes),
            { format: 'parquet', gzip: false },
            chunk,
          )) {
            expect(record.position.row).toBe(values.length + 1);
            values.push('value' in record ? kept(record.value) : record.rejection);
          }
        }
        expect(values).toEqual(expected);
      }),
      runs(0.75, 150),
    );
  });
});

describe('a Parquet file that lies', () => {
  /** A file of one column whose footer was changed before it was written. */
  function lying(change: (file: ParquetWriter) => void): Uint8Array {
    const writer = new ByteWriter();
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1 },
      { name: 'x', repetition_type: 'OPTIONAL', type: 'INT32' },
    ];
    const file = new ParquetWriter({ writer, schema });
    file.write({ columnData: [{ name: 'x', data: Array.from({ length: 100 }, (_, n) => (n < 50 ? n : null)) }] });
    change(file);
    file.finish();
    return writer.getBytes();
  }
  const claim = (rows: bigint) => (file: ParquetWriter) => {
    file.num_rows = rows;
    file.row_groups[0]!.num_rows = rows;
    file.row_groups[0]!.columns[0]!.meta_data!.num_values = rows;
  };

  it.each<[string, (file: ParquetWriter) => void, string]>([
    ['of more rows than there are', claim(101n), 'corrupt-file'],
    ['of fewer rows than there are', claim(99n), 'corrupt-file'],
    ['of a thousand million rows', claim(1_000_000_000n), 'corrupt-file'],
    [
      'of its number of rows only',
      (file) => {
        file.num_rows = 7n;
      },
      'corrupt-file',
    ],
    [
      'of a codec it does not use',
      (file) => {
        file.row_groups[0]!.columns[0]!.meta_data!.codec = 'ZSTD';
      },
      'corrupt-file',
    ],
    [
      'of where its column ends',
      (file) => {
        file.row_groups[0]!.columns[0]!.meta_data!.total_compressed_size = 9n;
      },
      'corrupt-file',
    ],
  ])('%s is rejected, after rows that could be read', async (_, change, code) => {
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', lying(change)));
    expect(rejection?.code).toBe(code);
    expect(records.length).toBeLessThanOrEqual(100);
  });

  it('of more rows than its bytes can tell apart is rejected before it is divided', async () => {
    const writer = new ByteWriter();
    const file = new ParquetWriter({
      writer,
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'x', type: 'INT32', repetition_type: 'OPTIONAL' },
      ],
    });
    file.write({ columnData: [{ name: 'x', data: [null] }] });
    const group = file.row_groups[0]!;
    group.columns[0]!.meta_data!.num_values = 16_000_000n;
    group.num_rows = 16_000_000n;
    file.row_groups = [group, group, group];
    file.num_rows = 48_000_000n;
    file.finish();
    const { rejection, chunks } = await decodeFile(bytesSource('a.parquet', writer.getBytes()));
    expect([rejection?.code, chunks]).toEqual(['too-large', 0]);
  });

  it('is rejected as a file, and by nothing else, when a part of it is read', async () => {
    const bytes = lying(claim(101n));
    const chunk = { index: 0, start: 0, end: 1, firstRow: 101, skip: 100, rows: 1 };
    const reading = Array.fromAsync(
      recordsOf(bytesSource('a.parquet', bytes), { format: 'parquet', gzip: false }, chunk),
    );
    await expect(reading).rejects.toThrow(FileRejectedError);
  });
});
