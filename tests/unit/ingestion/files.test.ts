import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';

const file = (name: string, body: string | Uint8Array) =>
  bytesSource(name, typeof body === 'string' ? Buffer.from(body) : body);

describe('files that cannot be used', () => {
  it.each([
    ['an unknown suffix', 'a.xlsx', 'PK', 'unsupported-format'],
    ['text that is called gzip', 'a.csv.gz', 'id\n1\n', 'wrong-format'],
    ['gzip that is called text', 'a.csv', gzipSync('id\n1\n'), 'wrong-format'],
    ['text that is called Parquet', 'a.parquet', 'id,name\n1,x\n', 'wrong-format'],
    ['binary that is called CSV', 'a.csv', new Uint8Array([1, 0, 2, 0]), 'wrong-format'],
    ['a header that names a column twice', 'a.csv', 'id,id\n1,2\n', 'invalid-header'],
    ['a header in which no column has a name', 'a.csv', ',\n1,2\n', 'invalid-header'],
  ])('%s', async (_, name, body, code) => {
    const { rejection, records } = await decodeFile(file(name, body));
    expect(rejection?.code).toBe(code);
    expect(rejection?.expected).toBeTruthy();
    expect(records).toEqual([]);
  });

  it('keeps what was read before a gzip breaks', async () => {
    const lines = Array.from({ length: 50_000 }, (_, n) => JSON.stringify({ n, noise: Math.sin(n) })).join('\n');
    const packed = gzipSync(lines);
    const { records, rejection } = await decodeFile(file('a.ndjson.gz', packed.subarray(0, packed.length - 1_000)));
    expect(rejection?.code).toBe('corrupt-file');
    expect(records.length).toBeGreaterThan(1_000);
  });

  it('stops unpacking a bomb', async () => {
    const { rejection } = await decodeFile(file('a.ndjson.gz', gzipSync(Buffer.alloc(200 * 1_048_576, 0x20))));
    expect(rejection?.code).toBe('corrupt-file');
  });

  it('says where a JSON array was cut off, after the records before it', async () => {
    const { records, rejection } = await decodeFile(file('a.json', '[{"n":1},{"n":2},{"n":'));
    expect(records.length).toBe(2);
    expect(rejection?.code).toBe('malformed');
  });
});

describe('records that cannot be read', () => {
  const rejections = async (name: string, body: string | Uint8Array) =>
    (await decodeFile(file(name, body))).records.map(({ position, rejection }) => [position.row, rejection?.code]);

  it('are rejected with their row', async () => {
    expect(await rejections('a.ndjson', '{"n":1}\n{"n":\n\n{"n":3}')).toEqual([
      [1, undefined],
      [2, 'malformed'],
      [3, undefined],
    ]);
  });

  it('that are too large do not reach memory, and the next one is read', async () => {
    const body = `{"n":1}\n{"x":"${'y'.repeat(3 * MAX_RECORD_BYTES)}"}\n{"n":3}\n`;
    const { records } = await decodeFile(file('a.ndjson', body));
    expect(records.map(({ rejection }) => rejection?.code)).toEqual([undefined, 'too-large', undefined]);
    expect(records[1]!.raw?.length).toBeLessThanOrEqual(4_096);
  });

  it('in another encoding are rejected alone', async () => {
    const body = Buffer.concat([Buffer.from('id,name\n1,Ä\n2,M'), Buffer.from([0xfc]), Buffer.from('ller\n3,Ö\n')]);
    expect(await rejections('a.csv', body)).toEqual([
      [1, undefined],
      [2, 'invalid-encoding'],
      [3, undefined],
    ]);
  });

  it('with too few or too many columns are rejected', async () => {
    expect(await rejections('a.csv', 'id,name\n1\n2,b,c\n3,d\n')).toEqual([
      [1, 'malformed'],
      [2, 'malformed'],
      [3, undefined],
    ]);
  });

  it('of one JSON object or several in a .json file are read', async () => {
    expect((await decodeFile(file('a.json', '{"n": 1}'))).records.length).toBe(1);
    expect((await decodeFile(file('a.json', '{"n": 1}\n{"n": 2}\n'))).records.length).toBe(2);
  });
});
