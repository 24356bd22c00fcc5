import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type Bundle, bundleSchema } from '#core/schema/bundle.ts';
import { compileBundle, type Validate } from '#core/schema/compile-bundle.ts';
import { rootOf, SchemaLibrary } from '#core/schema/library.ts';
import { isValid } from '#tests/harness/core/reference-validator.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const NAMES = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...NAMES);
const small = fc.integer({ min: 0, max: 3 });

/** Values that are as likely to fit a schema as not. */
const { value } = fc.letrec<{ value: unknown }>((tieBreaker) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value' },
    fc.constantFrom(0, 1, 2, 'x', 'xy', true, null),
    fc.dictionary(name, tieBreaker('value'), { maxKeys: 3 }),
    fc.array(tieBreaker('value'), { maxLength: 3 }),
  ),
}));

const plain = fc.record(
  {
    type: fc.constantFrom('object', 'array', 'string', 'integer', ['object', 'array']),
    enum: fc.constantFrom([0, 1], ['x', { a: 0 }], [[], 2]),
    minimum: small,
    maxLength: small,
    pattern: fc.constantFrom('^x$', 'y'),
    maxItems: small,
    uniqueItems: fc.constant(true),
    minProperties: small,
    required: fc.array(name, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const THEN = 'then';
const keyword = (called: string, of: fc.Arbitrary<unknown>) => of.map((one): object => ({ [called]: one }));

/**
 * Schemas by where they stand: `below` a field or an item, where they may refer to any definition; or in the definition of
 * that name, where they may refer to later ones only, for one that refers to itself about the same value is no schema.
 */
const schemas = fc.letrec<Record<'below' | 'a' | 'b' | 'c', unknown>>((tieBreaker) => {
  const at = (place: 'below' | 'a' | 'b' | 'c', targets: readonly string[]): fc.Arbitrary<unknown> => {
    const same = tieBreaker(place);
    const below = tieBreaker('below');
    const list = fc.array(same, { minLength: 1, maxLength: 3 });
    const map = (of: fc.Arbitrary<unknown>) => fc.dictionary(name, of, { minKeys: 1, maxKeys: 3 });
    const references = targets.map((target) => ({ $ref: `#/definitions/${target}` }));
    return fc.oneof(
      { maxDepth: 4, depthIdentifier: 'schema', withCrossShrink: true },
      { weight: 1, arbitrary: fc.boolean() },
      { weight: 4, arbitrary: fc.constantFrom<unknown>(...references, true) },
      { weight: 2, arbitrary: plain },
      {
        weight: 6,
        arbitrary: fc
          .array(
            fc.oneof(
              keyword('properties', map(below)),
              keyword('patternProperties', fc.dictionary(fc.constantFrom('^[ab]$', 'c'), below, { maxKeys: 2 })),
              keyword('additionalProperties', below),
              keyword('propertyNames', fc.constantFrom(true, { pattern: '^[ab]$' }, { enum: ['a', 'c'] })),
              keyword('items', fc.oneof(below, fc.array(below, { minLength: 1, maxLength: 3 }))),
              keyword('additionalItems', below),
              keyword('contains', below),
              keyword('maxContains', fc.constantFrom(1, 2)),
              keyword('allOf', list),
              keyword('anyOf', list),
              keyword('oneOf', list),
              keyword('not', same),
              fc.record({ if: same, [THEN]: same, else: same }),
              keyword('dependencies', map(same)),
              keyword('unevaluatedProperties', below),
              keyword('unevaluatedItems', below),
            ),
            { minLength: 1, maxLength: 4 },
          )
          .map((keywords) => Object.assign({}, ...keywords) as unknown),
      },
    );
  };
  return { below: at('below', NAMES), a: at('a', ['b', 'c']), b: at('b', ['c']), c: at('c', []) };
});
const document = fc.record({
  $ref: name.map((of) => `#/definitions/${of}`),
  definitions: fc.record({ a: schemas.a, b: schemas.b, c: schemas.c }),
});

function compiled(written: unknown): { bundle: Bundle; validate: Validate; remembering: Validate; inParts: Validate } {
  const file = { path: 'x.json', document: written };
  const bundle = bundleSchema(new SchemaLibrary([file]), rootOf(file));
  return {
    bundle,
    validate: compileBundle(bundle),
    remembering: compileBundle(bundle, { rememberFrom: 0 }),
    inParts: compileBundle(bundle, { rememberFrom: 0, maxBeside: 2 }),
  };
}

describe('a validator', () => {
  test.prop([document, fc.array(value, { minLength: 1, maxLength: 8 })], runs(1, 400))(
    'says of every value what JSON Schema says, however its parts refer to each other',
    (written, values) => {
      const { bundle, validate, remembering, inParts } = compiled(written);
      for (const one of values) {
        const expected = isValid(bundle, one);
        const lastRouted = validate(one);
        expect(lastRouted.length === 0, JSON.stringify(one)).toBe(expected);
        expect(remembering(one)).toEqual(lastRouted);
        expect(inParts(one).length === 0, JSON.stringify(one)).toBe(expected);
      }
    },
    timeout,
  );
});
