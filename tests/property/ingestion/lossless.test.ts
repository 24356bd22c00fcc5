import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileConverter, NotConverted } from '#core/ingestion/mapping/convert-text.ts';
import { decodeJson } from '#core/ingestion/text/decode-json.ts';

const decode = (text: string) => decodeJson(Buffer.from(text));

/** A value of JSON with keys and texts of any UTF-16, halves of characters included, as JSON in ASCII. */
const anything = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
const escaped = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const isWhole = (value: unknown): boolean =>
  JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(value));
const withoutReserved = (text: string): boolean => !/"(__proto__|constructor)":/.test(text);

/** JavaScript itself writes some doubles with other digits than they have: 2^56 - 8 as 72057594037927930. */
const isKept = (number: bigint): boolean =>
  BigInt(Number(number)) === number || String(Number(number)) === String(number);
const large = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });

describe('what is accepted of a JSON text', () => {
  it('is what the text says, or the record is rejected', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const text = escaped(value);
        fc.pre(withoutReserved(JSON.stringify(value)));
        const decoded = decode(text);
        if (isWhole(value)) expect(decoded).toEqual({ value: JSON.parse(text), text });
        else expect(decoded.rejection?.code).toBe('invalid-encoding');
      }),
    );
  });

  it('has every whole number exactly, wherever it stands', () => {
    fc.assert(
      fc.property(large, fc.constantFrom('#', '[1,#]', '{"a":{"b/c":[#,2.5]}}'), (number, around) => {
        const decoded = decode(around.replace('#', String(number)));
        if (isKept(number)) expect(decoded.rejection).toBeUndefined();
        else {
          expect(decoded.rejection).toMatchObject({ code: 'malformed', expected: expect.stringContaining('text') });
          expect(decoded.rejection?.pointer).toBe(
            new Map([
              ['#', ''],
              ['[1,#]', '/1'],
            ]).get(around) ?? '/a/b~1c/0',
          );
        }
      }),
    );
  });

  it.each([
    ['{"a":9007199254740993}', '/a'],
    ['{"a":-9007199254740993}', '/a'],
    ['[[0,123456789012345678901234567890]]', '/0/1'],
    ['{"a":{"b":1e400}}', '/a/b'],
    ['{"a":{"__proto__":1}}', '/a/__proto__'],
    ['{"a":["\\ud800"]}', '/a/0'],
    ['{"a":"x\\uDFFFy"}', '/a'],
    ['{"a":{"\\udc00\\ud83d":1}}', '/a/\ufffd\ufffd'],
    [`{"a":{"${'k'.repeat(1_000)}":{"b/c":1e400}}}`, `/a/${'k'.repeat(1_000)}/b~1c`],
    [`{"a":{"${'k'.repeat(100_000)}":{"b/c":1e400}}}`, '/a'],
    [`{"a":{"${'k'.repeat(100_000)}":{"b/c":9007199254740993}}}`, '/a'],
  ])('is nothing of %s, and the rejection says where', (text, pointer) => {
    expect(decode(text).rejection).toMatchObject({ pointer });
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['100000000000000000000', 1e20],
    ['1e300', 1e300],
    ['-0', -0],
    ['0.1234567890123456789', 0.12345678901234568],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\\\ud800"', '\\ud800'],
    ['"\\u0000\\u2028\\uffff"', '\u0000\u2028\uffff'],
  ])('of %s is that value', (text, value) => {
    expect(decode(text)).toMatchObject({ value });
  });
});

describe('a number of a CSV file', () => {
  const to = (type: 'number' | 'integer', text: string) => compileConverter({ type, split: undefined })(text);

  it('is what its cell says, or the row is rejected', () => {
    fc.assert(
      fc.property(large, fc.constantFrom('number', 'integer'), (number, type) => {
        const converted = to(type, String(number));
        const isWanted = type === 'number' ? isKept(number) : Number.isSafeInteger(Number(number));
        expect(converted).toEqual(isWanted ? Number(number) : expect.any(NotConverted));
      }),
    );
  });

  it.each([
    ['integer', '1.00000000000000000001'],
    ['integer', '9007199254740990.6'],
    ['number', '0x10'],
    ['number', 'NaN'],
    ['number', 'Infinity'],
    ['number', '1e400'],
    ['number', '9007199254740993'],
  ] as const)('is no %s where it says %s', (type, text) => {
    expect(to(type, text)).toBeInstanceOf(NotConverted);
  });

  it.each([
    ['12.00', 12],
    ['1.5e1', 15],
    ['+7', 7],
  ])('is whole where it says %s', (text, value) => {
    expect(to('integer', text)).toBe(value);
  });
});
