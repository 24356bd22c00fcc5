import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileConversion } from '#core/ingestion/convert/compile.ts';
import { hasNull, withoutNulls } from '#core/ingestion/convert/nulls.ts';
import { decimalText, numberOf } from '#core/ingestion/convert/numbers.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { compileSchema } from '#core/schema/validator.ts';
import { runs } from '#tests/harness/runs.ts';

const NAMES = ['a', 'b', 'c', 'identityMap', '_id', 'timestamp'];

/** Schemas that say this and that, also in ways in which the type depends on the value. */
const node = (depth: number): fc.Arbitrary<object> => {
  const scalar = fc.constantFrom<object>(...TYPES);
  if (depth < 2) return scalar;
  const members = fc.array(node(depth - 1), { minLength: 1, maxLength: 2 });
  return fc.oneof(
    { weight: 6, arbitrary: scalar },
    { weight: 4, arbitrary: objectOf(depth) },
    { weight: 1, arbitrary: node(depth - 1).map((items) => ({ type: 'array', items })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('allOf', 'anyOf', 'oneOf'), members)
        .map(([keyword, list]) => ({ [keyword]: list })),
    },
  );
};
const TYPES = [
  { type: 'string' },
  { type: 'string', format: 'date-time' },
  { type: 'string', format: 'date' },
  { type: 'string', pattern: '^[0-9]+$' },
  { type: 'integer' },
  { type: 'number' },
  { type: 'boolean' },
  { type: ['string', 'integer'] },
  { type: ['number', 'null'] },
  {},
];
const objectOf = (depth: number): fc.Arbitrary<object> =>
  fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom(...NAMES), node(depth - 1), { maxKeys: 4 }),
      additionalProperties: fc.oneof(fc.boolean(), node(1)),
      patternProperties: fc.constant({ '^b': { type: 'number' } }),
      required: fc.subarray(NAMES, { maxLength: 2 }),
    },
    { requiredKeys: ['properties'] },
  );
const schemas = fc
  .tuple(objectOf(3), fc.constantFrom(PROFILE_CLASS, EXPERIENCE_EVENT_CLASS))
  .map(([top, ofClass]) =>
    schemaDefinition.parse({ ...top, type: 'object', $id: 'https://a.example/schema', 'meta:class': ofClass }),
  );

const leaf = fc.constantFrom<unknown>(
  ...['a', '', '5', ' 12.50 ', '0x1', 'true', 'F', '2026-05-01', '2026-05-01 10:00:00+00', '2026-05-01 10:00:00Z'],
  ...['2026-05-01T00:00:00Z', '1714557600', 5, 0.5, 1e21, 1_714_557_600, 1_714_557_600_000, 86_400_000, true, null],
);
const record = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { weight: 6, arbitrary: leaf },
    { weight: 2, arbitrary: tie('object') },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
  ),
  object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).object;

describe('the conversion of a record', () => {
  it('changes nothing that is right, so that only what is not has to be looked at', () => {
    fc.assert(
      fc.property(schemas, record, (schema, entity) => {
        const validate = compileSchema(schema);
        const { convert, hasOtherIdentity } = compileConversion(schema, new Map());
        const before = JSON.stringify(entity);
        const converted = convert(entity);
        expect(JSON.stringify(entity)).toBe(before);
        expect(validate.fits(entity)).toBe(validate(entity).length === 0);
        if (!hasOtherIdentity(entity) && validate.fits(entity)) expect(converted).toBe(entity);
      }),
      runs(1, 400),
    );
  });

  it('is done once: what was converted stays as it is', () => {
    fc.assert(
      fc.property(schemas, record, (schema, entity) => {
        const { convert } = compileConversion(schema, new Map());
        const converted = convert(entity);
        expect(convert(converted)).toBe(converted);
        expect(convert(JSON.parse(JSON.stringify(entity)))).toEqual(converted);
      }),
      runs(1, 400),
    );
  });

  it('makes of a number a text that is the same number, and the other way round', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(numberOf(decimalText(number)) ?? Number(decimalText(number))).toBe(number + 0);
        expect(numberOf(String(number))).toBe(number + 0);
        expect(decimalText(number)).toMatch(/^-?\d+(\.\d+)?$/);
      }),
      runs(1, 400),
    );
  });
});

/** What is left without nulls, straight from what they mean; objects that had only nulls are as absent as these. */
function present(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(present).filter((item) => item !== undefined);
  if (typeof value !== 'object') return value;
  const left = Object.entries(value as object).flatMap(([name, inside]) => {
    const kept = present(inside);
    const isEmptied = typeof kept === 'object' && !Array.isArray(kept) && Object.keys(kept as object).length === 0;
    const wasEmpty = isEmptied && Object.keys(inside as object).length === 0;
    return kept === undefined || (isEmptied && !wasEmpty) ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(left);
}

describe('nulls', () => {
  it('are absent, with the objects that have nothing else', () => {
    fc.assert(
      fc.property(record, (entity) => {
        const left = withoutNulls(entity, undefined, 'omitted');
        expect(left).toEqual(present(entity));
        expect(hasNull(left)).toBe(false);
        expect(hasNull(entity)).toBe(JSON.stringify(entity).includes('null'));
      }),
      runs(1, 500),
    );
  });

  it('stay in the fields of an update, and only there', () => {
    fc.assert(
      fc.property(record, (entity) => {
        const kept = withoutNulls(entity, undefined, 'kept');
        expect(withoutNulls(kept, undefined, 'kept')).toEqual(kept);
        expect(withoutNulls(kept, undefined, 'omitted')).toEqual(withoutNulls(entity, undefined, 'omitted'));
      }),
      runs(1, 500),
    );
  });
});
