import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';

type Options = Parameters<typeof parquetWriteBuffer>[0];
type Element = NonNullable<Options['schema']>[number];

const write = (options: Options): Uint8Array => new Uint8Array(parquetWriteBuffer(options));
const read = async (bytes: Uint8Array, name = 'a.parquet') => decodeFile(bytesSource(name, bytes), 1);

/** One column of the given type, through a file and back. */
async function column(element: Partial<Element>, data: unknown[]) {
  const schema: Element[] = [
    { name: 'root', num_children: 1 },
    { name: 'x', repetition_type: 'OPTIONAL', ...element },
  ];
  const { records, rejection } = await read(write({ columnData: [{ name: 'x', data }], schema }));
  expect(rejection).toBeUndefined();
  return records.map((record) => record.rejection?.code ?? ('value' in record ? record.value : undefined));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a Parquet file', () => {
  it.each<[string, Partial<Element>, unknown[], unknown[]]>([
    [
      'whole numbers, exact or as text',
      { type: 'INT64' },
      [5n, 2n ** 60n, null],
      [{ x: 5 }, { x: `${2n ** 60n}` }, {}],
    ],
    ['fractions, without those that are no number', { type: 'DOUBLE' }, [0.5, Number.NaN], [{ x: 0.5 }, {}]],
    ['no infinite numbers', { type: 'DOUBLE' }, [Infinity, 1], ['malformed', { x: 1 }]],
    [
      'numbers of 16 bits',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, logical_type: { type: 'FLOAT16' } },
      [0.5, -2, 65_504, 2 ** -24, -Infinity, Number.NaN, null],
      [{ x: 0.5 }, { x: -2 }, { x: 65_504 }, { x: 2 ** -24 }, 'malformed', {}, {}],
    ],
    [
      'instants',
      { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
      [new Date(0)],
      [{ x: '1970-01-01T00:00:00.000Z' }],
    ],
    [
      'times of a day, of UTC or of nobody knows where',
      { type: 'INT32', converted_type: 'TIME_MILLIS' },
      [3_723_004, 86_400_000],
      [{ x: '01:02:03.004Z' }, 'malformed'],
    ],
    [
      'times of a day in finer units',
      { type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } },
      [86_399_999_999n],
      [{ x: '23:59:59.999' }],
    ],
    ['days', { type: 'INT32', converted_type: 'DATE' }, [new Date(86_400_000)], [{ x: '1970-01-02' }]],
    [
      'no instants out of the calendar',
      { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
      [2n ** 62n],
      ['malformed'],
    ],
    ['text', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, ['é', '', null], [{ x: 'é' }, { x: '' }, {}]],
    [
      'no text in another encoding',
      { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      [Uint8Array.of(0xfc), Uint8Array.of(65)],
      ['invalid-encoding', { x: 'A' }],
    ],
    [
      'bytes, as text or base64',
      { type: 'BYTE_ARRAY' },
      [Uint8Array.of(65, 66), Uint8Array.of(0xff)],
      [{ x: 'AB' }, { x: '/w==' }],
    ],
    ['JSON', { type: 'BYTE_ARRAY', converted_type: 'JSON' }, [{ a: [1] }], [{ x: { a: [1] } }]],
    [
      'decimals, exactly',
      { type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9 },
      [0.57, 20.8, 1.1],
      [{ x: 0.57 }, { x: 20.8 }, { x: 1.1 }],
    ],
  ])('holds %s', async (_, element, data, expected) => expect(await column(element, data)).toEqual(expected));

  it('holds lists, maps and structs; what is null is left out of them', async () => {
    const schema: Element[] = [
      { name: 'root', num_children: 3 },
      { name: 'tags', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'regions', repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'value', repetition_type: 'OPTIONAL', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9 },
      { name: 'name', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'first', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'price', repetition_type: 'OPTIONAL', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9 },
    ];
    const columnData = [
      { name: 'tags', data: [['a', null, 'b'], null] },
      { name: 'regions', data: [{ VA6: 0.57, OR2: null }, null] },
      { name: 'name', data: [{ first: 'Ann', price: 0.57 }, null] },
    ];
    const { records } = await read(write({ columnData, schema }));
    expect(records.map((record) => 'value' in record && record.value)).toEqual([
      { tags: ['a', 'b'], regions: { VA6: 0.57 }, name: { first: 'Ann', price: 0.57 } },
      {},
    ]);
  });

  it('tells which fields are null where that is wanted: of rows and structs, not of lists and maps', async () => {
    const schema: Element[] = [
      { name: 'root', num_children: 4 },
      { name: 'n', repetition_type: 'OPTIONAL', type: 'DOUBLE' },
      { name: 'tags', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'name', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'first', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'last', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'city', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    ];
    const columnData = [
      { name: 'n', data: [Number.NaN, 1, null] },
      { name: 'tags', data: [['a', null], null, []] },
      { name: 'name', data: [{ first: 'Ann', last: null }, null, { first: null, last: null }] },
      { name: 'city', data: ['Oslo', null, null] },
    ];
    const bytes = write({ columnData, schema });
    const source = bytesSource('a.parquet', bytes);
    const valuesOf = async (nulls?: 'null' | 'omitted') => {
      const plan = await listChunks(source, { targetBytes: 1e6 });
      const rows = await Array.fromAsync(decodeChunk(source, plan, plan.chunks[0]!, nulls));
      return rows.flat().map((record) => 'value' in record && record.value);
    };
    expect(await valuesOf('null')).toEqual([
      { n: null, tags: ['a'], name: { first: 'Ann', last: null }, city: 'Oslo' },
      { n: 1, tags: null, name: null, city: null },
      { n: null, tags: [], name: { first: null, last: null }, city: null },
    ]);
    // A struct whose fields all are null is not one that has no fields: what that means is for the schema to say.
    const usual = [
      { tags: ['a'], name: { first: 'Ann' }, city: 'Oslo' },
      { n: 1 },
      { tags: [], name: { first: null } },
    ];
    expect(await valuesOf()).toEqual(usual);
  });

  it.each([
    ['GZIP', gzipSync],
    ['ZSTD', zstdCompressSync],
    ['BROTLI', brotliCompressSync],
  ] as const)('may be packed with %s, and in gzip besides', async (codec, pack) => {
    const compressors = { [codec]: (bytes: Uint8Array) => new Uint8Array(pack(bytes)) };
    const bytes = write({ columnData: [{ name: 'n', data: numbers(100), type: 'INT32' }], codec, compressors });
    const expected = numbers(100).map((n) => ({ n }));
    const values = async (...file: Parameters<typeof read>) =>
      (await read(...file)).records.map((record) => 'value' in record && record.value);
    expect(await values(bytes)).toEqual(expected);
    expect(await values(gzipSync(bytes), 'a.parquet.gz')).toEqual(expected);
  });

  it('is divided by its row groups', async () => {
    const bytes = write({ columnData: [{ name: 'n', data: numbers(95), type: 'INT32' }], rowGroupSize: 10 });
    const plan = async (targetBytes: number) =>
      (await listChunks(bytesSource('a.parquet', bytes), { targetBytes })).chunks;
    expect((await plan(1)).map(({ start, end, firstRow, rows }) => [start, end, firstRow, rows])).toEqual(
      numbers(10).map((i) => [i, i + 1, 10 * i + 1, i === 9 ? 5 : 10]),
    );
    expect(await plan(1_000_000)).toEqual([{ index: 0, start: 0, end: 10, firstRow: 1, rows: 95 }]);
  });

  /** Of pyarrow, which writes a row group without rows and pages. */
  const NO_ROWS =
    'UEFSMRUEGSw1ABgGc2NoZW1hFQIAFQAlAhgBYgAWABkcGRwmABwVABkVBhkYAWIVABYAFgAWACYASQwAABYAFgAmABYAACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAABqAAAAUEFSMQ==';
  it.each([
    ['a row group without rows', Buffer.from(NO_ROWS, 'base64')],
    ['no row group', write({ columnData: [{ name: 'n', data: [], type: 'INT32' }] })],
  ])('has no record, which is no fault, when it has %s', async (_, bytes) => {
    expect(await read(bytes)).toEqual({ records: [], chunks: 0 });
  });

  it('is rejected when a column has a reserved name', async () => {
    const { rejection } = await read(write({ columnData: [{ name: '__proto__', data: ['x'], type: 'STRING' }] }));
    expect(rejection?.code).toBe('invalid-header');
  });

  it('is not let into prototypes by JSON or a map', async () => {
    const options = { codec: 'UNCOMPRESSED', statistics: false } as const;
    const json = write({
      columnData: [{ name: 'x', data: [{ '--proto--': { polluted: 1 } }], type: 'JSON' }],
      ...options,
    });
    const schema: Element[] = [
      { name: 'root', num_children: 1 },
      { name: 'x', repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'value', repetition_type: 'OPTIONAL', type: 'INT32' },
    ];
    const map = write({ columnData: [{ name: 'x', data: [{ '--proto--': 1, good: 2 }] }], schema, ...options });
    for (const bytes of [json, map]) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text).toContain('--proto--');
      const { records } = await read(Buffer.from(text.replaceAll('--proto--', '__proto__'), 'latin1'));
      expect(records.map(({ rejection }) => rejection?.code)).toEqual(['malformed']);
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('gives the row groups before a damage', async () => {
    const bytes = write({ columnData: [{ name: 'n', data: numbers(20), type: 'INT32' }], rowGroupSize: 10 });
    const second = Number(parquetMetadata(bytes).row_groups[1]!.columns[0]!.meta_data!.data_page_offset);
    const { records, rejection } = await read(bytes.fill(0xff, second, second + 8));
    expect(records.map((record) => 'value' in record && record.value)).toEqual(numbers(10).map((n) => ({ n })));
    expect(rejection?.code).toBe('corrupt-file');
  });
});
