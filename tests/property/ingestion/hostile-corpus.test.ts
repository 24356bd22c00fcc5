import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { validate } from '#core/pipeline/process.ts';
import { receiveMessage } from '#core/pipeline/receive-message.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { decodeFile, piecemeal } from '#tests/harness/core/decode.ts';
import { addToCart, enveloped, exampleCatalog } from '#tests/harness/platform/example.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const good = JSON.stringify(addToCart(1, NOON));
/** A good event with something in the place of its number. */
const withValue = (text: string): string => good.replace('{"value":1}', `{"value":${text}}`);
const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

/** Records that are rejected, by what is wrong with them. None has a line end, so that it is one line of a file. */
const RECORDS: readonly (readonly [string, Buffer, string])[] = [
  ['cut off', bytes(good.slice(0, -9)), 'malformed'],
  ['nested 100,000 deep', bytes('['.repeat(100_000), ']'.repeat(100_000)), 'too-deep'],
  ['nested without end', bytes('{"a":'.repeat(50_000)), 'malformed'],
  ['with __proto__', bytes(withValue('1,"__proto__":{"polluted":true}')), 'malformed'],
  ['with an escaped __proto__', bytes(withValue('1,"__pr\\u006fto__":{"polluted":true}')), 'malformed'],
  ['with constructor', bytes(withValue('1,"constructor":{"prototype":{"polluted":true}}')), 'malformed'],
  ['with half a UTF-8 character', bytes(good.slice(0, -1), ',"x":"', [0xc3], '"}'), 'invalid-encoding'],
  ['with a surrogate in UTF-8', bytes(good.slice(0, -1), ',"x":"', [0xed, 0xa0, 0x80], '"}'), 'invalid-encoding'],
  ['with an overlong slash', bytes('{"x":"', [0xc0, 0xaf], '"}'), 'invalid-encoding'],
  ['with a line of one megabyte and more', bytes(`{"x":"${'a'.repeat(MAX_RECORD_BYTES)}"}`), 'too-large'],
  ['with NaN', bytes(withValue('NaN')), 'malformed'],
];

describe('a hostile record', () => {
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    catalog = await exampleCatalog();
  });

  it.each(RECORDS)('%s is rejected in a file, and its neighbours are not', async (_, record, code) => {
    for (const [end, block] of [
      ['\n', 4_096],
      ['\r\n', 65_536],
    ] as const) {
      const file = bytes([0xef, 0xbb, 0xbf], good, end, [...record], end, '\n', good);
      const { records, rejection } = await decodeFile(piecemeal('a.ndjson', file, block));
      expect(rejection).toBeUndefined();
      expect(records.map((one) => one.rejection?.code)).toEqual([undefined, code, undefined]);
    }
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  it.each(RECORDS)('%s is rejected as a message of the stream', (_, record, code) => {
    const message = enveloped('web-events', {}).split('{}');
    const whole = bytes(message[0]!, [...record], message[1]!);
    const { rejection } = receiveMessage(whole, { source: 'kinesis:0' }, { receivedAt: NOON, tieBreaker: '' }, catalog);
    expect(rejection?.code).toBe(code);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  it.each([
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['400 digits', '9'.repeat(400)],
    ['text that is none', '"1 item"'],
  ])('with %s for a number is rejected', (_, text) => {
    const message = enveloped('web-events', {}).replace('{}', withValue(text));
    const position = { source: 'kinesis:0' };
    const received = receiveMessage(Buffer.from(message), position, { receivedAt: NOON, tieBreaker: '' }, catalog);
    const { accepted, rejected } = validate([received], catalog);
    expect([accepted.length, rejected.length]).toEqual([0, 1]);
  });
});

describe('a hostile file', () => {
  it('of 200 MB that gzip makes small is rejected, and is never held as a whole', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1_048_576, 0x61));
    const before = process.memoryUsage().rss;
    const { records, rejection } = await decodeFile(piecemeal('a.ndjson.gz', bomb, 65_536));
    expect([...records, { rejection }].filter((one) => !one.rejection)).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1_048_576);
  });

  it('with a quote that is never closed loses the row of the quote, and none before it', async () => {
    const { records } = await decodeFile(piecemeal('a.csv', Buffer.from('id,name\n1,a\n2,"b\n3,c\n4,d\n'), 7));
    expect(records.map((one) => one.rejection?.code)).toEqual([undefined, 'malformed']);
  });

  it('of anything but Parquet between the marks of Parquet is rejected', async () => {
    for (const length of [0, 1, 0x7fffffff, 0xffffffff]) {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(length);
      const file = bytes('PAR1', 'x'.repeat(500), [...size], 'PAR1');
      const { records, rejection } = await decodeFile(piecemeal('a.parquet', file, 100));
      expect([records.length, rejection?.code]).toEqual([0, 'corrupt-file']);
    }
  });
});
