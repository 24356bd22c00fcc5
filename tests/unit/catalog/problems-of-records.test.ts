import { describe, expect, it } from 'vitest';
import { type Case, HERE, marks, placesOf, problemsOf } from './marked.ts';

const people = (properties: string, rest = ''): string => `$id: https://example.com/people
meta:class: https://ns.adobe.com/xdm/context/profile
properties:
  shop: { type: object, properties: { crmId: { type: string }, count: { type: number } } }
  loyalty: { type: object, properties: { tier: { type: string } } }
${properties}${rest || DESCRIPTORS}`;
const DESCRIPTORS = `descriptors:
  - { "@type": "xdm:descriptorIdentity", "xdm:sourceProperty": /shop/crmId, "xdm:namespace": CRMID, "xdm:isPrimary": true }
`;
const descriptor = (property: string, more = ''): string => `descriptors:
  - { "@type": "xdm:descriptorIdentity", "xdm:namespace": CRMID, "xdm:isPrimary": true, "xdm:sourceProperty": ${property} }
${more}`;
const mapping = (...rules: string[]): string =>
  [
    'id: people',
    'schemaRef: { id: https://example.com/people }',
    'mapping:',
    ...rules.map((rule) => `  - ${rule}`),
    '',
  ].join('\n');

const CASES: readonly Case[] = [
  // Ids
  {
    name: 'an id that is taken',
    files: { 'datasets/z.yaml': `id: ${HERE}visits\nschemaRef: { id: https://example.com/visits }\n` },
    says: [/dataset "visits" is defined twice/],
  },
  {
    name: 'a standard namespace defined again',
    files: { 'namespaces/x.yaml': `- code: ${HERE}email\n  idType: EMAIL\n` },
    says: [/"Email" is built in/],
  },
  {
    name: 'records that are no events and are to be amended',
    files: {
      'datasets/people.yaml': `id: people\nschemaRef: { id: https://example.com/people }\nonConflict: ${HERE}latest\n`,
    },
    says: [/only events are amended/],
  },
  {
    name: 'a country of what is no telephone number',
    files: {
      'namespaces/x.yaml': `code: MEMBER\nidType: CROSS_DEVICE\ncountry: ${HERE}DE\n`,
      'identity-settings/settings.yaml': `namespacePriority: [CRMID]\nnamespaces:\n  Phone_E.164: { country: DE }\n  Email: { country: ${HERE}DE }\n`,
    },
    says: [/"country" has no effect here/, /"country" has no effect here/],
  },
  {
    name: 'values of a namespace that does not exist',
    files: {
      'identity-settings/settings.yaml': `namespacePriority: [CRMID]\nnamespaces:\n  Emial: ${HERE}{ blockedValues: [x] }\n`,
    },
    says: [/unknown namespace "Emial"/],
  },
  {
    name: 'a normal form whose pattern could run without end',
    files: {
      'namespaces/x.yaml': `code: MEMBER\nidType: CROSS_DEVICE\nnormalize: { pattern: ${HERE}"(a)\\\\1" }\n`,
    },
    says: [/back-references/],
  },
  {
    name: 'namespaces that differ in case only',
    files: { 'namespaces/x.yaml': `code: ${HERE}crmId\nidType: CROSS_DEVICE\n` },
    says: [/differ in case/],
  },
  {
    name: 'second identity settings',
    files: { 'identity-settings/z.yaml': `${HERE}namespacePriority: [CRMID]\n` },
    says: [/identity settings already/],
  },
  // Identity
  {
    name: 'an unknown namespace in the settings',
    files: {
      'identity-settings/settings.yaml': `namespacePriority: [CRMID, ${HERE}ECDI]\nuniqueNamespaces: [${HERE}LoyaltyId]\n`,
    },
    says: [/unknown namespace "ECDI"/, /unknown namespace "LoyaltyId"/],
  },
  {
    name: 'a namespace ranked twice',
    files: { 'identity-settings/settings.yaml': `namespacePriority: [CRMID, ECID, ${HERE}CRMID]\n` },
    says: [/twice/],
  },
  {
    name: 'cookies before devices, and devices before people',
    files: {
      'identity-settings/settings.yaml': `namespacePriority: [Email, ECID, ${HERE}IDFA, AdCloud, ${HERE}CRMID]
`,
    },
    says: [/"IDFA" \(DEVICE\) comes after "ECID"/, /"CRMID" \(CROSS_DEVICE\) comes after "AdCloud"/],
  },
  {
    name: 'what is no person as unique in a graph',
    files: {
      'namespaces/sku.yaml': 'code: Sku\nidType: NON_PEOPLE\n',
      'identity-settings/settings.yaml': `namespacePriority: [CRMID, ECID]\nuniqueNamespaces: [${HERE}Sku]\n`,
    },
    says: [/"Sku" is NON_PEOPLE and never joins a graph/],
  },
  {
    name: 'an unknown namespace that is blocked',
    files: {
      'identity-settings/settings.yaml': `namespacePriority: [CRMID, ECID]\nblockedNamespaces: [AAID, ${HERE}GCLD]\n`,
    },
    says: [/unknown namespace "GCLD"/],
  },
  // Schemas
  {
    name: 'a type that JSON Schema does not have',
    files: { 'schemas/people.yaml': people(`  age: { type: ${HERE}int }\n`) },
    says: [/"properties.age.type" is not valid in a JSON Schema/],
  },
  {
    name: 'a slip in a keyword',
    files: { 'schemas/people.yaml': people(`  age: { type: object, ${HERE}requried: [a] }\n`) },
    says: [/unknown keyword "requried"/],
  },
  {
    name: 'a reference to no schema',
    files: { 'schemas/people.yaml': people(`  age: { $ref: ${HERE}"https://example.com/peeple#/definitions/a" }\n`) },
    says: [/unknown schema "https:\/\/example.com\/peeple"/],
  },
  {
    name: 'a reference that leads nowhere',
    files: { 'schemas/people.yaml': people(`  age: { $ref: ${HERE}"#/definitions/age" }\n`) },
    says: [/leads nowhere/],
  },
  {
    name: 'a schema that refers to itself without end',
    files: { 'schemas/people.yaml': people(`  age: ${HERE}{ allOf: [{ $ref: "#/properties/age" }] }\n`) },
    says: [/without end/],
  },
  {
    name: 'an unknown format',
    files: { 'schemas/people.yaml': people(`  born: { type: string, format: ${HERE}datetime }\n`) },
    says: [/unknown format "datetime"/],
  },
  {
    name: 'patterns that do not run in linear time',
    files: {
      'schemas/people.yaml': people(
        `  code: { type: string, pattern: ${HERE}"(?<=a)b" }\n  more: { type: object, patternProperties: { ${HERE}"(a)\\\\1": {} } }\n`,
      ),
    },
    says: [/the pattern "\(\?<=a\)b"/, /the pattern/],
  },
  {
    name: 'an identity that is a number',
    files: { 'schemas/people.yaml': people('', descriptor(`${HERE}/shop/count`)) },
    says: [/of type number/],
  },
  {
    name: 'an identity that is no field',
    files: { 'schemas/people.yaml': people('', descriptor(`${HERE}/shop/crmID`)) },
    says: [/"\/shop\/crmID" is not a field/],
  },
  {
    name: 'an identity inside a list',
    files: {
      'schemas/people.yaml': people(
        '  ids: { type: array, items: { type: object, properties: { id: { type: string } } } }\n',
        descriptor(`${HERE}/ids/id`),
      ),
    },
    says: [/inside a list/],
  },
  {
    name: 'an unknown namespace of a descriptor',
    files: {
      'schemas/people.yaml': people(
        '',
        descriptor('/shop/crmId').replace('"xdm:namespace": CRMID', `"xdm:namespace": ${HERE}CRMIDS`),
      ),
    },
    says: [/unknown namespace "CRMIDS"/],
  },
  {
    name: 'two primary identities',
    files: {
      'schemas/people.yaml': people(
        '',
        descriptor(
          '/shop/crmId',
          `  - { "@type": "xdm:descriptorIdentity", "xdm:sourceProperty": /loyalty/tier, "xdm:namespace": Email, "xdm:isPrimary": ${HERE}true }\n`,
        ),
      ),
    },
    says: [/second primary identity/],
  },
  {
    name: 'a schema of Profile without a primary identity',
    files: { 'schemas/people.yaml': people('', `descriptors: ${HERE}[]\n`) },
    says: [/needs a primary identity/],
  },
  {
    name: 'one field with two types',
    files: {
      'schemas/visits2.yaml': `$id: https://example.com/visits2\nmeta:class: https://ns.adobe.com/xdm/context/experienceevent\nproperties:\n  identityMap: { type: object }\n  eventType: { type: ${HERE}number }\n`,
      'datasets/z.yaml': 'id: z\nschemaRef: { id: https://example.com/visits2 }\n',
    },
    says: [/"eventType" is number here/],
  },
  // Datasets
  {
    name: 'a dataset of no schema',
    files: { 'datasets/visits.yaml': `id: visits\nschemaRef: { id: ${HERE}https://example.com/visit }\n` },
    says: [/unknown schema/],
  },
  {
    name: 'a tag that means nothing',
    files: {
      'datasets/visits.yaml': `id: visits\nschemaRef: { id: https://example.com/visits }\ntags: { unifiedProfile: [${HERE}enable:true, enabled:true] }\n`,
    },
    says: [/"enable:true" means nothing/],
  },
  {
    name: 'a mapping to a field that is not there',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: t, destination: ${HERE}loyalty.teir }`,
      ),
    },
    says: [/"loyalty.teir" is not a field/],
  },
  {
    name: 'a mapping to what is the platform\u2019s own',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: s, destination: ${HERE}segmentMembership.ups.x.status }`,
      ),
    },
    says: [/"segmentMembership" is written by the platform alone/],
  },
  {
    name: 'a constant that its field does not allow',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ constant: ${HERE}platinum, destination: loyalty.tier }`,
      ),
    },
    says: [/the schema does not allow "platinum"/],
  },
  {
    name: 'a mapping of another type',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: s, destination: shop.spend, type: ${HERE}string }`,
      ),
    },
    says: [/gives "shop.spend" a string/],
  },
  {
    name: 'a list where the schema has one value',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: s, destination: shop.spend, type: number, split: ${HERE}";" }`,
      ),
    },
    says: [/gives "shop.spend" a list/],
  },
  {
    name: 'a date pattern that cannot be read',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: s, destination: shop.since, type: date, format: ${HERE}YYYY-MM-DD }`,
      ),
    },
    says: [/"YYYY" means nothing in a date pattern; expected yyyy/],
  },
  {
    name: 'a mapping into a list',
    files: { 'datasets/people.yaml': mapping(`{ source: s, destination: ${HERE}tags.name }`) },
    says: [/inside a list/],
  },
  {
    name: 'a field that is filled twice',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: s, destination: ${HERE}shop.crmId }`,
      ),
    },
    says: [/filled twice/],
  },
  {
    name: 'a rule with neither column nor constant',
    files: { 'datasets/people.yaml': mapping(`${HERE}{ destination: shop.crmId }`) },
    says: [/either "source" .* or "constant"/],
  },
  {
    name: 'a place in an expression where a function is not there',
    files: {
      'datasets/people.yaml': mapping(`{ expression: 'concat(first, ${HERE}uper(last))', destination: shop.crmId }`),
    },
    says: [/there is no function "uper"/],
  },
  {
    name: 'a place in an expression of several lines',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `expression: |\n      iif(vip,\n        "gold",\n        ${HERE}left(tier))\n    destination: extras.tier`,
      ),
    },
    says: [/"left" has 1 argument/],
  },
  {
    name: 'a place in an expression that ends too early',
    files: { 'datasets/people.yaml': mapping(`{ expression: "trim(\\"a\\"${HERE}", destination: shop.crmId }`) },
    says: [/ends too early/],
  },
  {
    name: 'an argument of another type',
    files: {
      'datasets/people.yaml': mapping(`{ expression: 'left(a, ${HERE}["b"])', destination: shop.crmId }`),
    },
    says: [/"left" takes a number as count, and this is a list/],
  },
  {
    name: 'an expression of another type than its field',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ expression: ${HERE}upper(a), destination: shop.spend }`,
        `{ expression: '${HERE}a > 1', destination: loyalty }`,
      ),
    },
    says: [/gives "shop.spend" a string/, /gives "loyalty" a boolean/],
  },
  {
    name: 'an object of an expression with a field that is not there',
    files: {
      'datasets/people.yaml': mapping(
        `{ expression: 'to_object("crmId", id, ${HERE}"spent", 1)', destination: shop }`,
        `{ expression: '[{"name": a, ${HERE}"nmae": b}]', destination: tags }`,
      ),
    },
    says: [/"spent" is not a field there/, /"nmae" is not a field there/],
  },
  {
    name: 'a value of a table that its field does not allow',
    files: {
      'datasets/people.yaml': mapping(
        '{ source: id, destination: shop.crmId }',
        `{ source: t, destination: loyalty.tier, values: { g: gold, p: ${HERE}platinum }, default: ${HERE}none }`,
      ),
    },
    says: [/does not allow "platinum"/, /does not allow "none"/],
  },
  {
    name: 'items of what is no list, and of a list that is read nowhere',
    files: {
      'datasets/people.yaml': mapping(`{ source: id, destination: ${HERE}'shop[0].crmId' }`),
      'datasets/visits.yaml': `id: visits\nschemaRef: { id: https://example.com/visits }\nmapping:\n  - { source: a, destination: _id }\n  - { source: t, destination: timestamp }\n  - { source: t, destination: ${HERE}'commerce..order' }\n`,
    },
    says: [/has the item of a list where the schema .* has none/, /"commerce..order" is no path of a field/],
  },
  {
    name: 'rules for each item that read no list',
    files: {
      'datasets/people.yaml': `id: people\nschemaRef: { id: https://example.com/people }\n${HERE}mapping:\n  - { source: id, destination: shop.crmId }\n  - { source: t, destination: 'tags[*].name' }\n`,
    },
    says: [/each item of "tags\[\*\].name" from no list/],
  },
  {
    name: 'a rule with two origins',
    files: {
      'datasets/people.yaml': mapping(`{ source: a, expression: ${HERE}b, destination: shop.crmId }`),
    },
    says: [/either "source" .* or "constant"/],
  },
  {
    name: 'a mapping without what the class requires',
    files: {
      'datasets/visits.yaml': `id: visits\nschemaRef: { id: https://example.com/visits }\n${HERE}mapping:\n  - { source: a, destination: _id }\n`,
    },
    says: [/no rule fills "timestamp"/],
  },
];

describe('the catalog loader, on what records are', () => {
  it.each(CASES)('points at $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems), problems.map(({ message }) => message).join('\n')).toEqual(marks(files).sort());
    for (const [i, pattern] of says.entries()) expect(problems[i]?.message).toMatch(pattern);
  });
});
