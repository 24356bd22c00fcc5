import { describe, expect, it } from 'vitest';
import { validatorOf } from '#tests/harness/core/schemas.ts';

const faults = (schema: object, value: unknown): string[] =>
  validatorOf({ properties: { a: schema } })({ a: value }).map(({ pointer, keyword, found }) =>
    [pointer, keyword, found].join(' '),
  );

describe('a rule of a schema', () => {
  it.each<[rule: object, fits: unknown, breaks: unknown, fault: string]>([
    [{ type: 'string' }, 'x', 1, '/a type number'],
    [{ type: 'integer' }, 3, 3.5, '/a type number'],
    [{ type: 'number' }, 3.5, '3.5', '/a type string'],
    [{ type: 'boolean' }, true, 'true', '/a type string'],
    [{ type: 'array' }, [], {}, '/a type object'],
    [{ type: 'object' }, {}, [], '/a type array'],
    [{ type: 'null' }, null, 0, '/a type number'],
    [{ type: ['string', 'null'] }, null, 0, '/a type number'],
    [{ enum: ['x', 1] }, 1, 'y', '/a enum string'],
    [{ const: { x: 1 } }, { x: 1 }, { x: 2 }, '/a const object'],
    [{ multipleOf: 0.01 }, 19.99, 19.995, '/a multipleOf number'],
    [{ maximum: 3 }, 3, 4, '/a maximum number'],
    [{ exclusiveMaximum: 3 }, 2, 3, '/a exclusiveMaximum number'],
    [{ minimum: 3 }, 3, 2, '/a minimum number'],
    [{ exclusiveMinimum: 3 }, 4, 3, '/a exclusiveMinimum number'],
    [{ minimum: 3, exclusiveMinimum: true }, 4, 3, '/a exclusiveMinimum number'],
    [{ maximum: 3, exclusiveMaximum: true }, 2, 3, '/a exclusiveMaximum number'],
    [{ maxLength: 2 }, '\u{1f600}x', 'xyz', '/a maxLength string'],
    [{ minLength: 2 }, 'xy', 'x', '/a minLength string'],
    [{ pattern: '^[A-Z]{2}$' }, 'DE', 'de', '/a pattern string'],
    [{ pattern: '^-?P(?!$)(?:\\d+D)?(?:T(?!$)(?:\\d+H)?(?:\\d+M)?)?$' }, 'P1DT2H', 'P1DT', '/a pattern string'],
    [{ pattern: '^[a-z]{1,1500}$' }, 'x', 'X', '/a pattern string'],
    [{ items: { type: 'string' } }, ['x'], ['x', 2], '/a/1 type number'],
    [{ items: [{ type: 'string' }], additionalItems: false }, ['x'], ['x', 2], '/a additionalItems array'],
    [{ maxItems: 1 }, [1], [1, 2], '/a maxItems array'],
    [{ minItems: 1 }, [1], [], '/a minItems array'],
    [
      { uniqueItems: true },
      [1, '1'],
      [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
      '/a uniqueItems array',
    ],
    [{ contains: { const: 1 } }, [2, 1], [2], '/a contains array'],
    [{ items: [{ type: 'integer' }], contains: { const: 1 } }, [1], [], '/a contains array'],
    [{ items: { contains: { const: 1 } } }, [[1], [2, 1]], [[1], []], '/a/1 contains array'],
    [{ contains: { $ref: '#/properties/a/items' }, items: { minimum: 2 } }, [2], [], '/a contains array'],
    [{ contains: true }, [null], [], '/a contains array'],
    [{ maxProperties: 1 }, { x: 1 }, { x: 1, y: 1 }, '/a maxProperties object'],
    [{ minProperties: 1 }, { x: 1 }, {}, '/a minProperties object'],
    [{ required: ['x/y'] }, { 'x/y': 1 }, {}, '/a/x~1y required nothing'],
    [{ required: [''] }, { '': 1 }, {}, '/a/ required nothing'],
    [{ dependencies: { x: [''] } }, { x: 1, '': 1 }, { x: 1 }, '/a/ dependencies nothing'],
    [{ properties: { x: { type: 'string' } } }, { x: 'x' }, { x: 1 }, '/a/x type number'],
    [{ patternProperties: { '^x': { type: 'string' } } }, { y: 1 }, { xy: 1 }, '/a/xy type number'],
    [{ additionalProperties: { type: 'string' } }, { x: 'x' }, { x: 1 }, '/a/x type number'],
    [
      { properties: { x: {} }, additionalProperties: false },
      { x: 1 },
      { y: 1 },
      '/a/y additionalProperties an unknown field',
    ],
    [{ dependencies: { x: ['y'] } }, { x: 1, y: 1 }, { x: 1 }, '/a/y dependencies nothing'],
    [{ dependencies: { x: { required: ['y'] } } }, { z: 1 }, { x: 1 }, '/a/y required nothing'],
    [{ dependentRequired: { x: ['y'] } }, { x: 1, y: 1 }, { x: 1 }, '/a/y dependentRequired nothing'],
    [{ dependentSchemas: { x: { required: ['y'] } } }, { z: 1 }, { x: 1 }, '/a/y required nothing'],
    [{ contains: { const: 1 }, minContains: 2 }, [1, 1], [1, 2], '/a contains array'],
    [{ contains: { const: 1 }, maxContains: 1 }, [1, 2], [1, 1], '/a contains array'],
    [{ contains: { const: 1 }, minContains: 0, maxItems: 1 }, [], [2, 2], '/a maxItems array'],
    [{ items: [{}], unevaluatedItems: false }, [1], [1, 2], '/a unevaluatedItems array'],
    [{ propertyNames: { maxLength: 2 } }, { xy: 1 }, { 'x/y': 1 }, '/a/x~1y maxLength string'],
    [{ propertyNames: { maxLength: 2 } }, { xy: 1 }, { xyz: 1 }, '/a/xyz propertyNames string'],
    [{ required: ['constructor'] }, { constructor: 1 }, {}, '/a/constructor required nothing'],
    [{ properties: { toString: { type: 'string' } } }, {}, { toString: 1 }, '/a/toString type number'],
    [{ multipleOf: 1 }, 1e300, 1.000_000_000_1, '/a multipleOf number'],
    [{ multipleOf: 0.123_456_789 }, 0, 1e308, '/a multipleOf number'],
    [{ pattern: '^\\s$' }, '\u00a0', '\u200b', '/a pattern string'],
    [{ pattern: '^[\\s.]\\S$' }, '\u2003x', 'x\ufeff', '/a pattern string'],
    [{ allOf: [{ minimum: 1 }, { maximum: 3 }] }, 2, 4, '/a maximum number'],
    [{ anyOf: [{ type: 'string' }, { type: 'array', minItems: 1 }] }, 'x', [], '/a anyOf array'],
    [{ oneOf: [{ minimum: 1 }, { minimum: 5 }] }, 3, 7, '/a oneOf number'],
    [{ not: { const: 1 } }, 2, 1, '/a not number'],
    // biome-ignore lint/suspicious/noThenProperty: this is how JSON Schema says so
    [{ if: { const: 1 }, then: false }, 2, 1, '/a false schema number'],
    [{ if: { type: 'string' }, else: { minimum: 3 } }, 'x', 2, '/a minimum number'],
    [
      { properties: { x: {} }, unevaluatedProperties: false },
      { x: 1 },
      { y: 1 },
      '/a/y unevaluatedProperties an unknown field',
    ],
    [{ properties: { x: false } }, {}, { x: 1 }, '/a/x false schema number'],
  ])('%j lets %j pass, and not %j', (rule, fits, breaks, fault) => {
    expect(faults(rule, fits)).toEqual([]);
    expect(faults(rule, breaks)).toContain(fault);
  });

  it.each([
    ['date-time', '2026-01-31T12:00:00+01:00', '2026-01-31T12:00:00+0100'],
    ['date-time', '2026-01-31T12:00:00.123Z', '2026-13-31T12:00:00Z'],
    ['date', '2024-02-29', '2023-02-29'],
    ['time', '12:00:00Z', '25:00:00Z'],
    ['uri', 'https://example.com/{id}', 'no address'],
    ['uri', 'urn:example:1', 'name'],
    ['uri-reference', '/orders/1', 'no address'],
    ['url', 'https://example.com/', 'example'],
    ['email', 'ann@example.com', 'ann.example.com'],
    ['hostname', 'example.com', 'example..com'],
    ['ipv4', '10.0.0.1', '10.0.0.256'],
    ['ipv6', '2001:db8::1', '2001:db8::g'],
    ['uuid', '27a15179-5545-4d23-a654-1b4ac0b42bd3', '27a15179'],
    ['regex', '^a+$', '(a'],
    ['json-pointer', '/a/b', 'a/b'],
    ['json-pointer-uri-fragment', '#/a%20b', '#a'],
    ['relative-json-pointer', '1/a', '/a'],
    ['uri-template', 'https://example.com/{id}', 'https://example.com/{id'],
    ['duration', 'P1DT2H', 'P1H'],
    ['email', 'ann.b@localhost', 'ann..b@example.com'],
    ['uri-reference', '#a', '\\\\server\\share'],
    ['uri', 'https://example.com/a|b', 'https://example.com\\a'],
    ['iri', 'https://\u00e9xample.com/', 'n\u00e4me'],
    ['iri-reference', '/\u00e4', '/\u00e4 b'],
    ['idn-email', 'j\u00fcrgen@example.com', 'j\u00fcrgen'],
  ])('{"format":"%s"} lets %j pass, and not %j', (format, fits, breaks) => {
    expect(faults({ format }, fits)).toEqual([]);
    expect(faults({ format }, breaks)).toEqual(['/a format string']);
    expect(faults({ format }, 5)).toEqual([]);
  });

  it.each([
    { format: 'of another world' },
    { format: 'int32' },
    { 'meta:enum': { x: 'X' } },
    { 'meta:xdmType': 'int' },
    { examples: 'x' },
  ])('%j says nothing about values', (annotation) => expect(faults(annotation, 1e12)).toEqual([]));

  it('of which none of several fits tells the faults of the one that comes nearest', () => {
    const rule = { anyOf: [{ type: 'string' }, { required: ['x', 'y'] }, { properties: { z: { type: 'string' } } }] };
    expect(faults(rule, { z: 1, x: 1 })).toEqual(['/a anyOf object', '/a/y required nothing']);
  });

  it.each(['anyOf', 'oneOf'])('names, below %s, the type of the value that is wrong', (keyword) => {
    const person = {
      required: ['name'],
      properties: { name: { type: 'string' }, tags: { items: { type: 'string' } } },
    };
    const rule = { [keyword]: [{ type: 'string' }, { [keyword]: [person, { type: 'array' }] }] };
    expect(faults(rule, { name: 5, tags: ['x', null] })).toEqual([
      `/a ${keyword} object`,
      '/a/name type number',
      '/a/tags/1 type null',
    ]);
  });

  it('allows many values as fast as few, and tells some of them', () => {
    let reads = 0;
    const counted = (i: number): object => ({
      get name() {
        reads += 1;
        return `value ${i}`;
      },
    });
    const validate = validatorOf({ properties: { a: { enum: Array.from({ length: 20_000 }, (_, i) => counted(i)) } } });
    expect(reads, 'the values are read when they are made ready').toBeGreaterThanOrEqual(20_000);
    reads = 0;
    expect(validate({ a: { name: 'value 19999' } })).toEqual([]);
    expect(reads, 'values that are compared').toBe(0);
    const [fault] = validate({ a: { name: 'other' } });
    expect(fault).toMatchObject({ pointer: '/a', keyword: 'enum' });
    expect(fault!.expected.length).toBeLessThanOrEqual(256);
  });
});
