import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { decodeFile, piecemeal } from '#tests/harness/core/decode.ts';
import { runs } from '#tests/harness/runs.ts';

/** Without backslashes: a CSV that holds some may be readable in two ways, and is rejected then (`ambiguous-format`). */
const cell = fc.oneof(
  fc.string({ maxLength: 8 }).filter((text) => !text.includes('\\')),
  fc.constantFrom('a,b', 'say "hi"', 'two\nlines', 'crlf\r\nin it', '""', 'ünïcödé 🎿', ' spaces ', "'"),
);
const row = fc.record({ id: fc.integer().map(String), name: cell, note: cell });
const rows = fc.array(row, { minLength: 1, maxLength: 40 });
const blockSize = fc.integer({ min: 1, max: 64 });
const chunkSize = fc.integer({ min: 1, max: 400 });

type Row = Readonly<Record<string, string>>;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const WRITERS: Readonly<Record<string, (rows: readonly Row[], end: string) => string>> = {
  'data.ndjson': (all, end) => all.map((one) => JSON.stringify(one) + end).join(''),
  'data.json': (all, end) =>
    `[${end}${all.map((one) => JSON.stringify(one, undefined, 2)).join(`,${end}`)}${end}]${end}`,
  'data.csv': (all, end) =>
    ['id,name,note', ...all.map(({ id, name, note }) => [id, name, note].map((text) => quoted(text!)).join(','))].join(
      end,
    ) + end,
};

/** What a reader of CSV can know: an empty field is an absent one. */
const withoutEmpty = (one: Row): Row => Object.fromEntries(Object.entries(one).filter(([, text]) => text !== ''));

describe('decoding', () => {
  it.each(Object.keys(WRITERS))(
    'gives the records and their numbers back, in whatever pieces %s is read',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(
          rows,
          blockSize,
          chunkSize,
          fc.constantFrom('\n', '\r\n'),
          fc.boolean(),
          async (all, block, chunk, end, bom) => {
            const text = (bom ? '\ufeff' : '') + WRITERS[name]!(all, end);
            const { records, rejection } = await decodeFile(piecemeal(name, Buffer.from(text), block), chunk);
            expect(rejection).toBeUndefined();
            const expected = name.endsWith('.csv') ? all.map(withoutEmpty) : all;
            expect(records.map((record) => ('value' in record ? record.value : record.rejection))).toEqual(expected);
            expect(records.map(({ position }) => position.row)).toEqual(all.map((_, i) => i + 1));
          },
        ),
      );
    },
  );

  it('gives the same records packed with gzip', async () => {
    await fc.assert(
      fc.asyncProperty(rows, blockSize, async (all, block) => {
        const packed = gzipSync(WRITERS['data.ndjson']!(all, '\n'));
        const { records } = await decodeFile(piecemeal('data.ndjson.gz', packed, block));
        expect(records.map((record) => ('value' in record ? record.value : record.rejection))).toEqual(all);
      }),
    );
  });

  it('gives the same records from Parquet, whatever its row groups', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 10 }), async (all, rowGroupSize) => {
        const column = (name: string) => ({
          name,
          data: all.map((one) => (one as Row)[name]!),
          type: 'STRING' as const,
        });
        const bytes = new Uint8Array(
          parquetWriteBuffer({ columnData: ['id', 'name', 'note'].map(column), rowGroupSize }),
        );
        const { records } = await decodeFile(piecemeal('data.parquet', bytes, 100), 1);
        expect(records.map((record) => ('value' in record ? record.value : record.rejection))).toEqual(all);
        expect(records.map(({ position }) => position.row)).toEqual(all.map((_, i) => i + 1));
      }),
      runs(0.15, 30),
    );
  });

  it('does not let a bad line hide its neighbours', async () => {
    const bad = fc.constantFrom(
      '{"a":',
      'nonsense',
      '{"a":1}}',
      '"text',
      `${'['.repeat(100)}${']'.repeat(100)}`,
      '{"__proto__":{"x":1}}',
      '{"\\u005f_proto__":1}',
    );
    await fc.assert(
      fc.asyncProperty(rows, bad, fc.nat(), blockSize, async (all, line, place, block) => {
        const lines = all.map((one) => JSON.stringify(one));
        const at = place % (lines.length + 1);
        const text = [...lines.slice(0, at), line, ...lines.slice(at)].join('\n');
        const { records } = await decodeFile(piecemeal('data.ndjson', Buffer.from(text), block), 50);
        expect(records.filter(({ rejection }) => rejection).map(({ position }) => position.row)).toEqual([at + 1]);
        expect(records.flatMap((record) => ('value' in record ? [record.value] : []))).toEqual(all);
      }),
    );
  });

  it('makes only rejections of random bytes, truncated files and files with other names', async () => {
    const names = ['x.ndjson', 'x.json', 'x.csv', 'x.parquet', 'x.ndjson.gz', 'x.csv.gz', 'x.txt', 'x'];
    const valid = rows.map((all) => Buffer.from(WRITERS['data.csv']!(all, '\n')));
    const packed = valid.map((bytes) => gzipSync(bytes));
    const cut = fc.tuple(fc.oneof(valid, packed), fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length));
    const hostile = fc.oneof(fc.uint8Array({ maxLength: 300 }), cut, packed);
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom(...names), blockSize, async (bytes, name, block) => {
        const { records } = await decodeFile(piecemeal(name, bytes, block), 50);
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
        for (const record of records) expect('value' in record || record.rejection !== undefined).toBe(true);
      }),
      runs(1.5, 300),
    );
  });
});
