import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { validatorOf } from '#tests/harness/core/schemas.ts';
import { runs } from '#tests/harness/runs.ts';

const name = fc.constantFrom('a', 'b');
const { value } = fc.letrec<{ value: unknown }>((tieBreaker) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(1, 2, 'a', '', true, null, [], [1], ['a'], {}),
    fc.array(tieBreaker('value'), { maxLength: 3 }),
    fc.dictionary(name, tieBreaker('value'), { maxKeys: 2 }),
  ),
}));
/** Schemas of every keyword that looks at parts of a value or at alternatives. */
const { schema } = fc.letrec<{ schema: object }>((tieBreaker) => {
  const inner = tieBreaker('schema');
  const few = fc.array(inner, { minLength: 1, maxLength: 2 });
  return {
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.record({ type: fc.constantFrom('string', 'integer', 'array', 'object') }),
      fc.record({ const: fc.constantFrom(1, 'a') }),
      fc.record({ items: inner }),
      fc.record({ items: few, additionalItems: inner }, { requiredKeys: ['items'] }),
      fc.record({ contains: inner, items: few }, { requiredKeys: ['contains'] }),
      fc.record({ properties: fc.dictionary(name, inner), required: fc.array(name) }, { requiredKeys: [] }),
      fc.record({ patternProperties: fc.record({ '^a': inner }), additionalProperties: inner }, { requiredKeys: [] }),
      fc.record({ dependencies: fc.dictionary(name, fc.oneof(inner, fc.array(name))) }),
      fc.record({ propertyNames: inner }),
      fc.oneof(...['allOf', 'anyOf', 'oneOf'].map((key) => fc.record({ [key]: few }))),
      fc.record({ not: inner }),
      // biome-ignore lint/suspicious/noThenProperty: this is how JSON Schema says so
      fc.record({ if: inner, then: inner, else: inner }, { requiredKeys: ['if'] }),
      fc.record({ uniqueItems: fc.constant(true), minItems: fc.constant(1) }, { requiredKeys: [] }),
    ),
  };
});

describe('what a schema has against a value', () => {
  test.prop([schema, fc.array(value, { minLength: 1, maxLength: 8 })], runs(3, 250))(
    'does not depend on what was looked at before it, nor on where it is',
    (one, made) => {
      // As records are that were read: no part of one is in two places.
      const values = JSON.parse(JSON.stringify(made)) as unknown[];
      const fits = validatorOf({ ...one });
      const bad = values.flatMap((each, i) => (fits(each).length > 0 ? [i] : []));
      const inList = validatorOf({ items: one })(values).map(({ pointer }) => Number(pointer.split('/')[1]));
      expect(
        [...new Set(inList)].sort((x, y) => x - y),
        JSON.stringify(one),
      ).toEqual(bad);
      const inFields = validatorOf({ additionalProperties: one })(
        Object.fromEntries(values.map((each, i) => [i, each])),
      );
      expect(inFields.length > 0).toBe(bad.length > 0);
    },
  );
});
