import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { formatOf } from '#core/ingestion/format.ts';
import { type ByteSource, bytesSource } from '#core/ingestion/source/byte-source.ts';
import { decodeJson } from '#core/ingestion/text/decode-json.ts';
import { MAX_DEPTH, MAX_RECORD_BYTES } from '#core/record/record.ts';
import { decodeFile, recordsOf } from '#tests/harness/core/decode.ts';

const source = (name: string, body: string | Uint8Array): ByteSource =>
  bytesSource(name, typeof body === 'string' ? Buffer.from(body) : body);

/** Values, or the codes of rejections; the rejection of the file comes last. */
async function outcome(name: string, body: string | Uint8Array): Promise<unknown[]> {
  const { records, rejection } = await decodeFile(source(name, body));
  const each = records.map((record) => record.rejection?.code ?? ('value' in record ? record.value : undefined));
  return rejection ? [...each, rejection.code] : each;
}

describe('the name of a file', () => {
  it.each([
    ['landing/x/a.ndjson', { format: 'ndjson', gzip: false }],
    ['a.JSONL.GZ', { format: 'ndjson', gzip: true }],
    ['a.b.json', { format: 'json', gzip: false }],
    ['a.csv.gz', { format: 'csv', gzip: true }],
    ['a.parquet', { format: 'parquet', gzip: false }],
    ['a.tsv', { format: 'csv', gzip: false }],
    ['a.ndjson.zst', { format: 'ndjson', gzip: true }],
    ['a.gz', undefined],
    ['a.csv.zip', undefined],
    ['csv', undefined],
    ['a.constructor', undefined],
  ])('%s says what is inside', (name, expected) => expect(formatOf(name)).toEqual(expected));
});

describe('a .json file', () => {
  it.each([
    ['an array', ' [ {"n":1} , {"n":2} ]\n', [{ n: 1 }, { n: 2 }]],
    ['an empty array', '[]', []],
    ['an object over several lines', '{\n "n": 1\n}\n', [{ n: 1 }]],
    ['objects over several lines', '{"n":\n1}\n{"n":\n2}', [{ n: 1 }, { n: 2 }]],
    ['an object a line', '{"n":"}{"}\n{"n":2}', [{ n: '}{' }, { n: 2 }]],
    ['a line that was cut off, then another', '{"n":1\n{"n":2}', ['malformed', { n: 2 }]],
    ['a line with an open quote, then another', '{"n":"1\n{"n":2}', ['malformed', { n: 2 }]],
    ['an array with a broken element', '[{"n":1},{"n":tru},{"n":3}]', [{ n: 1 }, 'malformed', { n: 3 }]],
    ['an array with a comma too many', '[{"n":1},,{"n":3}]', [{ n: 1 }, 'malformed', { n: 3 }]],
    ['an array that is closed twice', '[{"n":1}]]', [{ n: 1 }, 'malformed']],
    ['an array with a brace too many', '[{"n":1}},{"n":2}]', ['malformed']],
    ['no JSON', '<html></html>', ['wrong-format']],
  ])('may hold %s', async (_, body, expected) => {
    expect(await outcome('a.json', body)).toEqual(expected);
    expect(await outcome('a.json', `\ufeff${body}`)).toEqual(expected);
    expect(await outcome('a.json.gz', gzipSync(body))).toEqual(expected);
  });
});

describe('a CSV file', () => {
  it.each([
    ['quotes, and line ends inside of them', 'a,b\n"1,""2""\r\n3",x\r\n', [{ a: '1,"2"\r\n3', b: 'x' }]],
    [
      'line ends of old',
      'a,b\r1,2\r3,4\r',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['blank lines', '\n\na,b\n\n1,2\n \n', [{ a: '1', b: '2' }]],
    ['a name in quotes after a byte order mark', '\ufeff"a",b\n1,2', [{ a: '1', b: '2' }]],
    ['a quote inside a field', 'a,b\n5" pipe,2\n3,4', ['malformed', { a: '3', b: '4' }]],
    ['text after a closing quote', 'a,b\n"1"x,2\n3,4', ['malformed', { a: '3', b: '4' }]],
    ['a quote that is never closed in its last row', 'a,b\n1,2\n"3,4\n', [{ a: '1', b: '2' }, 'malformed']],
    ['a quote that swallows its rest', 'a,b\n1,2\n"3,4\n5,6', [{ a: '1', b: '2' }, 'malformed', 'malformed']],
    ['semicolons', 'a;b\n1;2', [{ a: '1', b: '2' }]],
    ['a reserved name', 'a,x.__proto__\n1,2', ['invalid-header']],
    ['UTF-16', Buffer.from('\ufeffa,b\n1,2', 'utf16le'), [{ a: '1', b: '2' }]],
    ['a header in another encoding', Buffer.from('n\u00e4me,b\n1,2', 'latin1'), [{ näme: '1', b: '2' }]],
  ])('may have %s', async (_, body, expected) => {
    expect(await outcome('a.csv', body)).toEqual(expected);
    expect(await outcome('a.csv.gz', gzipSync(body))).toEqual(expected);
  });

  it('without a header does not tell who is in its first row', async () => {
    const { rejection } = await decodeFile(source('a.csv', 'ann@example.com,ann@example.com,\nbob@example.com,x,y\n'));
    expect(rejection?.code).toBe('invalid-header');
    expect(JSON.stringify(rejection)).not.toContain('ann');
  });

  it('gives no row larger than allowed', async () => {
    const { records } = await decodeFile(source('a.csv', `a,b\n1,2\n3,"${'\n'.repeat(2 * MAX_RECORD_BYTES)}"\n5,6\n`));
    expect(records.map(({ rejection }) => rejection?.code)).toEqual([undefined, 'too-large', undefined]);
  });
});

describe('a record of JSON', () => {
  const decode = (text: string) => decodeJson(Buffer.from(text)).rejection;
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it('may be as deep and as large as allowed, and no more', () => {
    expect(decode(nested(MAX_DEPTH))).toBeUndefined();
    expect(decode(nested(MAX_DEPTH + 1))?.code).toBe('too-deep');
    expect(decode(nested(500_000))?.code).toBe('too-deep');
    expect(decode(`"${'x'.repeat(MAX_RECORD_BYTES - 2)}"`)).toBeUndefined();
    expect(decode(`"${'x'.repeat(MAX_RECORD_BYTES - 1)}"`)?.code).toBe('too-large');
  });

  it.each(['{"__proto__":{"polluted":1}}', '{"a":[{"\\u005f_proto__":1}]}', '{"constructor":{"prototype":{}}}'])(
    'is not let into prototypes: %s',
    (text) => {
      expect(decode(text)?.code).toBe('malformed');
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );

  it.each(['{"mail":"secret', '{"mail":secret}', 'secret in JSON at position 12', '{"secret":1}}', '{secret'])(
    'is not quoted when it is rejected: %s',
    (text) => {
      const rejection = decode(text);
      expect(rejection?.code).toBe('malformed');
      expect(JSON.stringify(rejection)).not.toMatch(/secret|12/);
    },
  );
});

describe('trouble that is not of the file', () => {
  const failing = (name: string, bytes: Uint8Array): ByteSource => ({
    ...bytesSource(name, bytes),
    async *stream() {
      yield bytes.subarray(0, bytes.length - 5);
      throw new Error('the network is down');
    },
  });

  it.each([
    ['a.ndjson', Buffer.from('{"n":1}\n{"n":2}\n')],
    ['a.ndjson.gz', gzipSync('{"n":1}\n{"n":2}\n')],
    ['a.json', Buffer.from('[{"n":1},{"n":2}]')],
  ])('is not taken for a rejection: %s', async (name, bytes) => {
    const plan = await listChunks(source(name, bytes), { targetBytes: 1_000 });
    const records = Array.fromAsync(recordsOf(failing(name, bytes), plan, plan.chunks[0]!));
    await expect(records).rejects.toThrow('the network is down');
  });

  it('is not caused by a reader that stops early', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ n })).join('\n');
    const packed = source('a.ndjson.gz', gzipSync(lines));
    const plan = await listChunks(packed, { targetBytes: 1_000 });
    for await (const record of recordsOf(packed, plan, plan.chunks[0]!)) {
      expect(record.position.row).toBe(1);
      break;
    }
  });
});
