import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { breakingChanges } from '#core/catalog/evolution.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { planOfLast, textWithNeeded } from '#core/catalog/plan-segment.ts';
import { unionSchema } from '#core/catalog/union-schema.ts';
import { type Case, catalogFiles, HERE, marks, placesOf, problemsOf, segmentText } from './marked.ts';

const products = (descriptors = KEY, more = ''): string => `
$id: https://example.com/products
meta:class: https://example.com/classes/product
properties:
  sku: { type: string }
  category: { type: string }
  price: { type: number }
  tags: { type: array, items: { type: string } }
${more}descriptors:
${descriptors}
`;
const KEY = `  - "@type": xdm:descriptorIdentity
    xdm:sourceProperty: /sku
    xdm:namespace: SKU
    xdm:isPrimary: true`;

const orders = (descriptors = RELATIONSHIP): string => `
$id: https://example.com/orders
meta:class: https://ns.adobe.com/xdm/context/experienceevent
properties:
  identityMap: { type: object }
  productListItems: { type: array, items: { type: object, properties: { SKU: { type: string }, quantity: { type: integer } } } }
  total: { type: number }
  seen: { type: array, items: { type: string } }
descriptors:
${descriptors}
`;
const RELATIONSHIP = `  - "@type": xdm:descriptorOneToOne
    xdm:sourceProperty: /productListItems[*]/SKU
    xdm:destinationSchema: https://example.com/products
    xdm:destinationVersion: 1
    xdm:destinationProperty: /sku
  - "@type": xdm:descriptorReferenceIdentity
    xdm:sourceProperty: /productListItems/SKU
    xdm:identityNamespace: SKU`;
const relationship = (lines: string): string => `  - "@type": xdm:descriptorOneToOne\n${lines}`;

const FILES = {
  'namespaces/sku.yaml': 'code: SKU\nidType: NON_PEOPLE\n',
  'schemas/products.yaml': products(),
  'schemas/orders.yaml': orders(),
  'datasets/products.yaml': 'id: products\nschemaRef: { id: https://example.com/products }\n',
  'datasets/orders.yaml': 'id: orders\nschemaRef: { id: https://example.com/orders }\n',
};
const HATS = 'exists E from xEvent where (exists I from E.productListItems where I.SKU.category = "hats")';

const catalogOf = (files: Readonly<Record<string, string>> = {}) => {
  const { catalog, problems } = loadCatalog(catalogFiles({ ...FILES, ...files }), {});
  expect(problems).toEqual([]);
  return catalog!;
};

const CASES: readonly Case[] = [
  {
    name: 'a lookup schema without a key',
    files: {
      'schemas/products.yaml': products().replace(/descriptors:[\s\S]*/, `descriptors: ${HERE}[]\n`),
      'schemas/orders.yaml': orders('  []'),
    },
    says: [/records of the class https:\/\/example.com\/classes\/product need a key/],
  },
  {
    name: 'a key that is no text',
    files: {
      'schemas/products.yaml': products(`  - "@type": xdm:descriptorPrimaryKey\n    xdm:sourceProperty: ${HERE}/price`),
      'schemas/orders.yaml': orders('  []'),
    },
    says: [/the primary key "\/price" is of type number/],
  },
  {
    name: 'a slip in the class of events',
    files: {
      'schemas/orders.yaml': orders('  []')
        .replace(
          'https://ns.adobe.com/xdm/context/experienceevent',
          `${HERE}https://ns.adobe.com/xdm/context/experienceevents`,
        )
        .replace('descriptors:\n  []', `descriptors: ${HERE}[]`),
    },
    says: [/"meta:class" is .*experienceevents/, /need a key/],
  },
  {
    name: 'a relationship from a field that is not there',
    files: {
      'schemas/orders.yaml': orders(
        relationship(
          `    xdm:sourceProperty: ${HERE}/productListItems/SKUs\n    xdm:destinationSchema: https://example.com/products`,
        ),
      ),
    },
    says: [/"\/productListItems\/SKUs" is not a field of this schema/],
  },
  {
    name: 'a relationship from a number',
    files: {
      'schemas/orders.yaml': orders(
        relationship(`    xdm:sourceProperty: ${HERE}/total\n    xdm:destinationSchema: https://example.com/products`),
      ),
    },
    says: [/the field of the relationship "\/total" is of type number/],
  },
  {
    name: 'a relationship to a schema that is not there',
    files: {
      'schemas/orders.yaml': orders(
        relationship(`    xdm:sourceProperty: /seen\n    xdm:destinationSchema: ${HERE}https://example.com/product`),
      ),
    },
    says: [/unknown schema "https:\/\/example.com\/product"/],
  },
  {
    name: 'a relationship to people',
    files: {
      'schemas/orders.yaml': orders(
        relationship(`    xdm:sourceProperty: /seen\n    xdm:destinationSchema: ${HERE}https://example.com/people`),
      ),
    },
    says: [/is a schema of https:\/\/ns.adobe.com\/xdm\/context\/profile/],
  },
  {
    name: 'a relationship to another field than the key',
    files: {
      'schemas/orders.yaml': orders(
        relationship(
          `    xdm:sourceProperty: /seen\n    xdm:destinationSchema: https://example.com/products\n    xdm:destinationProperty: ${HERE}/category`,
        ),
      ),
    },
    says: [/records of https:\/\/example.com\/products are not found by "\/category"/],
  },
  {
    name: 'a reference in another namespace, and one without a relationship',
    files: {
      'schemas/orders.yaml': orders(
        `${RELATIONSHIP.replace('Namespace: SKU', `Namespace: ${HERE}CRMID`)}\n  - "@type": xdm:descriptorReferenceIdentity\n    xdm:sourceProperty: ${HERE}/seen\n    xdm:identityNamespace: SKU`,
      ),
    },
    says: [/the keys of https:\/\/example.com\/products are of the namespace "SKU"/, /"\/seen" has no relationship/],
  },
  {
    name: 'a relationship of a lookup schema, and a primary key of events',
    files: {
      'schemas/products.yaml': products(
        `${KEY}\n  - "@type": ${HERE}xdm:descriptorOneToOne\n    xdm:sourceProperty: /category\n    xdm:destinationSchema: https://example.com/products`,
      ),
      'schemas/orders.yaml': orders(
        `${RELATIONSHIP}\n  - "@type": ${HERE}xdm:descriptorPrimaryKey\n    xdm:sourceProperty: /total`,
      ),
    },
    says: [/followed from people and events only/, /people and events have identities/],
  },
  {
    name: 'two schemas that lead to different records by one field',
    files: {
      'schemas/more.yaml': products().replace('com/products', 'com/more'),
      'schemas/returns.yaml': orders()
        .replace('com/orders', 'com/returns')
        .replace('$id: ', 'meta:immutableTags: [union]\n$id: ')
        .replace(
          'xdm:destinationSchema: https://example.com/products',
          `xdm:destinationSchema: ${HERE}https://example.com/more`,
        ),
    },
    says: [/"productListItems.SKU" leads to another schema here/],
  },
  {
    name: 'a rule that reads a field that the records do not have, or compares it with something else',
    files: {
      'segments/a.yaml': segmentText(
        'a',
        `exists E from xEvent where (exists I from E.productListItems where I.SKU.${HERE}categori = "hats")`,
      ),
      'segments/b.yaml': segmentText(
        'b',
        `exists E from xEvent where (exists I from E.productListItems where I.SKU.price = ${HERE}"12")`,
      ),
    },
    says: [
      /"categori" is not a field of https:\/\/example.com\/products/,
      /"price" is a number and is compared with a text/,
    ],
  },
  {
    name: 'a mapping that leaves the key out',
    files: {
      'datasets/products.yaml': `${FILES['datasets/products.yaml']}${HERE}mapping:\n  - { source: c, destination: category }\n`,
    },
    says: [/no rule fills "sku"/],
  },
];

describe('a catalog with lookup schemas', () => {
  it.each(CASES)('says where it is wrong: $name', ({ files, says }) => {
    const all = { ...FILES, ...files };
    const problems = problemsOf(all as Record<string, string>);
    expect(placesOf(problems).sort()).toEqual(marks(all as Record<string, string>).sort());
    for (const say of says) expect(problems.map(({ message }) => message)).toContainEqual(expect.stringMatching(say));
  });

  it('plans a rule that looks records up for the batch job, by whoever’s rules', () => {
    const catalog = catalogOf();
    const segments = textWithNeeded(catalog, HATS);
    for (const mode of ['native', 'adobe-2021', 'adobe-2025'] as const) {
      const plan = planOfLast(segments, { ...segmentOptions(catalog), mode });
      expect(plan).toMatchObject({
        method: 'batch',
        reasons: [expect.stringMatching(/another entity \(multi-entity\).*products by productListItems\.SKU/)],
        state: { lookups: ['productListItems.SKU → https://example.com/products'] },
      });
    }
  });

  it('compiles: its records have a key, its rules know the relationship, and the key may be a primary key of its own', () => {
    const key = `  - "@type": xdm:descriptorPrimaryKey\n    xdm:sourceProperty: /sku`;
    const files = { 'schemas/products.yaml': products(key), 'segments/hats.yaml': segmentText('hats', HATS) };
    const { datasets, segments } = compileCatalog(catalogOf(files));
    expect(datasets.get('products')).toMatchObject({
      behaviour: 'record',
      lookup: { entity: 'https://example.com/products', pointer: '/sku', path: ['sku'] },
    });
    expect(datasets.get('orders')).not.toHaveProperty('lookup');
    expect(segments.lookups).toEqual([
      { of: 'event', path: ['productListItems', 'SKU'], entity: 'https://example.com/products' },
    ]);
    expect(segments.streamed).toEqual(['gold']);
  });

  it('shows in the union schema what can be read by a relationship', () => {
    const fields = unionSchema(catalogOf(), 'experienceevent')!.properties;
    expect(fields.productListItems?.items?.properties?.SKU).toEqual({
      type: 'string',
      'meta:lookup': {
        $id: 'https://example.com/products',
        properties: {
          category: { type: 'string' },
          price: { type: 'number' },
          sku: { type: 'string' },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
    });
    expect(fields.productListItems?.items?.properties?.quantity).toEqual({ type: 'integer' });
  });

  it('keeps the key of a lookup schema', () => {
    const before = catalogOf();
    const after = catalogOf({
      'schemas/products.yaml': products(KEY.replace('/sku', '/category')),
      'schemas/orders.yaml': orders(RELATIONSHIP.replace('Property: /sku', 'Property: /category')),
    });
    expect(breakingChanges(before, after).map(({ pointer, message }) => `${pointer} ${message}`)).toEqual([
      '/sku another primary identity',
    ]);
  });
});
