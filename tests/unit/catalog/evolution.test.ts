import { describe, expect, it } from 'vitest';
import { rejectBreaking } from '#cli/catalog/activate.ts';
import { printAudienceImpact } from '#cli/report/print-estimate.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { breakingChanges } from '#core/catalog/evolution.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { identitySettings } from '#core/identity/definition.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/schema/definition.ts';

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
  step: { type: 'number', multipleOf: 0.5 },
  either: { anyOf: [{ minLength: 9 }, { pattern: 'x' }] },
  count: { type: 'integer', minimum: 0 },
  labels: { type: 'object' },
  open: { type: 'object' },
  list: { type: 'array' },
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
    ['with a step less', withFields({ step: { type: 'number' } })],
    [
      'with an alternative more',
      withFields({ either: { anyOf: [{ minLength: 9 }, { pattern: 'x' }, { minLength: 3 }] } }),
    ],
    ['with any fields in a map', withFields({ labels: { type: 'object', additionalProperties: true } })],
    ['with a field named in what was open', withFields({ open: { type: 'object', properties: { x: text } } })],
    ['with lists that say what they may hold: anything', withFields({ list: { type: 'array', items: {} } })],
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
    ['larger steps', withFields({ step: { type: 'number', multipleOf: 1 } }), '/step another "multipleOf"'],
    ['an alternative less', withFields({ either: { anyOf: [{ minLength: 9 }] } }), '/either fewer schemas in "anyOf"'],
    ['alternatives', withFields({ email: { ...text, oneOf: [{ title: 'x' }] } }), '/email limited by "oneOf"'],
    [
      'a smaller size',
      withFields({ count: { type: 'integer', minimum: 0, 'meta:xdmType': 'byte' } }),
      '/count "maximum" narrowed to 127',
    ],
    [
      'something required by a schema that says nothing else',
      { ...SCHEMA, allOf: [{ $ref: '#/definitions/more', required: ['email'] }], definitions: { more: {} } },
      '/email newly required',
    ],
    ['something required of some', { ...SCHEMA, dependentRequired: { id: ['email'] } }, ' another "dependentRequired"'],
    ['a condition', { ...SCHEMA, not: { required: ['code'] } }, ' another "not"'],
    ['items limited', withFields({ list: { type: 'array', items: text } }), '/list retyped from any type to string'],
    [
      'a map limited',
      withFields({ labels: { type: 'object', additionalProperties: text } }),
      '/labels/* retyped from any type to string',
    ],
    [
      'fields it does not name limited',
      withFields({ loyalty: { ...PROPERTIES.loyalty, additionalProperties: text } }),
      '/loyalty/* retyped from any type to string',
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

  it.each([
    ['removed', []],
    ['moved to another field', [{ ...primary('/code', 'Email'), 'xdm:isPrimary': false }]],
    ['in another namespace', [{ ...primary('/email', 'Phone'), 'xdm:isPrimary': false }]],
  ])('an identity beside the primary one %s', (_, others) => {
    const withEmail = {
      ...SCHEMA,
      descriptors: [primary('/id'), { ...primary('/email', 'Email'), 'xdm:isPrimary': false }],
    };
    const after = catalogOf([{ ...SCHEMA, descriptors: [primary('/id'), ...others] }]);
    expect(breakingChanges(catalogOf([withEmail]), after)).toMatchObject([
      { schema: ID, pointer: '/email', message: 'no longer an identity of Email' },
    ]);
  });

  it('to another class', () => {
    expect(changesTo({ ...SCHEMA, 'meta:class': EXPERIENCE_EVENT_CLASS })).toContain(' another class');
  });

  it('behind the name of another one', () => {
    const other = { ...without('code'), $id: 'https://ns.example.com/other' };
    const moved = catalogOf([SCHEMA, other], [{ ...DATASET, schemaRef: { id: other.$id } }]);
    expect(breakingChanges(before, moved)).toMatchObject([
      { schema: ID, pointer: '/code', message: expect.stringContaining('"people" moves to') },
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

describe('the form in which values of a namespace are compared', () => {
  const withForms = (normalize?: 'none' | 'email', email: object = {}) => ({
    ...before,
    namespaces: [{ code: 'MEMBER', idType: 'EMAIL' as const, ...(normalize && { normalize }) }],
    identitySettings: identitySettings.parse({ namespacePriority: ['MEMBER'], namespaces: { Email: email } }),
  });
  const changed = (...args: Parameters<typeof withForms>): string[] =>
    breakingChanges(withForms(), withForms(...args)).map(({ schema, message }) => `${schema} ${message}`);

  it('does not become another one', () => {
    expect(changed('email')).toEqual(['namespaces/MEMBER its values are compared in another form']);
    expect(changed('none', { normalize: 'none' })).toEqual([
      'namespaces/Email its values are compared in another form',
    ]);
    expect(() => rejectBreaking(withForms(), withForms('email'), false)).toThrow(
      /^namespaces\/MEMBER# {2}its values.*\n.*\n1 breaking change; nothing was done\./,
    );
  });

  it('may be said, and values may be blocked and activated otherwise', () => {
    expect(changed('none', { normalize: 'email' })).toEqual([]);
    expect(changed(undefined, { blockedValues: ['a@b.example'], activate: 'newest' })).toEqual([]);
    expect(breakingChanges(before, withForms('email'))).toEqual([]);
  });
});

describe('a catalog that is applied', () => {
  const broken = catalogOf([without('code')]);
  it('is rejected for breaking changes, with field and advice', () => {
    expect(() => rejectBreaking(before, broken, false)).toThrow(
      `${ID}#/code  removed, renamed or moved\n    keep the field where it is\n1 breaking change of schemas; nothing was done.`,
    );
  });
  it('is planned with them, and with what to do', () => {
    const printed = printAudienceImpact({ profileCount: 3, segments: [] }, breakingChanges(before, broken));
    expect(printed).toContain('nobody enters or leaves');
    expect(printed).toContain(`${ID}#/code  removed, renamed or moved\n    keep the field where it is\n`);
    expect(printed).toContain('1 breaking change of schemas; `catalog apply` rejects it');
  });
  it('may have them where that is said', () => expect(() => rejectBreaking(before, broken, true)).not.toThrow());
  it('may be the first', () => expect(() => rejectBreaking(undefined, broken, false)).not.toThrow());
});
