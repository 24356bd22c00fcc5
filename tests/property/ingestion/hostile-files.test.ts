import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodedRecord } from '#core/record/record.ts';
import { decodeFile, piecemeal } from '#tests/harness/core/decode.ts';
import { runs } from '#tests/harness/runs.ts';

const lines = (...numbers: readonly number[]): string => numbers.map((n) => `{"n":${n}}\n`).join('');
const bytes = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const utf16 = (text: string, isBigEndian: boolean, mark = ''): Buffer => {
  const little = Buffer.from(mark + text, 'utf16le');
  return isBigEndian ? little.swap16() : little;
};

/** What became of each record, in the order of their rows: its value, or why it was rejected. */
const outcomes = (records: readonly DecodedRecord[]): unknown[] =>
  records.map((record) => ('value' in record ? record.value : record.rejection.code));
const read = (name: string, file: Uint8Array, block = 4_096) => decodeFile(piecemeal(name, file, block), 1_000);

const rows = (...values: readonly (readonly [string, string])[]): object[] =>
  values.map(([id, name]) => ({ id, name }));

/** Files that are rejected as a whole, by the reason. */
const REJECTED: readonly (readonly [string, string, Buffer, string])[] = [
  ['UTF-16 with a mark, little end first', 'a.json', utf16('[{"n":1}]', false, '\ufeff'), 'wrong-format'],
  ['UTF-16 with a mark, big end first', 'a.ndjson', utf16(lines(1, 2), true, '\ufeff'), 'wrong-format'],
  ['UTF-16 without a mark', 'a.ndjson', utf16(lines(1, 2), false), 'wrong-format'],
  ['UTF-32 with a mark', 'a.csv', bytes([0xff, 0xfe, 0, 0, 0x69, 0, 0, 0, 0x64, 0, 0, 0] as never), 'wrong-format'],
  ['UTF-16 without a mark, big end first', 'a.json', utf16('[{"n":1}]', true), 'wrong-format'],
  ['UTF-16 in gzip', 'a.ndjson.gz', gzipSync(utf16(lines(1), true, '\ufeff')), 'wrong-format'],
  ['gzip in gzip', 'a.ndjson.gz', gzipSync(gzipSync(lines(1))), 'wrong-format'],
  ['gzip in gzip, and said so', 'a.ndjson.gz.gz', gzipSync(gzipSync(lines(1))), 'unsupported-format'],
  ['two columns of one name', 'a.csv', bytes('id,id\n1,2\n'), 'invalid-header'],
  ['two columns of one name, but for a blank', 'a.csv', bytes('id, id\n1,2\n'), 'invalid-header'],
  ['columns without a name', 'a.csv', bytes(',,\n1,2,3\n'), 'invalid-header'],
  ['100,000 columns', 'a.csv', bytes(`${'c,'.repeat(99_999)}c\n`), 'invalid-header'],
  ['a header that no message could carry', 'a.csv', bytes(`${'\u0001'.repeat(30_000)},b\n1,2\n`), 'invalid-header'],
  ['a column named as objects are made', 'a.csv', bytes('id,a.constructor\n1,2\n'), 'invalid-header'],
  ['a header in no encoding', 'a.csv', bytes('id,', [0x81] as never, '\n1,2\n'), 'invalid-header'],
  ['a quote in the header that is never closed', 'a.csv', bytes('id,"name\n1,2\n3,4\n'), 'invalid-header'],
  ['a million brackets that open', 'a.json', bytes('['.repeat(1_000_000)), 'malformed'],
  ['JSON with a comment before it', 'a.json', bytes('// records\n[{"n":1}]'), 'wrong-format'],
  ['zeros', 'a.ndjson', Buffer.alloc(5_000), 'wrong-format'],
  ['a Parquet file under another name', 'a.csv', bytes('PAR1', randomBytes(40), 'PAR1'), 'wrong-format'],
];

/** Files with records that can be read and others that can't. */
const MIXED: readonly (readonly [string, string, Buffer, readonly unknown[]])[] = [
  [
    'several gzips in one',
    'a.ndjson.gz',
    bytes(gzipSync(lines(1)), gzipSync(lines(2)), gzipSync('')),
    [{ n: 1 }, { n: 2 }],
  ],
  ['a gzip that is filled up with zeros', 'a.ndjson.gz', bytes(gzipSync(lines(1)), Buffer.alloc(9_000)), [{ n: 1 }]],
  [
    'all sorts of line ends',
    'a.csv',
    bytes('id,name\r\n1,a\r2,b\n3,c\r\n\r\n\n4,"d\r\ne"\r'),
    rows(['1', 'a'], ['2', 'b'], ['3', 'c'], ['4', 'd\r\ne']),
  ],
  [
    'a quote in the middle of a cell',
    'a.csv',
    bytes('id,name\n1,5" pipe\n2,b\n3,"x"y\n4,d\n'),
    ['malformed', ...rows(['2', 'b']), 'malformed', ...rows(['4', 'd'])],
  ],
  [
    'a last row whose quote is never closed',
    'a.csv',
    bytes('id,name\n1,a\n2,"b\n'),
    [...rows(['1', 'a']), 'malformed'],
  ],
  ['lines of nothing but separators', 'a.csv', bytes('id,name\n,\n1,a\n,,\n'), [{}, ...rows(['1', 'a']), 'malformed']],
  [
    'a cell with a zero byte',
    'a.csv',
    bytes(`id,name\n1,a\0b\n${'2,b\n'.repeat(40)}`),
    ['malformed', ...rows(...Array.from({ length: 40 }, () => ['2', 'b'] as const))],
  ],
  [
    'a file appended to another',
    'a.csv',
    bytes('\ufeffid,name\n1,a\n', '\ufeff0,x\n2,b\n'),
    [...rows(['1', 'a']), 'malformed', ...rows(['2', 'b'])],
  ],
  ['a column without a name', 'a.csv', bytes('id,,name\n1,2,a\n'), rows(['1', 'a'])],
  ['lines appended to others', 'a.ndjson', bytes('\ufeff', lines(1), '\ufeff', lines(2)), [{ n: 1 }, { n: 2 }]],
  [
    'marks, separators and characters that nobody sees',
    'a.csv',
    bytes('id,name\n1,\u2028\u202e\u200f\uffff\u{10ffff}\n'),
    rows(['1', '\u2028\u202e\u200f\uffff\u{10ffff}']),
  ],
  ['names of inherited things', 'a.csv', bytes('toString,__proto\n1,2\n'), [{ toString: '1', __proto: '2' }]],
  [
    'overlong UTF-8',
    'a.csv',
    bytes('id,name\n1,', [0xc0, 0xaf] as never, '\n2,b\n'),
    ['invalid-encoding', ...rows(['2', 'b'])],
  ],
  [
    'half a character in UTF-8',
    'a.csv',
    bytes('id,name\n1,', [0xed, 0xa0, 0x80] as never, '\n2,b\n'),
    ['invalid-encoding', ...rows(['2', 'b'])],
  ],
  [
    'numbers of all sorts',
    'a.ndjson',
    bytes(
      ...['1e400', '-0', '9007199254740993', '0x10', 'NaN', 'Infinity', '01', '1.', '.5', '+1', '1_000'].map(
        (text) => `{"n":${text}}\n`,
      ),
    ),
    ['malformed', { n: -0 }, ...Array.from({ length: 9 }, () => 'malformed')],
  ],
  [
    'JSON as people write it by hand',
    'a.ndjson',
    bytes(
      '{"n":1,}\n',
      "{'n':1}\n",
      '{n:1}\n',
      '{"n":1} // one\n',
      '{"n":/* one */1}\n',
      '{"n":1}{"n":2}\n',
      '{"n":1}\n',
    ),
    [...Array.from({ length: 6 }, () => 'malformed'), { n: 1 }],
  ],
  ['one key twice: the last one counts', 'a.ndjson', bytes('{"n":1,"n":2}\n'), [{ n: 2 }]],
  [
    'halves of characters',
    'a.ndjson',
    bytes('{"n":"\\ud800"}\n', '{"\\udfff":1}\n', lines(1)),
    ['invalid-encoding', 'invalid-encoding', { n: 1 }],
  ],
  [
    'zeros in values and keys',
    'a.ndjson',
    bytes('{"\\u0000":"\\u0000"}\n', '{"n":"\0"}\n', lines(1)),
    [{ '\0': '\0' }, 'malformed', { n: 1 }],
  ],
  ['a comma without a record', 'a.json', bytes('[{"n":1},,{"n":2},]'), [{ n: 1 }, 'malformed', { n: 2 }]],
  ['an array of anything', 'a.json', bytes('[1,"a",null,[],{"n":1},"},{"]'), [1, 'a', null, [], { n: 1 }, '},{']],
];

/** Files of which only the beginning can be read. */
const HALF: readonly (readonly [string, string, Buffer, readonly unknown[], string])[] = [
  [
    'a quote that is never closed',
    'a.csv',
    bytes('id,name\n1,a\n2,"b\n3,c\n4,d\n'),
    [...rows(['1', 'a']), 'malformed'],
    'malformed',
  ],
  ['something after the end', 'a.json', bytes('[{"n":1}]\n[{"n":2}]'), [{ n: 1 }], 'malformed'],
  ['a bracket too many', 'a.json', bytes('[{"n":1}]}'), [{ n: 1 }], 'malformed'],
];

/** Files without a record. */
const EMPTY: readonly (readonly [string, string, Buffer])[] = [
  ['nothing', 'a.csv', bytes()],
  ['gzip of nothing', 'a.ndjson.gz', gzipSync('')],
  ['gzip of blank lines', 'a.csv.gz', gzipSync('\n\r\n \n')],
  ['nothing but a mark', 'a.ndjson', bytes('\ufeff')],
  ['nothing but a mark of UTF-16', 'a.csv', bytes([0xff, 0xfe] as never)],
  ['a header and no row', 'a.csv', bytes('id,name\n')],
  ['a header and no row, in UTF-16', 'a.csv', utf16('id,name\n', false, '\ufeff')],
  ['a header and no row, in gzip', 'a.csv.gz', gzipSync('id,name')],
];

describe('a hostile file', () => {
  it.each(EMPTY)('with %s has no record, which is no fault', async (_, name, file) => {
    expect(await read(name, file)).toMatchObject({ records: [], chunks: 0 });
    expect((await read(name, file)).rejection).toBeUndefined();
  });

  it.each(REJECTED)('with %s is rejected', async (_, name, file, code) => {
    for (const block of [7, 4_096]) {
      const { records, rejection } = await read(name, file, file.length > 10_000 ? 65_536 : block);
      expect([records.length, rejection?.code]).toEqual([0, code]);
      expect(rejection?.message).toMatch(/\w/);
    }
  });

  it.each(MIXED)('with %s loses no other record', async (_, name, file, expected) => {
    for (const block of [1, 13, 4_096]) {
      const { records, rejection } = await read(name, file, block);
      expect(rejection).toBeUndefined();
      expect(outcomes(records)).toEqual(expected);
      expect(records.map(({ position }) => position.row)).toEqual(expected.map((_, n) => n + 1));
    }
  });

  it.each(HALF)(
    'with %s gives what is before it, and says that the rest is missing',
    async (_, name, file, expected, code) => {
      for (const block of [1, 4_096]) {
        const { records, rejection } = await read(name, file, block);
        expect(outcomes(records)).toEqual(expected);
        expect(rejection?.code).toBe(code);
      }
    },
  );

  it('with a quote that is never closed is not read to its end, however much the quote swallows', async () => {
    const file = bytes('id,name\n1,a\n2,"b\n', '3,c\n'.repeat(400_000));
    const { records, rejection } = await read('a.csv', file, 65_536);
    expect(outcomes(records)).toEqual([...rows(['1', 'a']), 'too-large']);
    expect(rejection?.message).toContain('quote');
  });

  it('with something behind the end of its gzip is not read as if it were whole', async () => {
    // Portions of zlib end anywhere in it.
    const first = gzipSync(bytes(lines(1), `{"n":"${randomBytes(6_000).toString('hex')}"}\n`));
    for (const zeros of [0, 1, 10, 4_096 - (first.length % 4_096), 9_000]) {
      for (const rest of [bytes('x'), bytes([0x1f] as never), zeros > 0 ? gzipSync(lines(2)) : bytes('garbage')]) {
        const file = bytes(first, Buffer.alloc(zeros), rest);
        expect((await read('a.ndjson.gz', file, 65_536)).rejection?.code).toBe('corrupt-file');
      }
    }
  });

  it('of lines just below and just above a megabyte gives those below, and holds none of the others', async () => {
    const line = (length: number): string => `{"n":"${'x'.repeat(length - 8)}"}`;
    const lengths = [1_048_576, 1_048_577, 1_048_575, 1_100_000, 1_048_576];
    const { records, rejection } = await read(
      'a.ndjson',
      bytes(...lengths.map((length) => `${line(length)}\n`)),
      65_536,
    );
    expect(rejection).toBeUndefined();
    expect(records.map((record) => record.rejection?.code)).toEqual([
      undefined,
      'too-large',
      undefined,
      'too-large',
      undefined,
    ]);
    expect(records.map(({ raw }) => raw?.length)).toEqual([1_048_576, 4_096, 1_048_575, 4_096, 1_048_576]);
  });

  it('with a cell of 100 MB rejects its row and takes the next one', async () => {
    const source = piecemeal('a.csv', Buffer.alloc(0), 1);
    const parts = [
      bytes('id,name\n1,"'),
      ...Array.from({ length: 1_600 }, () => Buffer.alloc(65_536, 'x\n')),
      bytes('"\n2,b\n'),
    ];
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    async function* stream() {
      yield* parts;
    }
    const { records, rejection } = await decodeFile({ ...source, size, stream }, Number.POSITIVE_INFINITY);
    expect(rejection).toBeUndefined();
    expect(outcomes(records)).toEqual(['too-large', ...rows(['2', 'b'])]);
    expect(records[0]!.raw?.length).toBe(4_096);
  });

  it('of random bytes is rejected, or all of its records are', async () => {
    const names = ['a.csv', 'a.ndjson', 'a.jsonl', 'a.json', 'a.parquet'].flatMap((name) => [name, `${name}.gz`]);
    const marks = fc.constantFrom('', 'PAR1', '[', '{', '{"', 'id,name\n', '\ufeff', '\u001f\u008b\b');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        marks,
        fc.uint8Array({ minLength: 1, maxLength: 3_000, size: 'max' }),
        fc.boolean(),
        async (name, mark, noise, isPacked) => {
          const content = bytes(Buffer.from(mark, mark.startsWith('\u001f') ? 'latin1' : 'utf8'), noise);
          const { records, rejection, chunks } = await read(name, isPacked ? gzipSync(content) : content, 100);
          expect(records.length > 0 || rejection !== undefined || chunks === 0).toBe(true);
          expect(records.map(({ position }) => position.row)).toEqual(records.map((_, n) => n + 1));
          for (const record of records) {
            if (!('value' in record)) expect(record.rejection.message).toMatch(/\w/);
          }
        },
      ),
      runs(2, 400),
    );
  });
});
