import { describe, expect, it } from 'vitest';
import { compileConversion } from '#core/ingestion/convert/compile.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { compileSchema } from '#core/schema/validator.ts';

const FIELDS = {
  text: { type: 'string' },
  count: { type: 'integer' },
  amount: { type: 'number' },
  isMember: { type: 'boolean' },
  at: { type: 'string', format: 'date-time' },
  day: { type: 'string', format: 'date' },
  either: { type: ['string', 'number'] },
  nullable: { type: ['string', 'null'] },
  chosen: { anyOf: [{ type: 'string' }, { minimum: 5 }] },
  open: {},
  list: { type: 'array', items: { type: 'string' } },
  map: { type: 'object', additionalProperties: { type: 'number' } },
  matched: {
    type: 'object',
    patternProperties: { '^n': { type: 'number' } },
    additionalProperties: { type: 'number' },
  },
  part: { $ref: '#/definitions/part' },
  group: { allOf: [{ $ref: 'https://a.example/other' }, { properties: { b: { type: 'boolean' } } }] },
};

const other = schemaDefinition.parse({
  $id: 'https://a.example/other',
  'meta:class': PROFILE_CLASS,
  properties: { a: { type: 'number' }, again: { $ref: '#' } },
});
const schemaWith = (more: object = {}) =>
  schemaDefinition.parse({
    $id: 'https://a.example/schema',
    'meta:class': PROFILE_CLASS,
    properties: FIELDS,
    definitions: { part: { properties: { n: { type: 'integer' }, part: { $ref: '#/definitions/part' } } } },
    ...more,
  });
const conversionOf = (more: object = {}, wanted?: 'lossless' | 'none') =>
  compileConversion(schemaWith(more), new Map([[other.$id, other]]), wanted);
const { convert } = conversionOf();
const converted = (field: string, value: unknown): unknown =>
  convert({ [field]: value } as Record<string, unknown>)[field];

describe('a value that is not what its schema wants', () => {
  it.each([
    ['text', 5625458, '5625458'],
    ['text', -0.5, '-0.5'],
    ['text', 1e21, '1000000000000000000000'],
    ['text', 1.5e-9, '0.0000000015'],
    ['text', true, 'true'],
    ['nullable', 7, '7'],
    ['count', '120', 120],
    ['count', ' 75.0 ', 75],
    ['count', '-1e3', -1000],
    ['amount', '120.50', 120.5],
    ['amount', '0.1', 0.1],
    ['amount', '.5', 0.5],
    ['isMember', 'true', true],
    ['isMember', 'False', false],
    ['isMember', 't', true],
    ['isMember', 'f', false],
    ['at', 1714557600, '2024-05-01T10:00:00.000Z'],
    ['at', 1714557600000, '2024-05-01T10:00:00.000Z'],
    ['at', 1714557600.25, '2024-05-01T10:00:00.250Z'],
    ['at', '1714557600', '2024-05-01T10:00:00.000Z'],
    ['at', '1714557600000', '2024-05-01T10:00:00.000Z'],
    ['at', '2026-05-01 10:00:00.123+00', '2026-05-01T10:00:00.123Z'],
    ['at', '2026-05-01 12:00:00+0200', '2026-05-01T10:00:00.000Z'],
    ['at', '2026-05-01T10:00Z', '2026-05-01T10:00:00.000Z'],
    ['at', '2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['day', '2026-05-01T00:00:00.000Z', '2026-05-01'],
    ['day', '2026-05-01 00:00:00', '2026-05-01'],
    ['list', ['a', 5, false], ['a', '5', 'false']],
    ['map', { a: '1', b: 2 }, { a: 1, b: 2 }],
    ['part', { part: { part: { n: '1' } } }, { part: { part: { n: 1 } } }],
    ['group', { a: '1', b: 'true', again: { again: { a: '2' } } }, { a: 1, b: true, again: { again: { a: 2 } } }],
  ])('becomes what it wants where nothing is lost: %s %j', (field, value, expected) => {
    expect(converted(field, value)).toEqual(expected);
  });

  it.each([
    ['an instant that the format allows', 'at', '2026-05-01 12:00:00+02:00'],
    ['a fraction for a whole number', 'count', '75.5'],
    ['a number with more digits than a double has', 'amount', '0.12345678901234567890'],
    ['a whole number beyond 2^53', 'count', '9007199254740993'],
    ['a decimal comma, which may separate thousands', 'amount', '1,5'],
    ['a number with a unit', 'amount', '12 EUR'],
    ['other ways to write numbers', 'amount', '0x10'],
    ['infinity', 'amount', 'Infinity'],
    ['an empty text', 'amount', ''],
    ['blanks', 'count', '  '],
    ['1 and 0, which may be a number', 'isMember', '1'],
    ['a number for yes or no', 'isMember', 1],
    ['words for yes or no', 'isMember', 'yes'],
    ['a truth for a number', 'amount', true],
    ['an epoch number that may be either', 'at', 86_400_000],
    ['one of between the two', 'at', 50_000_000_000],
    ['seconds beyond the year 2099', 'at', 4_102_444_800],
    ['milliseconds beyond it', 'at', 4_102_444_800_000],
    ['microseconds', 'at', 1_714_557_600_000_000],
    ['parts of a millisecond', 'at', 1_714_557_600.12345],
    ['a negative number', 'at', -1_714_557_600],
    ['a time without a zone', 'at', '2026-05-01 10:00:00'],
    ['a day that is not in the calendar', 'at', '2026-02-30'],
    ['a day in the order of other countries', 'day', '01.05.2026'],
    ['a time of a day', 'day', '2026-05-01T10:00:00Z'],
    ['the first moment of a day elsewhere', 'day', '2026-05-01T00:00:00+02:00'],
    ['a number for a day', 'day', 20_000],
    ['a field of several types', 'either', true],
    ['a field whose type depends on the value', 'chosen', 7],
    ['a field without a type', 'open', 5],
    ['fields of which a pattern decides', 'matched', { n: '5', x: '5' }],
    ['an object for a text', 'text', { a: 1 }],
    ['a list for a text', 'text', [1]],
    ['a text for a list', 'list', 'a'],
  ])('stays what it is otherwise: %s', (_, field, value) => {
    const record = { [field]: value };
    expect(convert(record)).toBe(record);
  });

  it('stays what it is where the dataset wants no conversion', () => {
    const record = { text: 5, count: '120' };
    expect(conversionOf({}, 'none').convert(record)).toBe(record);
  });
});

describe('identities and the times of events', () => {
  const PRIMARY = { '@type': 'xdm:descriptorIdentity', 'xdm:namespace': 'CRMID', 'xdm:isPrimary': true };

  it('are text, and an instant, whether or not the schema says so', () => {
    const schema = {
      'meta:class': EXPERIENCE_EVENT_CLASS,
      properties: { crm: { properties: { id: {} } } },
      descriptors: [{ ...PRIMARY, 'xdm:sourceProperty': '/crm/id' }],
    };
    const { convert: ofEvents, hasOtherIdentity } = conversionOf(schema);
    const event = { _id: 1, timestamp: 1714557600, crm: { id: 7 }, identityMap: { Email: [{ id: 8, primary: true }] } };
    expect(hasOtherIdentity(event)).toBe(true);
    expect(hasOtherIdentity({ crm: { id: 7 } })).toBe(true);
    expect(hasOtherIdentity({ crm: { id: '7' }, identityMap: { Email: [{ id: '8' }, {}] } })).toBe(false);
    expect(ofEvents(event as object)).toEqual({
      _id: '1',
      timestamp: '2024-05-01T10:00:00.000Z',
      crm: { id: '7' },
      identityMap: { Email: [{ id: '8', primary: true }] },
    });
  });

  it('are looked for only in records that are not right, where the schema states them', () => {
    const id = { type: 'object', properties: { id: { type: 'string' } } };
    const stated = {
      properties: {
        crm: { properties: { id: { type: 'string' } } },
        identityMap: { additionalProperties: { type: 'array', items: id } },
      },
      descriptors: [{ ...PRIMARY, 'xdm:sourceProperty': '/crm/id' }],
    };
    const event = { crm: { id: 7 }, identityMap: { Email: [{ id: 8 }] } };
    expect(conversionOf(stated).hasOtherIdentity(event)).toBe(false);
    expect(conversionOf(stated).convert(event as object)).toEqual({
      crm: { id: '7' },
      identityMap: { Email: [{ id: '8' }] },
    });
  });

  it('are told apart from numbers that are no instants', () => {
    const schema = schemaWith({ properties: { seen: { type: 'array', items: FIELDS.at }, count: { type: 'string' } } });
    const { explain } = compileConversion(schema, new Map());
    const numbers = compileSchema(schema)({ seen: [86_400_000], count: [1] });
    const expected =
      'an instant such as 2026-01-31T12:00:00Z, epoch seconds (100000000 to 4102444799) or epoch milliseconds (100000000000 to 4102444799999)';
    expect(explain(numbers).map(({ pointer, expected: wanted }) => [pointer, wanted])).toEqual([
      ['/seen/0', expected],
      ['/count', 'string'],
    ]);
  });
});
