import { describe, expect, it } from 'vitest';
import { HERE, marks, placesOf, problemsOf, segmentText } from './marked.ts';

interface Case {
  /** What the test says about it. */
  readonly name: string;
  readonly files: Readonly<Record<string, string | null>>;
  /** What each problem says, in the order of the marks. */
  readonly says: readonly RegExp[];
}

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
const segment = (pql: string): Record<string, string> => ({ 'segments/new.yaml': segmentText('new', pql) });
const destination = (text: string): Record<string, string> => ({ 'destinations/hook.yaml': text });

const CASES: readonly Case[] = [
  // Files
  { name: 'broken YAML', files: { 'segments/x.yaml': `id: x\nname: [a, b\n${HERE}` }, says: [/not valid YAML/] },
  { name: 'an empty file', files: { 'segments/x.yaml': `${HERE}# nothing\n` }, says: [/empty/] },
  {
    name: 'a key that is written twice',
    files: destination(`id: hook\ntype: http\n${HERE}id: hook2\nurl: https://a.example\nsegments: [gold]\n`),
    says: [/"id" is written twice/],
  },
  {
    name: 'two definitions in one file',
    files: { 'merge-policies/default.yaml': `id: default\ndefault: true\n${HERE}---\nid: b\n` },
    says: [/second document/],
  },
  {
    name: 'a prototype as a key',
    files: { 'namespaces/x.yaml': `code: X\nidType: DEVICE\n${HERE}__proto__: { a: 1 }\n` },
    says: [/"__proto__" is not allowed/],
  },
  {
    name: 'an alias of nothing',
    files: { 'namespaces/x.yaml': `code: X\nidType: DEVICE\nname: ${HERE}*nothing\n` },
    says: [/&nothing/],
  },
  {
    name: 'a tag of another language',
    files: { 'namespaces/x.yaml': `code: X\nidType: DEVICE\nname: !!binary ${HERE}YQ==\n` },
    says: [/tag/],
  },
  { name: 'an unknown folder', files: { 'segment/x.yaml': `${HERE}id: x\n` }, says: [/unknown folder "segment"/] },
  { name: 'a file in no folder', files: { 'x.yaml': `${HERE}id: x\n` }, says: [/in no folder/] },
  { name: 'a file of another kind', files: { 'segments/x.txt': `${HERE}id: x\n` }, says: [/unknown kind of file/] },
  // Shapes
  {
    name: 'an unknown key',
    files: {
      'datasets/visits.yaml': `id: visits\n${HERE}schemaref: { id: https://example.com/visits }\nschemaRef: { id: https://example.com/visits }\n`,
    },
    says: [/unknown key "schemaref"/],
  },
  {
    name: 'an unknown key deep inside',
    files: { 'datasets/visits.yaml': `id: visits\nschemaRef:\n  id: https://example.com/visits\n  ${HERE}kind: x\n` },
    says: [/unknown key "kind"/],
  },
  {
    name: 'a key that is missing',
    files: { 'segments/x.yaml': `${HERE}id: x\nname: X\n` },
    says: [/"expression" is missing/],
  },
  {
    name: 'a value of another type',
    files: { 'merge-policies/default.yaml': `id: default\ndefault: ${HERE}yes\n` },
    says: [/"default" is text/],
  },
  {
    name: 'a value that is not on offer',
    files: { 'namespaces/x.yaml': `code: X\nidType: ${HERE}CROSSDEVICE\n` },
    says: [/"idType" is "CROSSDEVICE"/],
  },
  {
    name: 'an id with letters it may not have',
    files: { 'merge-policies/default.yaml': `id: ${HERE}my default\ndefault: true\n` },
    says: [/"id" is not right/],
  },
  {
    name: 'an unknown type of destination',
    files: destination(`id: hook\ntype: ${HERE}htp\nsegments: [gold]\n`),
    says: [/"type" is "htp"/],
  },
  {
    name: 'a URL of another scheme',
    files: destination(`id: hook\ntype: http\nurl: ${HERE}ftp://a.example/\nsegments: [gold]\n`),
    says: [/"url" is not right/],
  },
  {
    name: 'no segments',
    files: destination(`id: hook\ntype: http\nurl: https://a.example/\nsegments: ${HERE}[]\n`),
    says: [/"segments" is not right/],
  },
  {
    name: 'a precedence without an order',
    files: {
      'merge-policies/default.yaml': `id: default\ndefault: true\nattributeMerge: ${HERE}{ type: dataSetPrecedence }\n`,
    },
    says: [/"attributeMerge.order" is missing/],
  },
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
    name: 'a mapping without what the class requires',
    files: {
      'datasets/visits.yaml': `id: visits\nschemaRef: { id: https://example.com/visits }\n${HERE}mapping:\n  - { source: a, destination: _id }\n`,
    },
    says: [/no rule fills "timestamp"/],
  },
  // Merge policies
  {
    name: 'no default merge policy',
    files: { 'merge-policies/default.yaml': `${HERE}id: default\n` },
    says: [/no merge policy is the default/],
  },
  {
    name: 'two default merge policies',
    files: { 'merge-policies/z.yaml': `id: z\ndefault: ${HERE}true\n` },
    says: [/two default merge policies/],
  },
  {
    name: 'a sixth merge policy',
    files: Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [`merge-policies/p${n}.yaml`, `${n === 5 ? HERE : ''}id: p${n}\n`]),
    ),
    says: [/number 6/],
  },
  {
    name: 'a precedence of no dataset',
    files: {
      'merge-policies/default.yaml': `id: default\ndefault: true\nattributeMerge: { type: dataSetPrecedence, order: [people, ${HERE}peopel] }\n`,
    },
    says: [/unknown dataset "peopel"/],
  },
  // Segments
  { name: 'PQL that is cut short', files: segment(`loyalty.tier =${HERE}`), says: [/./] },
  {
    name: 'PQL with a mistake on its third line',
    files: segment(`loyalty.tier = "gold"\nand\n  (loyalty.tier ${HERE}] "silver")`),
    says: [/./],
  },
  {
    name: 'a field of no profile',
    files: segment(`loyalty.${HERE}teir = "gold"\nor ${HERE}loyality.tier = "gold"`),
    says: [/"loyalty.teir" is not a field of profiles/, /"loyality" is not a field of profiles/],
  },
  {
    name: 'a field of no event',
    files: segment(`exists E from xEvent where\n  E.commerce.${HERE}orders.priceTotal > 1`),
    says: [/"commerce.orders" is not a field of events/],
  },
  {
    name: 'a field of no event, in a filter',
    files: segment(`xEvent[${HERE}evenType = "a"].sum(commerce.order.${HERE}total) > 1`),
    says: [/"evenType" is not a field of events/, /"commerce.order.total" is not a field of events/],
  },
  {
    name: 'an unknown segment',
    files: segment(`inSegment("gold")\nand not inSegment(${HERE}"glod")`),
    says: [/unknown segment "glod"/],
  },
  {
    name: 'segments in a circle',
    files: {
      'segments/a.yaml': segmentText('a', 'inSegment("b")'),
      'segments/b.yaml': segmentText('b', `inSegment("gold") or inSegment(${HERE}"a")`),
    },
    says: [/in a circle: a → b → a/],
  },
  {
    name: 'a segment on a draft',
    files: {
      'segments/a.yaml': `${segmentText('a', 'loyalty.tier = "gold"')}lifecycleState: draft\n`,
      ...segment(`inSegment(${HERE}"a")`),
    },
    says: [/"a" is not published/],
  },
  {
    name: 'an unknown merge policy',
    files: { 'segments/new.yaml': `${segmentText('new', 'loyalty.tier = "gold"')}mergePolicyId: ${HERE}defualt\n` },
    says: [/unknown merge policy "defualt"/],
  },
  {
    name: 'a merge policy that is not the default',
    files: {
      'merge-policies/z.yaml': 'id: z\n',
      'segments/new.yaml': `${segmentText('new', 'loyalty.tier = "gold"')}mergePolicyId: ${HERE}z\n`,
    },
    says: [/not the default merge policy/],
  },
  // Destinations
  {
    name: 'an unknown segment of a destination',
    files: destination(`id: hook\ntype: http\nurl: https://a.example/\nsegments:\n  - gold\n  - ${HERE}silver\n`),
    says: [/unknown segment "silver"/],
  },
  {
    name: 'unknown namespaces of a destination',
    files: destination(
      `id: hook\ntype: http\nurl: https://a.example/\nsegments: [gold]\nidentities: [ECID, ${HERE}Emial]\n`,
    ),
    says: [/unknown namespace "Emial"/],
  },
  {
    name: 'an unknown identity of a file',
    files: destination(`id: hook\ntype: s3-file\nidentity: ${HERE}crmid\nsegments: [gold]\n`),
    says: [/unknown namespace "crmid"/],
  },
  {
    name: 'an attribute that profiles do not have',
    files: destination(
      `id: hook\ntype: http\nurl: https://a.example/\nsegments: [gold]\nattributes: [loyalty.tier, ${HERE}loyalty.points]\n`,
    ),
    says: [/"loyalty.points" is not an attribute/],
  },
  {
    name: 'a variable that is not set',
    files: destination(`id: hook\ntype: http\nurl: https://${HERE}\${HOOK_HOST}/\nsegments: [gold]\n`),
    says: [/HOOK_HOST is not set/],
  },
  {
    name: 'a variable without an end',
    files: destination(`id: hook\ntype: http\nurl: "https://a.example/${HERE}\${HOOK"\nsegments: [gold]\n`),
    says: [/does not end/],
  },
];

describe('the catalog loader', () => {
  it.each(CASES)('points at $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems), problems.map(({ message }) => message).join('\n')).toEqual(marks(files).sort());
    for (const [i, pattern] of says.entries()) expect(problems[i]?.message).toMatch(pattern);
  });

  it('reports everything at once, by file and line', () => {
    const files = {
      'segments/new.yaml': segmentText('new', `loyalty.${HERE}teir = "gold"`),
      'destinations/hook.yaml': `id: hook\ntype: http\nurl: ${HERE}nowhere\nsegments: [gold]\n${HERE}sgements: [gold]\n`,
      'datasets/visits.yaml': `id: visits\nschemaRef: { id: ${HERE}https://example.com/visit }\n`,
    };
    expect(placesOf(problemsOf(files))).toEqual(marks(files).sort());
  });

  it('blames one mistake once: what refers to a broken definition is not to blame', () => {
    const files = {
      'segments/gold.yaml': `id: gold\nname: ${HERE}7\nexpression: { type: PQL, format: pql/text, value: loyalty.tier = "gold" }\n`,
    };
    expect(placesOf(problemsOf(files))).toEqual(marks(files));
  });

  it('offers the name that was probably meant', () => {
    const [problem] = problemsOf(destination('id: hook\ntype: http\nurl: https://a.example/\nsegments: [glod]\n'));
    expect(problem?.hint).toBe('did you mean "gold"?');
  });

  it('never shows the value of a variable', () => {
    const files = destination('id: hook\ntype: http\nurl: ${SECRET_URL}\nsegments: [gold]\n');
    const problems = problemsOf(files, { SECRET_URL: 'secret-that-is-no-url' });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('secret-that');
  });
});
