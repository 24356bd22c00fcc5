import { ByteWriter, parquetWriteBuffer } from 'hyparquet-writer';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { dictionaryPage, ofPages, plainPage, plainTexts, withFooter } from '#tests/harness/core/crafted-parquet.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';

const MB = 1_048_576;
const texts = (count: number): string[] => Array.from({ length: count }, (_, n) => `text ${n}`);
const good = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data: texts(10), type: 'STRING' }] }));
const footer = (change: Parameters<typeof withFooter>[1]): Uint8Array => withFooter(good, change);
const values = plainTexts(texts(10));
/** A number as Thrift, Snappy and runs write it. */
function varint(number: number): number[] {
  const rest = Math.floor(number / 128);
  return rest === 0 ? [number] : [(number % 128) + 128, ...varint(rest)];
}
/** So many levels of one bit, all the same. */
const levels = (count: number, level: number): number[] => [...varint(count * 2), level];
/** The same as indexes of a dictionary. */
const run = (index: number, count: number): Uint8Array => Uint8Array.from([1, ...levels(count, index)]);
const snappyOf = (length: number, ...rest: number[]): Uint8Array => Uint8Array.from([...varint(length), ...rest]);
/** A page of one row: a list of so many values. */
function listPage(count: number, values: Uint8Array, encoding: string) {
  const [repetition, definition] = [[...levels(1, 0), ...levels(count - 1, 1)], levels(count, 1)];
  const sized = (bytes: number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];
  return plainPage(Buffer.concat([Buffer.from([...sized(repetition), ...sized(definition)]), values]), count, encoding);
}
const snappy = {
  change: (file: Parameters<Parameters<typeof withFooter>[1]>[0]) => {
    file.row_groups[0]!.columns[0]!.meta_data!.codec = 'SNAPPY';
  },
};

const LIES: readonly (readonly [string, Uint8Array])[] = [
  [
    'a footer of two thousand million rows',
    footer((file) => {
      file.num_rows = file.row_groups[0]!.num_rows = 2n ** 31n;
    }),
  ],
  [
    'a footer of fewer rows than none',
    footer((file) => {
      file.num_rows = file.row_groups[0]!.num_rows = -10n;
    }),
  ],
  [
    'a row group of fewer bytes than none',
    footer((file) => {
      file.row_groups[0]!.total_byte_size = -1n;
    }),
  ],
  [
    'a column of fewer bytes than none',
    footer((file) => {
      file.row_groups[0]!.columns[0]!.meta_data!.total_compressed_size = -1n;
    }),
  ],
  [
    'a column before the file',
    footer((file) => {
      file.row_groups[0]!.columns[0]!.meta_data!.data_page_offset = -(2n ** 40n);
    }),
  ],
  [
    'a column behind the file',
    footer((file) => {
      file.row_groups[0]!.columns[0]!.meta_data!.data_page_offset = 2n ** 40n;
    }),
  ],
  [
    'a dictionary behind the file',
    footer((file) => {
      file.row_groups[0]!.columns[0]!.meta_data!.dictionary_page_offset = 2n ** 62n;
    }),
  ],
  [
    'a row group without columns',
    footer((file) => {
      file.row_groups[0]!.columns = [];
    }),
  ],
  [
    'a row group that has another column',
    footer((file) => {
      file.row_groups[0]!.columns[0]!.meta_data!.path_in_schema = ['y'];
    }),
  ],
  [
    'a column of another type than in the schema',
    footer((file) => {
      file.row_groups[0]!.columns[0]!.meta_data!.type = 'INT96';
    }),
  ],
  [
    'no schema',
    footer((file) => {
      file.schema = [{ name: 'root', num_children: 0 }];
    }),
  ],
  [
    'a schema that says more columns than it has',
    footer((file) => {
      file.schema[0]!.num_children = 1_000_000;
    }),
  ],
  [
    'a schema in itself',
    footer((file) => {
      file.schema[1]!.num_children = 1;
    }),
  ],
  [
    'a schema 10,000 levels deep',
    footer((file) => {
      file.schema = [
        { name: 'root', num_children: 1 },
        ...Array.from({ length: 10_000 }, () => ({ name: 'a', num_children: 1 })),
        { name: 'x', type: 'INT32' as const },
      ];
    }),
  ],
  [
    'two columns of one name',
    footer((file) => {
      file.schema[0]!.num_children = 2;
      file.schema.push(file.schema[1]!);
    }),
  ],
  [
    'a page of two thousand million bytes',
    ofPages([plainPage(values, 10, 'PLAIN', { uncompressed_page_size: 2 ** 31 - 1 })]),
  ],
  ['a page of fewer bytes than none', ofPages([plainPage(values, 10, 'PLAIN', { uncompressed_page_size: -5 })])],
  [
    'a page that is longer than the file',
    ofPages([plainPage(values, 10, 'PLAIN', { compressed_page_size: 5_000, uncompressed_page_size: 5_000 })]),
  ],
  ['a page of fewer values than none', ofPages([plainPage(values, -1)])],
  ['a page of two thousand million values', ofPages([plainPage(values, 2 ** 31 - 1)])],
  ['a page with fewer values than it says', ofPages([plainPage(plainTexts(texts(9)), 10)])],
  ['a text that is longer than its page', ofPages([plainPage(Uint8Array.of(255, 255, 255, 255, 65), 10)])],
  ['values in a manner that nobody knows', ofPages([plainPage(values, 10, 'nothing')])],
  ['values from a dictionary that is not there', ofPages([plainPage(run(0, 10), 10, 'RLE_DICTIONARY')])],
  ['values outside of the dictionary', ofPages([dictionaryPage(['a']), plainPage(run(1, 10), 10, 'RLE_DICTIONARY')])],
  [
    'a dictionary of more values than it has',
    ofPages([dictionaryPage(['a'], 2 ** 31 - 1), plainPage(run(0, 10), 10, 'RLE_DICTIONARY')]),
  ],
  [
    'a dictionary of fewer values than none',
    ofPages([dictionaryPage(['a'], -1), plainPage(run(0, 10), 10, 'RLE_DICTIONARY')]),
  ],
  [
    'two dictionaries',
    ofPages([dictionaryPage(['a']), dictionaryPage(['a']), plainPage(run(0, 10), 10, 'RLE_DICTIONARY')]),
  ],
  ['indexes of 200 bits', ofPages([dictionaryPage(['a']), plainPage(Uint8Array.of(200, 20, 0), 10, 'RLE_DICTIONARY')])],
  [
    'levels that are longer than their page',
    ofPages([plainPage(Uint8Array.of(255, 255, 255, 127, 1), 10)], { repetition_type: 'OPTIONAL' }),
  ],
  [
    'differences in blocks of no size',
    ofPages([plainPage(Uint8Array.of(0, 0, 10, 0), 10, 'DELTA_BINARY_PACKED')], { type: 'INT32' }),
  ],
  [
    'differences in blocks of any size',
    ofPages([plainPage(Uint8Array.of(255, 255, 255, 255, 15, 1, 10, 0), 10, 'DELTA_BINARY_PACKED')], { type: 'INT32' }),
  ],
  [
    'a text that begins like more than the one before',
    ofPages([
      plainPage(
        Uint8Array.of(128, 1, 4, 10, 20, 0, 0, 0, 0, 0, 128, 1, 4, 10, 0, 0, 0, 0, 0, 0),
        10,
        'DELTA_BYTE_ARRAY',
      ),
    ]),
  ],
  ['values of fixed length without a length', ofPages([plainPage(values, 10)], { type: 'FIXED_LEN_BYTE_ARRAY' })],
  [
    'a Snappy bomb',
    ofPages([plainPage(snappyOf(2 ** 32, 254, 1, 0), 10, 'PLAIN', { uncompressed_page_size: 100 * MB })], snappy),
  ],
  [
    'a Snappy page that copies from before its beginning',
    ofPages([plainPage(snappyOf(100, 0xfe, 99, 0), 10, 'PLAIN', { uncompressed_page_size: 100 })], snappy),
  ],
  ['no bytes as Snappy', ofPages([plainPage(new Uint8Array(), 10, 'PLAIN', { uncompressed_page_size: 100 })], snappy)],
];

describe('a hostile Parquet file', () => {
  it('is what the good one would be, but for one thing', async () => {
    for (const file of [footer(() => {}), ofPages([plainPage(values, 10)])]) {
      const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
      expect(rejection).toBeUndefined();
      expect(records.map((record) => 'value' in record && record.value)).toEqual(texts(10).map((x) => ({ x })));
    }
  });

  it.each(LIES)('with %s is rejected', async (_, file) => {
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect(['corrupt-file', 'too-large']).toContain(rejection?.code);
    expect(rejection?.message).toMatch(/Parquet|file/);
    expect(records).toEqual([]);
  });

  it('whose footer is nested without end, or longer than any, is rejected', async () => {
    const nested = Buffer.from([
      ...Array.from({ length: 100_000 }, () => 0x1c),
      ...Array.from({ length: 100_000 }, () => 0),
    ]);
    const list = Buffer.from([0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    const text = Buffer.from([0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 65, 0]);
    for (const inside of [nested, list, text]) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(inside.length);
      const file = Buffer.concat([Buffer.from('PAR1'), inside, length, Buffer.from('PAR1')]);
      const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
      expect([records.length, rejection?.code]).toEqual([0, 'corrupt-file']);
    }
  });

  it('says nothing of numbers, keys and characters in a column of JSON that are not in there', async () => {
    const data = ['{"a":9007199254740993}', '{"a":"\\ud800"}', '{"a":{"__proto__":1}}', '{"a":1e400}', '{', '{"a":1}'];
    const file = ofPages([plainPage(plainTexts(data), data.length)], { rows: data.length, converted_type: 'JSON' });
    const { records } = await decodeFile(bytesSource('a.parquet', file));
    expect(records.map((record) => ('value' in record ? record.value : record.rejection.code))).toEqual([
      'malformed',
      'invalid-encoding',
      'malformed',
      'malformed',
      'malformed',
      { x: { a: 1 } },
    ]);
  });

  it('of rows that are each too large holds none of them', async () => {
    // A dictionary holds a text once; written down, every row has it anew.
    const rows = 600;
    const file = ofPages(
      [dictionaryPage([`é${'x'.repeat(MAX_RECORD_BYTES - 4)}`]), plainPage(run(0, rows), rows, 'RLE_DICTIONARY')],
      { rows },
    );
    const before = process.memoryUsage().rss;
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect(rejection).toBeUndefined();
    expect(records.map((record) => [record.position.row, record.rejection?.code])).toEqual(
      Array.from({ length: rows }, (_, n) => [n + 1, 'too-large']),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MB);
  });

  it('with a row that could not even be written down rejects that row', async () => {
    const count = 1_000;
    const file = ofPages([dictionaryPage(['x'.repeat(MB - 100)]), listPage(count, run(0, count), 'RLE_DICTIONARY')], {
      rows: 1,
      repetition_type: 'REPEATED',
      change: ({ row_groups: [group] }) => {
        group!.columns[0]!.meta_data!.num_values = BigInt(count);
      },
    });
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect(rejection).toBeUndefined();
    expect(records.map((record) => record.rejection?.code)).toEqual(['too-large']);
  });

  it('with a list of texts that each begin like the one before is rejected when they are too many to be held', async () => {
    const count = 4_000;
    const writer = new ByteWriter();
    const lengths = Array.from({ length: count }, (_, n) => (n === 0 ? 200_000 : 0));
    deltaBinaryPack(
      writer,
      lengths.map((length) => 200_000 - length),
      'INT32',
    );
    deltaBinaryPack(writer, lengths, 'INT32');
    writer.appendBytes(Buffer.alloc(200_000, 'x'));
    const file = ofPages([listPage(count, writer.getBytes(), 'DELTA_BYTE_ARRAY')], {
      rows: 1,
      repetition_type: 'REPEATED',
      change: ({ row_groups: [group] }) => {
        group!.columns[0]!.meta_data!.num_values = BigInt(count);
      },
    });
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect([records.length, rejection?.code]).toEqual([0, 'too-large']);
  });

  it('with very many values of very many columns in one row is rejected, and does not hold them', async () => {
    const count = 900_000;
    const columns = 60;
    const file = ofPages([dictionaryPage(['a']), listPage(count, run(0, count), 'RLE_DICTIONARY')], {
      rows: 1,
      repetition_type: 'REPEATED',
      change: ({ schema, row_groups: [group] }) => {
        const [first] = group!.columns;
        first!.meta_data!.num_values = BigInt(count);
        schema[0]!.num_children = columns;
        for (let n = 1; n < columns; n++) {
          schema.push({ ...schema[1]!, name: `x${n}` });
          group!.columns.push({ ...first!, meta_data: { ...first!.meta_data!, path_in_schema: [`x${n}`] } });
        }
      },
    });
    const before = process.memoryUsage().rss;
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect([records.length, rejection?.code]).toEqual([0, 'too-large']);
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * MB);
  });

  it('with tens of thousands of columns is rejected', async () => {
    const file = ofPages([plainPage(values, 10)], {
      change: ({ schema, row_groups: [group] }) => {
        const [first] = group!.columns;
        schema[0]!.num_children = 20_000;
        for (let n = 1; n < 20_000; n++) {
          schema.push({ ...schema[1]!, name: `x${n}` });
          group!.columns.push({ ...first!, meta_data: { ...first!.meta_data!, path_in_schema: [`x${n}`] } });
        }
      },
    });
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect([records.length, rejection?.code]).toEqual([0, 'too-large']);
  });

  it('with a footer of millions of empty parts is rejected, and does not hold them', async () => {
    const parts = 8 * MB;
    // Field 2 of the footer, the schema: a long list of structs that end where they begin.
    const inside = Buffer.from([0x15, 0x02, 0x19, 0xfc, ...varint(parts), ...new Uint8Array(10)]);
    const whole = Buffer.concat([inside, Buffer.alloc(parts)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(whole.length);
    const file = Buffer.concat([Buffer.from('PAR1'), whole, length, Buffer.from('PAR1')]);
    const before = process.memoryUsage().rss;
    const { records, rejection } = await decodeFile(bytesSource('a.parquet', file));
    expect([records.length, rejection?.code]).toEqual([0, 'corrupt-file']);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MB);
  });
});
