import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_MESSAGES, messagesIn } from '#core/ingestion/stream/messages.ts';
import { MAX_UNPACKED_BYTES } from '#core/ingestion/stream/unpack.ts';
import { cutValues } from '#core/ingestion/text/cut-values.ts';
import { aggregateOf } from '#tests/harness/core/aggregate.ts';
import { runs } from '#tests/harness/runs.ts';

const textsOf = (data: string | Uint8Array): string[] =>
  messagesIn(Buffer.from(data as string)).map(({ bytes, rejection }) =>
    rejection ? `rejected: ${rejection.code}, ${rejection.found}` : Buffer.from(bytes).toString('utf8'),
  );

describe('a Kinesis record', () => {
  it.each([
    ['one object', '{"a":1}', ['{"a":1}']],
    ['lines', '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ['lines as Windows writes them, and blank ones', '{"a":1}\r\n\r\n{"a":2}\r\n', ['{"a":1}', '{"a":2}']],
    ['values one behind the other, as Firehose joins them', '{"a":1}{"a":"}{"}', ['{"a":1}', '{"a":"}{"}']],
    ['an array', ' [{"a":1}, {"a":[2,3]} ,4] ', ['{"a":1}', '{"a":[2,3]} ', '4']],
    ['arrays in lines', '[{"a":1}]\n[{"a":2}]', ['{"a":1}', '{"a":2}']],
    ['a JSON text sequence', '\u001e{"a":1}\n\u001e{"a":2}\n', ['{"a":1}', '{"a":2}']],
    [
      'objects over several lines',
      '{\n "a": {\n  "b": 1 }\n}\n{\n "a": 2\n}',
      ['{\n "a": {\n  "b": 1 }\n}', '{\n "a": 2\n}'],
    ],
    ['a mark of UTF-8', '\ufeff{"a":1}\n{"a":2}', ['{"a":1}', '{"a":2}']],
  ])('holds the records of %s', (_, data, expected) => {
    expect(textsOf(data)).toEqual(expected);
    expect(textsOf(gzipSync(data))).toEqual(expected);
    expect(textsOf(zstdCompressSync(data))).toEqual(expected);
    expect(textsOf(aggregateOf([data, gzipSync(data)]))).toEqual([...expected, ...expected]);
  });

  it.each([
    ['a line that is cut off', '{"a":1}\n{"a":\n{"a":3}', ['{"a":1}', '{"a":\n{"a":3}']],
    ['a line without its brace', '{"a":1}\n{"a":2\n{"a":3}', ['{"a":1}', '{"a":2', '{"a":3}']],
    ['a text that is not closed', '{"a":"1\n{"a":2}', ['{"a":"1', '{"a":2}']],
    ['a brace too much', '{"a":1}}\n{"a":2}', ['{"a":1}}', '{"a":2}']],
    ['words after a value', '{"a":1} and so on\n{"a":2}', ['{"a":1} and so on', '{"a":2}']],
    ['a line of a log', 'started\n{"a":2}', ['started', '{"a":2}']],
    ['the last one cut off', '{"a":1}{"a":', ['{"a":1}', '{"a":']],
    ['an element with a brace too much', '[{"a":1},{"a":2}},{"a":3}]', ['{"a":1}', '{"a":2}}', '{"a":3}']],
  ])('keeps what is around %s', (_, data, expected) => {
    expect(textsOf(data)).toEqual(expected);
  });

  it.each([
    ['an array that is not closed', '[{"a":1},', ['{"a":1}', 'rejected: malformed, a part of one']],
    ['an element that is missing', '[{"a":1},,{"a":2}]', ['{"a":1}', 'rejected: malformed, a part of one', '{"a":2}']],
    ['nothing', '', ['rejected: malformed, nothing']],
    ['spaces', ' \n ', ['rejected: malformed, nothing']],
    ['an empty array', '[]', ['rejected: malformed, nothing']],
    ['gzip of nothing', gzipSync(''), ['rejected: malformed, nothing']],
    ['an aggregate of none', aggregateOf([]), ['rejected: malformed, nothing']],
    ['an aggregate of an empty one', aggregateOf(['', '{}']), ['rejected: malformed, nothing', '{}']],
    [
      'gzip that is cut off',
      gzipSync('{"a":1}').subarray(0, 15),
      ['rejected: malformed, bytes that look like gzip that is cut off'],
    ],
    [
      'gzip with something behind it',
      Buffer.concat([gzipSync('{"a":1}'), Buffer.from('{"a":2}')]),
      ['rejected: malformed, bytes that look like gzip that is cut off'],
    ],
    [
      'zstd that is cut off',
      zstdCompressSync('{"a":1}').subarray(0, 12),
      ['rejected: malformed, bytes that look like zstd that is cut off'],
    ],
    [
      'an aggregate that is cut off',
      aggregateOf(['{"a":1}', '{"a":2}']).subarray(0, 40),
      ['rejected: malformed, bytes that look like a KPL aggregate that is cut off'],
    ],
  ])('has an outcome for %s', (_, data, expected) => {
    expect(textsOf(data as string)).toEqual(expected);
  });

  it('reads several members of gzip, and frames of zstd, as one text', () => {
    for (const pack of [gzipSync, zstdCompressSync]) {
      expect(textsOf(Buffer.concat([pack('{"a":1}\n'), pack('{"a":2}\n')]))).toEqual(['{"a":1}', '{"a":2}']);
    }
  });

  it('gives up on what unpacks to too much, in one member or in many together', () => {
    const spaces = Buffer.alloc(MAX_UNPACKED_BYTES + 1, ' ');
    const limit = 'rejected: too-large, more';
    expect(textsOf(gzipSync(spaces))).toEqual([limit]);
    expect(textsOf(zstdCompressSync(spaces))).toEqual([limit]);
    const half = gzipSync(Buffer.concat([Buffer.from('{}'), Buffer.alloc(MAX_UNPACKED_BYTES / 2, ' ')]));
    expect(textsOf(aggregateOf([half, half, '{"a":1}']))).toEqual(['{}', limit, '{"a":1}']);
    expect(textsOf(gzipSync('{}\n'.repeat(MAX_MESSAGES + 1)))).toEqual([limit]);
  });

  it('holds the values that were written into it, whatever they are and however they are joined', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    const joined = fc.constantFrom('', ' ', '\n', '\r\n', '\n\n', '\u001e');
    const indent = fc.constantFrom(undefined, 1);
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1 }),
        joined,
        indent,
        fc.boolean(),
        (values, between, spaces, asArray) => {
          const texts = values.map((one) => JSON.stringify(one, undefined, spaces));
          const text = asArray ? `[${texts.join(`${between.replace('\u001e', '')},`)}]` : texts.join(between);
          const found = messagesIn(Buffer.from(text));
          expect(found.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')))).toEqual(
            JSON.parse(`[${texts}]`),
          );
          const aggregate = messagesIn(aggregateOf(texts));
          expect(aggregate.map(({ bytes }) => Buffer.from(bytes).toString('utf8'))).toEqual(texts);
        },
      ),
      runs(1, 300),
    );
  });

  it('loses no byte that is not a space, a comma or a bracket, whatever it holds', () => {
    const bytes = fc
      .array(fc.constantFrom(...'{}[]",:\\ \n\ra1\u001e'), { maxLength: 40 })
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(bytes, (text) => {
        const values = cutValues(Buffer.from(text)).map((one) => Buffer.from(one.bytes).toString('utf8'));
        const rest = (some: string): string => some.replaceAll('\u001e', '').replaceAll(/[\s,[\]]/g, '');
        expect(rest(values.join(''))).toBe(rest(text));
      }),
      runs(10, 2_000),
    );
  });

  it('has an outcome, and never an exception, for any bytes', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(aggregateOf(['{"a":1}', '{}']), gzipSync('{"a":1}'), zstdCompressSync('{"a":1}')),
        fc.nat(),
        fc.nat(255),
      )
      .map(([whole, at, byte]) => {
        const copy = Buffer.from(whole);
        copy[at % copy.length] = byte;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), (bytes) => {
        expect(messagesIn(Buffer.from(bytes)).length).toBeGreaterThan(0);
      }),
      runs(10, 2_000),
    );
  });
});
