import { ESLint } from 'eslint';
import { afterAll, describe, expect, it } from 'vitest';
import { growth, startCounting } from '#tests/harness/steps.ts';

// Only what is imported after this is counted.
const counter = startCounting();
afterAll(() => counter.stop());
const { validatorOf } = await import('#tests/harness/core/schemas.ts');
const { bundleSchema } = await import('#core/schema/bundle.ts');
const { rootOf, SchemaLibrary } = await import('#core/schema/library.ts');
const { withRecordNames } = await import('#core/schema/xed.ts');
const { PROFILE_CLASS, schemaDefinition } = await import('#core/schema/definition.ts');
const { formatPatterns } = await import('#core/schema/formats.ts');
const { MAX_STEPS } = await import('#core/schema/steps.ts');
const { compileSchema } = await import('#core/schema/validator.ts');

/** Four times the size may take four times the steps, and a little more for what is done by halves. */
const LINEAR = 1.3;

const ROOT = { $ref: '#' };
const child = { properties: { c: ROOT } };
const leaf = { properties: { x: { type: 'string' } } };

/** Schemas that refer to themselves in two ways, so that twice as many ways lead to every further level of a value. */
const RECURSIVE: Readonly<Record<string, object>> = {
  oneOf: {
    oneOf: [
      { ...child, required: ['c'] },
      { ...child, ...leaf, not: { required: ['c'] } },
    ],
  },
  'oneOf of definitions, as rules and folders have it': {
    definitions: {
      group: { type: 'object', properties: { c: ROOT, kind: { enum: ['group'] } } },
      part: { type: 'object', properties: { c: ROOT, kind: { enum: ['part'] }, ...leaf.properties } },
    },
    oneOf: [{ $ref: '#/definitions/group' }, { allOf: [{ $ref: '#/definitions/part' }, { required: ['no'] }] }],
  },
  anyOf: {
    anyOf: [
      { ...child, required: ['z'] },
      { ...child, ...leaf },
    ],
  },
  allOf: { allOf: [child, { ...child, ...leaf }] },
  // biome-ignore lint/suspicious/noThenProperty: this is how JSON Schema says so
  if: { if: child, then: { ...child, ...leaf } },
  not: { not: { not: { allOf: [child, { not: { not: child } }] } }, ...leaf },
  dependencies: { dependencies: { c: child }, ...child, ...leaf },
  dependentSchemas: { dependentSchemas: { c: child }, ...child, ...leaf },
  patternProperties: { properties: { c: ROOT, x: { type: 'string' } }, patternProperties: { '^c': ROOT } },
  contains: { properties: { c: { items: ROOT, contains: ROOT }, ...leaf.properties } },
  unevaluatedProperties: { anyOf: [child, leaf], unevaluatedProperties: ROOT },
  unevaluatedItems: {
    properties: { c: { anyOf: [{ items: [ROOT] }, { items: [ROOT, ROOT] }], unevaluatedItems: ROOT } },
  },
};

/** A value of so many levels. @param x what the deepest one has */
const nested = (levels: number, x: unknown, isInLists: boolean): object => {
  let value: object = { x };
  for (let i = 0; i < levels; i++) value = { c: isInLists ? [value] : value };
  return value;
};

describe('looking at a value by a schema that refers to itself', () => {
  for (const [keyword, schema] of Object.entries(RECURSIVE)) {
    const isInLists = keyword === 'contains' || keyword === 'unevaluatedItems';
    it.each([
      ['fits', 'x', LINEAR],
      // Each level hands on the faults of those below, up to a number.
      ['does not fit', 5, 2 * LINEAR],
    ])(`takes steps for each level once, by ${keyword}, where it %s`, (_, x, most) => {
      const validate = validatorOf(schema);
      const factor = growth(counter, 15, (levels) => nested(levels, x, isInLists), validate);
      expect(factor).toBeLessThan(most);
    });
  }
});

describe('looking at a value', () => {
  const list = (item: object) => ({ items: { $ref: '#/definitions/item' }, definitions: { item } });
  const many = <T>(size: number, item: (i: number) => T): T[] => Array.from({ length: size }, (_, i) => item(i));
  it.each<[what: string, schema: object, make: (size: number) => unknown]>([
    ['many items that fit', list({ type: 'object' }), (size) => many(size, () => ({}))],
    ['many items that do not', list({ type: 'object' }), (size) => many(size, () => 'x')],
    [
      'many items that fit none of several',
      list({ anyOf: [{ type: 'object' }, { type: 'array' }] }),
      (size) => many(size, () => 'x'),
    ],
    [
      'many fields with names that are not allowed',
      { propertyNames: { $ref: '#/definitions/n' }, definitions: { n: { pattern: '^a$' } } },
      (size) => Object.fromEntries(many(size, (i) => [`b${i}`, i])),
    ],
    [
      'many fields that are too much',
      { additionalProperties: false },
      (size) => Object.fromEntries(many(size, (i) => [`b${i}`, i])),
    ],
    [
      'many fields that are left',
      { anyOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      (size) => Object.fromEntries(many(size, (i) => [`b${i}`, i])),
    ],
    [
      'many fields by patterns',
      { patternProperties: { '^b': { type: 'string' }, '1$': {} }, additionalProperties: false },
      (size) => Object.fromEntries(many(size, (i) => [`b${i}`, i])),
    ],
    ['items that differ', { uniqueItems: true }, (size) => many(size, (i) => ({ i, j: [i] }))],
    ['a long text by a pattern', { pattern: '^(a+)+$' }, (size) => `${'a'.repeat(size)}!`],
    ['a long text by its length', { maxLength: 10 }, (size) => 'a'.repeat(size)],
    [
      'a long name',
      { additionalProperties: { items: { type: 'string' } } },
      (size) => ({ ['n'.repeat(size)]: many(size, (i) => i) }),
    ],
    [
      'the path to a missing key',
      { properties: { a: { required: ['b'] } } },
      (size) => ({ a: { ['n'.repeat(size)]: 1 } }),
    ],
  ])('takes steps for each part once: %s', (_, schema, make) => {
    expect(growth(counter, 2_000, make, validatorOf(schema))).toBeLessThan(LINEAR);
  });

  it.each([
    'date-time',
    'url',
    'uri',
    'uri-reference',
    'email',
    'hostname',
    'ipv6',
    'uri-template',
    'duration',
    'regex',
    'json-pointer',
  ])('takes steps for each character of a %s once', (format) => {
    for (const text of [':', 'a', '1', '.', '-', 'http://:', 'a@', '/', '{', '%']) {
      const factor = growth(counter, 500, (size) => `http://${text.repeat(size)} `, validatorOf({ format }));
      expect(factor, text).toBeLessThan(LINEAR);
    }
  });

  it('asks formats by expressions that take linear time', async () => {
    const eslint = new ESLint();
    expect(formatPatterns().size).toBeGreaterThan(10);
    for (const [name, pattern] of formatPatterns()) {
      const [result] = await eslint.lintText(`export const x = ${pattern};`, { filePath: 'core/planted.ts' });
      expect(result!.messages, name).toEqual([]);
    }
  });
});

describe('making a schema ready', () => {
  const many = (size: number, member: (i: number) => unknown): unknown[] =>
    Array.from({ length: size }, (_, i) => member(i));
  const named = (size: number, member: (i: number) => unknown): object =>
    Object.fromEntries(many(size, (i) => [`f${i}`, member(i)]) as [string, unknown][]);
  const text = { type: 'string' };
  it.each<[what: string, make: (size: number) => object]>([
    ['fields', (size) => ({ properties: named(size, () => text), additionalProperties: false })],
    ['patterns', (size) => ({ patternProperties: named(size, () => text) })],
    ['parts', (size) => ({ allOf: many(size, (i) => ({ not: { const: i } })) })],
    ['alternatives', (size) => ({ anyOf: many(size, (i) => ({ const: i })) })],
    ['alternatives of which one fits', (size) => ({ oneOf: many(size, (i) => ({ const: i })) })],
    ['items', (size) => ({ items: many(size, (i) => ({ minimum: i })) })],
    ['fields that need others', (size) => ({ dependencies: named(size, () => ['a']) })],
    ['needed fields', (size) => ({ required: many(size, (i) => `f${i}`) })],
    ['fields needed by one', (size) => ({ dependencies: { a: many(size, (i) => `f${i}`) } })],
    ['allowed values', (size) => ({ enum: many(size, (i) => i) })],
    [
      'references to one',
      (size) => ({
        definitions: { d: { properties: { a: text } } },
        properties: named(size, () => ({ $ref: '#/definitions/d' })),
      }),
    ],
    [
      'references in a row',
      (size) => ({
        definitions: named(size, (i) => ({
          properties: { a: { $ref: `#/definitions/f${Math.min(i + 1, size - 1)}` } },
        })),
        $ref: '#/definitions/f0',
      }),
    ],
  ])('takes steps for each part once: %s', (_, make) => {
    expect(growth(counter, 250, make, (schema) => validatorOf(schema)({}))).toBeLessThan(LINEAR);
  });

  const library = (size: number, member: (i: number) => unknown): object[] => many(size, member) as object[];
  const SAME = 'https://example.com/same';
  it.each<[what: string, make: (size: number) => object[]]>([
    ['parts of one name', (size) => [{ properties: named(size, () => ({ $id: SAME, type: 'string' })) }]],
    [
      'files of one name, that are the same',
      (size) => [{ properties: named(size, () => ({ $ref: SAME })) }, ...library(size, () => ({ $id: SAME }))],
    ],
    [
      'files of one name, each of which refers to itself',
      (size) =>
        library(size, (i) => ({ $id: SAME, title: `${i}`, properties: { a: { $ref: SAME }, b: { $ref: '#' } } })),
    ],
    [
      'references to a large part of one name',
      (size) => [
        { properties: named(size, () => ({ $ref: SAME })) },
        { $id: SAME, enum: many(size, (i) => i) },
        { $id: SAME, enum: many(size, (i) => i) },
      ],
    ],
    [
      'names with a prefix',
      (size) => [
        withRecordNames({
          properties: named(size, (i) => ({ 'xdm:x': i })),
          required: many(size, (i) => `xdm:f${i}`),
        }) as object,
      ],
    ],
    [
      'names that are addresses',
      (size) => [
        withRecordNames({
          properties: Object.fromEntries(
            many(size, (i) => [`https://ns.adobe.com/a/f${i}`, {}]) as [string, unknown][],
          ),
        }) as object,
      ],
    ],
  ])('goes through the files once: %s', (_, make) => {
    const read = (documents: readonly object[]): void => {
      const files = documents.map((document, i) => ({ path: `${i}.json`, document }));
      const schemas = new SchemaLibrary(files);
      for (const file of files) bundleSchema(schemas, rootOf(file));
    };
    const factor = growth(
      counter,
      500,
      (size) => size,
      (size) => read(make(size)),
    );
    expect(factor).toBeLessThan(LINEAR);
  });

  it('is rejected where references lead from one to the next too often', () => {
    const definitions = named(300, (i) => (i === 299 ? text : { $ref: `#/definitions/f${i + 1}` }));
    expect(() => validatorOf({ definitions, $ref: '#/definitions/f0' })).toThrow('more than 200 references in a row');
  });
});

describe('a record that would take too many steps', () => {
  const schema = (more: object) =>
    schemaDefinition.parse({ $id: 'https://ns.example.com/s', 'meta:class': PROFILE_CLASS, ...more });
  const rejectionsOf = (more: object, entity: object) => compileSchema(schema(more))(entity);
  const TOO_COMPLEX = [
    { code: 'too-complex', pointer: '', expected: `a record of at most ${MAX_STEPS} steps`, found: 'more steps' },
  ];
  const items = Array.from({ length: 20_000 }, (_, i) => i);

  it('because each of its items is looked at by very many schemas', () => {
    const allOf = Array.from({ length: 600 }, (_, i) => ({ not: { const: -i } }));
    expect(rejectionsOf({ properties: { a: { items: { allOf } } } }, { a: items })).toMatchObject(TOO_COMPLEX);
    expect(rejectionsOf({ properties: { a: { items: { allOf } } } }, { a: items.slice(0, 100) })).toEqual([
      expect.objectContaining({ code: 'schema-violation', pointer: '/a/0' }),
    ]);
  });

  it('because a pattern looks ahead from each of its characters', () => {
    const pattern = `^(?=${'a?'.repeat(200)}b)|(?:(?=a${'a?'.repeat(200)}c).)+$`;
    const texts = Array.from({ length: 8 }, () => 'a'.repeat(500));
    expect(rejectionsOf({ properties: { a: { items: { pattern } } } }, { a: texts })).toMatchObject(TOO_COMPLEX);
  });

  it('because a large pattern goes through all of itself at each character', () => {
    const pattern = '^\\p{L}{1,900}\\d';
    expect(rejectionsOf({ properties: { a: { pattern } } }, { a: 'ab'.repeat(15_000) })).toMatchObject(TOO_COMPLEX);
  });

  it('is not one of 1 MB in which nothing is odd', () => {
    const row = { id: 'a'.repeat(20), values: [1, 2, 3], at: '2026-01-31T12:00:00Z', url: 'https://example.com/a?b=c' };
    const properties = {
      id: { type: 'string', pattern: '^[a-z]+$' },
      values: { type: 'array', items: { type: 'integer', minimum: 0 }, uniqueItems: true },
      at: { format: 'date-time' },
      url: { format: 'uri' },
    };
    const rows = Array.from({ length: 9_300 }, () => row);
    const of = {
      properties: { rows: { items: { type: 'object', properties } }, text: { pattern: '^[A-Za-z0-9+/]*=*$' } },
    };
    expect(JSON.stringify(rows).length).toBeGreaterThan(950_000);
    expect(rejectionsOf(of, { rows })).toEqual([]);
    expect(rejectionsOf(of, { text: 'QUJD'.repeat(250_000) })).toEqual([]);
  });
});
