import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { decodeFile } from '#tests/harness/core/decode.ts';

describe('objects of a .json file that stand in one line, as Firehose writes them', () => {
  it.each([
    ['one behind the other', '{"a":1}{"a":2}{"a":"}{"}'],
    ['with spaces between them', '{"a":1} {"a":2} {"a":"}{"}\n'],
    ['with line ends only later', '{"a":1}{"a":2}\n{"a":"}{"}\n'],
    ['a line each', '{"a":1}\n{"a":2}\n{"a":"}{"}'],
  ])('are records of their own: %s', async (_, text) => {
    const { records } = await decodeFile(bytesSource('a.json', Buffer.from(text)));
    expect(records.map(({ rejection, ...record }) => rejection ?? ('value' in record && record.value))).toEqual([
      { a: 1 },
      { a: 2 },
      { a: '}{' },
    ]);
  });
});

describe('a rule for days or instants', () => {
  const mapped = (type: string, value: unknown) =>
    compileMapping([mappingRule.parse({ source: 'a', destination: 'b', type })]).mapObject({ a: value });

  it.each([
    ['date', '1959-02-15T00:00:00.000', '1959-02-15'],
    ['date', '1959-02-15 00:00:00+00:00', '1959-02-15'],
    ['date', '1959-02-15', '1959-02-15'],
    ['date-time', 1_558_102_200_000, '2019-05-17T14:10:00.000Z'],
    ['date-time', '1558102200', '2019-05-17T14:10:00.000Z'],
  ])('reads them as data frames write them: %s of %j', (type, value, expected) => {
    expect(mapped(type, value)).toEqual({ value: { b: expected } });
  });

  it.each([
    ['date', '1959-02-15T10:00:00'],
    ['date', '1959-02-15T00:00:00+01:00'],
    ['date', '1959-02-30T00:00:00'],
    ['date-time', 1_558_102],
    ['date-time', '15581022000000000'],
  ])('takes no part of a value away: %s of %j', (type, value) => {
    expect(mapped(type, value)).toMatchObject({ rejection: { code: 'mapping-failed' } });
  });
});
