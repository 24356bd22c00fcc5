import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { validatorOf } from '#tests/harness/core/schemas.ts';
import { runs } from '#tests/harness/runs.ts';

/** Names that have a meaning to JavaScript, to JSON Schema, or to neither. */
const name = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'a',
  'b',
  '',
  'a/b',
  '~',
  '$ref',
  'x"\n',
  '\u0000',
);
const anything = fc.jsonValue({ maxDepth: 3 });
const limit = fc.oneof(fc.integer({ min: -2, max: 4 }), fc.constantFrom(1e308, -1e308, 0.1, 5e-324), anything);

const { schema } = fc.letrec<{ schema: unknown; map: unknown; list: unknown }>((tieBreaker) => ({
  map: fc.array(fc.tuple(name, tieBreaker('schema')), { maxLength: 3 }).map((entries) => objectOf(entries)),
  list: fc.array(tieBreaker('schema'), { maxLength: 3 }),
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean(),
    fc.record(
      {
        type: fc.oneof(fc.constantFrom('string', 'number', 'integer', 'object', 'array', ['object', 'null']), anything),
        enum: fc.array(anything, { maxLength: 80 }),
        const: anything,
        minimum: limit,
        exclusiveMaximum: limit,
        multipleOf: limit,
        minLength: limit,
        maxItems: limit,
        uniqueItems: fc.oneof(fc.boolean(), anything),
        pattern: fc.oneof(fc.constantFrom('^(a+)+$', '(?=a)', '(', '^\\p{L}$', '(a|aa)*b'), fc.string()),
        format: fc.constantFrom('date-time', 'uri', 'email', 'regex', 'int64', 'of another world'),
        required: fc.oneof(fc.array(name), anything),
        properties: tieBreaker('map'),
        patternProperties: tieBreaker('map'),
        definitions: tieBreaker('map'),
        dependencies: tieBreaker('map'),
        additionalProperties: tieBreaker('schema'),
        propertyNames: tieBreaker('schema'),
        items: fc.oneof(tieBreaker('schema'), tieBreaker('list')),
        contains: tieBreaker('schema'),
        allOf: tieBreaker('list'),
        anyOf: tieBreaker('list'),
        oneOf: tieBreaker('list'),
        not: tieBreaker('schema'),
        if: tieBreaker('schema'),
        // biome-ignore lint/suspicious/noThenProperty: this is how JSON Schema says so
        then: tieBreaker('schema'),
        else: tieBreaker('schema'),
        unevaluatedProperties: tieBreaker('schema'),
        $ref: fc.constantFrom(
          '#',
          '#/definitions/a',
          '#/properties/a',
          '#/definitions/__proto__',
          'nowhere',
          '#/%',
          'x#y',
        ),
        $id: fc.constantFrom('https://example.com/x', '#a', 'x', '', '__proto__'),
        'meta:xdmType': anything,
      },
      { requiredKeys: [] },
    ),
    anything,
  ),
}));

/** With own keys, whatever they are called, as JSON has them. */
const objectOf = (entries: readonly (readonly [string, unknown])[]): unknown =>
  JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);

const value = fc.oneof(
  anything,
  fc.array(fc.tuple(name, anything), { maxLength: 4 }).map((entries) => objectOf(entries)),
  fc.constantFrom('a'.repeat(20_000), Number.MAX_VALUE, -0, [[[[[[]]]]]], `ann@${'a.'.repeat(4_000)}com`),
);

describe('a schema and a record that mean harm', () => {
  test.prop([schema, fc.array(value, { minLength: 1, maxLength: 5 })], runs(1, 80))(
    'lead to an error or to an answer, and change nothing',
    (definition, values) => {
      let validate: ReturnType<typeof validatorOf>;
      try {
        validate = validatorOf(definition);
      } catch (error) {
        // What is wrong is told; the interpreter's own errors are not for users.
        expect(error).not.toBeInstanceOf(TypeError);
        expect(error).not.toBeInstanceOf(RangeError);
        expect((error as Error).message).not.toBe('');
        return;
      }
      for (const one of values) {
        const before = JSON.stringify(one);
        for (const { pointer, keyword, expected, found } of validate(one)) {
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect([keyword, expected, found].every((text) => typeof text === 'string' && text.length <= 256)).toBe(true);
        }
        expect(JSON.stringify(one)).toBe(before);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  test.prop([schema, value], runs(0.5, 50))('are judged the same by both ways to look', (definition, one) => {
    let validate: ReturnType<typeof validatorOf>;
    let negated: ReturnType<typeof validatorOf>;
    try {
      validate = validatorOf({ $id: 'https://example.com/root', properties: { x: definition } });
      negated = validatorOf({ $id: 'https://example.com/root', properties: { x: { not: definition } } });
    } catch {
      return;
    }
    expect(validate({ x: one }).length > 0).toBe(negated({ x: one }).length === 0);
  });
});
