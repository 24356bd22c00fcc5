import { describe, expect, it } from 'vitest';
import { refuseBreaking } from '#cli/commands/catalog.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/catalog/definitions.ts';
import { breakingChanges } from '#core/catalog/evolution.ts';
import { loadCatalog } from '#core/catalog/load.ts';

const ID = 'https://ns.example.com/people';
const text = { type: 'string' };
const primary = (property: string, namespace = 'CRMID') => ({
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceProperty': property,
  'xdm:namespace': namespace,
  'xdm:isPrimary': true,
});
const PROPERTIES = {
  id: text,
  email: text,
  loyalty: {
    type: 'object',
    properties: {
      tier: { ...text, enum: ['gold', 'silver'] },
      points: { type: 'integer', minimum: 0, maximum: 100 },
      since: { ...text, format: 'date' },
    },
  },
  code: { ...text, pattern: '^[A-Z]+$' },
  orders: { type: 'array', items: { type: 'object', properties: { total: { type: 'number' } } } },
  regions: { type: 'object', additionalProperties: { type: 'object', properties: { at: text } } },
};
const SCHEMA = {
  $id: ID,
  'meta:class': PROFILE_CLASS,
  'meta:immutableTags': ['union'],
  required: ['id'],
  properties: PROPERTIES,
  descriptors: [primary('/id')],
};
const NAMESPACE = { code: 'CRMID', idType: 'CROSS_DEVICE' };
const DATASET = { id: 'people', schemaRef: { id: ID } };

function catalogOf(schemas: readonly object[], datasets: readonly object[] = [DATASET]): Catalog {
  const files = [
    ['namespaces/x.json', NAMESPACE],
    ...schemas.map((schema, i) => [`schemas/${i}.json`, schema] as const),
    ...datasets.map((dataset, i) => [`datasets/${i}.json`, dataset] as const),
  ] as const;
  const { catalog, problems } = loadCatalog(new Map(files.map(([path, it]) => [path, JSON.stringify(it)])), {});
  expect(problems).toEqual([]);
  return catalog!;
}

const before = catalogOf([SCHEMA]);
const changesTo = (schema: object): string[] =>
  breakingChanges(before, catalogOf([schema])).map(({ schema: of, pointer, message }) => {
    expect(of).toBe(ID);
    return `${pointer} ${message}`;
  });
const withFields = (more: object) => ({ ...SCHEMA, properties: { ...PROPERTIES, ...more } });
const loyalty = (more: object) => ({
  loyalty: { ...PROPERTIES.loyalty, properties: { ...PROPERTIES.loyalty.properties, ...more } },
});
const without = (name: keyof typeof PROPERTIES) => {
  const { [name]: _, ...rest } = PROPERTIES;
  return { ...SCHEMA, properties: rest };
};

describe('schemas evolve', () => {
  it.each<[what: string, schema: object]>([
    ['as they are', SCHEMA],
    ['with another title', { ...SCHEMA, title: 'People' }],
    ['with a field more', withFields({ phone: text })],
    ['with a field more inside another', withFields(loyalty({ level: { type: 'integer' } }))],
    [
      'with a field more in a list',
      withFields({
        orders: { type: 'array', items: { type: 'object', properties: { total: { type: 'number' }, sku: text } } },
      }),
    ],
    ['with a value more', withFields(loyalty({ tier: { ...text, enum: ['gold', 'silver', 'none'] } }))],
    ['with any value', withFields(loyalty({ tier: text }))],
    ['with wider limits', withFields(loyalty({ points: { type: 'integer', minimum: -1 } }))],
    ['without a pattern', withFields({ code: text })],
    ['with less that is required', { ...SCHEMA, required: [] }],
    [
      'with one identity more',
      { ...SCHEMA, descriptors: [primary('/id'), { ...primary('/email', 'Email'), 'xdm:isPrimary': false }] },
    ],
    [
      'with the same fields in a field group',
      {
        ...SCHEMA,
        properties: {},
        definitions: { own: { properties: PROPERTIES } },
        allOf: [{ $ref: '#/definitions/own' }, { $ref: PROFILE_CLASS }],
      },
    ],
  ])('%s', (_, schema) => expect(changesTo(schema)).toEqual([]));
});

describe('schemas do not change', () => {
  it.each<[what: string, schema: object, change: string]>([
    ['a field removed', without('code'), '/code removed, renamed or moved'],
    [
      'a field renamed',
      { ...without('code'), properties: { ...without('code').properties, codes: PROPERTIES.code } },
      '/code removed, renamed or moved',
    ],
    [
      'a field moved',
      { ...without('code'), properties: { ...without('code').properties, ...loyalty({ code: PROPERTIES.code }) } },
      '/code removed, renamed or moved',
    ],
    ['a field retyped', withFields({ code: { type: 'number' } }), '/code retyped from string to number'],
    [
      'a whole number made any number',
      withFields(loyalty({ points: { type: 'number', minimum: 0, maximum: 100 } })),
      '/loyalty/points retyped from integer to number',
    ],
    [
      'a field within a list',
      withFields({ orders: { type: 'array', items: { type: 'object', properties: { total: text } } } }),
      '/orders/total retyped from number to string',
    ],
    [
      'a field within a map',
      withFields({ regions: { type: 'object', additionalProperties: { type: 'object', properties: {} } } }),
      '/regions/*/at removed, renamed or moved',
    ],
    [
      'a value less',
      withFields(loyalty({ tier: { ...text, enum: ['gold'] } })),
      '/loyalty/tier no longer allows "silver"',
    ],
    ['values listed', withFields({ email: { ...text, enum: ['x'] } }), '/email limited to certain values'],
    ['a pattern', withFields({ email: { ...text, pattern: '@' } }), '/email another pattern'],
    [
      'another format',
      withFields(loyalty({ since: { ...text, format: 'date-time' } })),
      '/loyalty/since another format',
    ],
    [
      'a narrower limit',
      withFields(loyalty({ points: { type: 'integer', minimum: 1, maximum: 100 } })),
      '/loyalty/points "minimum" narrowed to 1',
    ],
    ['a limit', withFields({ email: { ...text, maxLength: 9 } }), '/email "maxLength" narrowed to 9'],
    ['a field required', { ...SCHEMA, required: ['id', 'email'] }, '/email newly required'],
    ['a closed object', { ...SCHEMA, additionalProperties: false }, ' closed for fields it does not name'],
    ['the tag', { ...SCHEMA, 'meta:immutableTags': [] }, ' no longer enabled for Profile'],
    [
      'another primary identity',
      { ...SCHEMA, descriptors: [primary('/email', 'Email')] },
      '/id another primary identity',
    ],
    [
      'another namespace of the primary identity',
      { ...SCHEMA, descriptors: [primary('/id', 'Email')] },
      '/id another primary identity',
    ],
  ])('%s', (_, schema, change) => expect(changesTo(schema)).toEqual([change]));

  it('to another class', () => {
    expect(changesTo({ ...SCHEMA, 'meta:class': EXPERIENCE_EVENT_CLASS })).toContain(' another class');
  });

  it('behind the name of another one', () => {
    const other = { ...without('code'), $id: 'https://ns.example.com/other' };
    const moved = catalogOf([SCHEMA, other], [{ ...DATASET, schemaRef: { id: other.$id } }]);
    expect(breakingChanges(before, moved)).toMatchObject([
      { schema: ID, pointer: '/code', message: expect.stringContaining('"people" goes over to') },
    ]);
  });

  it('but go with their last dataset, and are free before they have one', () => {
    expect(breakingChanges(before, catalogOf([], []))).toEqual([]);
    const draft = { ...SCHEMA, 'meta:immutableTags': [] };
    expect(
      breakingChanges(catalogOf([draft], []), catalogOf([{ ...without('code'), 'meta:immutableTags': [] }], [])),
    ).toEqual([]);
  });
});

describe('a catalog that is applied', () => {
  const broken = catalogOf([without('code')]);
  it('is refused for breaking changes, with field and advice', () => {
    expect(() => refuseBreaking(before, broken, false)).toThrow(
      `${ID}#/code  removed, renamed or moved\n    keep the field where it is\n1 breaking change of schemas; nothing was done.`,
    );
  });
  it('may have them where that is said', () => expect(() => refuseBreaking(before, broken, true)).not.toThrow());
  it('may be the first', () => expect(() => refuseBreaking(undefined, broken, false)).not.toThrow());
});
