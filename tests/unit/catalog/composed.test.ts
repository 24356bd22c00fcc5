import { describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog, renderProblem } from '#core/catalog/load.ts';
import { readSourceFile } from '#core/catalog/source-file.ts';
import { unionSchema } from '#core/catalog/union-schema.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS } from '#core/schema/definition.ts';
import { extensible } from '#tests/harness/core/schemas.ts';

const NS = 'https://ns.example.com';
const EXTENSIBLE = { $ref: 'https://ns.adobe.com/xdm/common/extensible#/definitions/@context' };
const text = { type: 'string' };
const group = (name: string, properties: object, above: object[] = [], more: object = {}) =>
  extensible(`${NS}/${name}`, properties, [EXTENSIBLE, ...above], more);

const email = extensible(`${NS}/email`, { 'xdm:address': text, 'xdm:primary': { type: 'boolean' } });
const FILES: Record<string, object> = {
  // As the repository has them, in a folder of their own, records included.
  'schemas/xdm/components/datatypes/email.schema.json': email,
  'schemas/xdm/components/fieldgroups/contact.schema.json': group('contact', {
    'xdm:personalEmail': { $ref: `${NS}/email`, title: 'E-mail' },
    'repo:createDate': { ...text, format: 'date-time' },
    'https://ns.adobe.com/experience/shop-data': {
      type: 'object',
      properties: { 'xdm:visits': { type: 'integer', 'meta:xdmType': 'short' } },
    },
  }),
  'schemas/xdm/components/fieldgroups/contact.example.1.json': { 'xdm:personalEmail': {} },
  'schemas/people.json': {
    $id: `${NS}/people`,
    'meta:class': PROFILE_CLASS,
    'meta:immutableTags': ['union'],
    allOf: [
      { $ref: PROFILE_CLASS },
      { $ref: `${NS}/contact` },
      { $ref: 'https://ns.adobe.com/xdm/mixins/profile-consents' },
      { $ref: 'https://ns.adobe.com/experience/profile-edgeregion' },
    ],
    descriptors: [
      {
        '@type': 'xdm:descriptorIdentity',
        'xdm:sourceSchema': `${NS}/people`,
        'xdm:sourceVersion': 1,
        'xdm:sourceProperty': '/personalEmail/address',
        'xdm:namespace': 'Email',
        'xdm:property': 'xdm:code',
        'xdm:isPrimary': true,
      },
    ],
  },
  'schemas/visits.json': {
    $id: `${NS}/visits`,
    'meta:class': EXPERIENCE_EVENT_CLASS,
    allOf: [{ $ref: EXPERIENCE_EVENT_CLASS }, { $ref: 'https://ns.adobe.com/experience/experienceevent-edgeregion' }],
  },
  'datasets/people.json': { id: 'people', schemaRef: { id: `${NS}/people` } },
  'datasets/visits.json': { id: 'visits', schemaRef: { id: `${NS}/visits` } },
};

const load = (changes: Record<string, object | undefined> = {}) => {
  const files = Object.entries({ ...FILES, ...changes }).filter(([, value]) => value !== undefined);
  return loadCatalog(new Map(files.map(([path, value]) => [path, JSON.stringify(value, null, 2)])), {});
};
const problems = (changes: Record<string, object | undefined>): string[] => load(changes).problems.map(renderProblem);
const loaded = (changes: Record<string, object | undefined> = {}): Catalog => {
  expect(problems(changes)).toEqual([]);
  return load(changes).catalog!;
};
const datasetOf = (catalog: Catalog, id: string) =>
  compileCatalog(JSON.parse(JSON.stringify(catalog))).datasets.get(id)!;
const rejections = (id: string, entity: object, changes: Record<string, object> = {}) =>
  datasetOf(loaded(changes), id)
    .validate(entity)
    .map(({ pointer, expected }) => `${pointer} ${expected}`);

describe('a composed schema', () => {
  it('has the fields of its class and its field groups, in the names of records', () => {
    const good = {
      personalEmail: { address: 'ann@example.com' },
      _repo: { createDate: '2026-01-01T00:00:00Z' },
      _experience: { shopData: { visits: 3 } },
      consents: { marketing: { email: { val: 'y' } } },
      userActivityRegions: { VA6: { captureTimestamp: '2026-01-01T00:00:00Z' } },
    };
    expect(rejections('people', good)).toEqual([]);
    const bad = {
      personalEmail: { address: 5 },
      _repo: { createDate: 'soon' },
      _experience: { shopData: { visits: 40_000 } },
      consents: { marketing: { email: { val: 'yes' } } },
      userActivityRegions: { VA6: { captureTimestamp: 'soon' } },
    };
    expect(
      rejections('people', bad)
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual([
      '/_experience/shopData/visits',
      '/_repo/createDate',
      '/consents/marketing/email/val',
      '/personalEmail/address',
      '/userActivityRegions/VA6/captureTimestamp',
    ]);
  });

  it('reads files of the repository as they are, also those that say a key twice: the last counts', () => {
    const asserted = '{ "$id": "x", "items": { "description": "one", "type": "string", "description": "two" } }';
    const { value, problems: found } = readSourceFile('schemas/xdm/x.schema.json', asserted);
    expect({ value, found }).toEqual({ value: JSON.parse(asserted), found: [] });
    expect(readSourceFile('schemas/x.json', asserted).problems).toMatchObject([
      { message: expect.stringMatching('twice') },
    ]);
  });

  it('has identities where its field groups have them', () => {
    const dataset = datasetOf(loaded(), 'people');
    expect(dataset.identitiesOf({ personalEmail: { address: 'ann@example.com' } }).identities).toEqual([
      { namespace: 'Email', value: 'ann@example.com', primary: true },
    ]);
  });

  it('of events asks for what every event needs, and takes a region', () => {
    const event = { _id: '1', timestamp: '2026-01-01T00:00:00Z', identityMap: { ECID: [{ id: '1' }] } };
    const region = { dataCenterLocation: 'VA6', captureTimestamp: '2026-01-01T00:00:00Z' };
    expect(rejections('visits', { ...event, userActivityRegion: region })).toEqual([]);
    expect(rejections('visits', { ...event, identityMap: { ECID: [{}] } })).toEqual(['/identityMap/ECID/0/id a value']);
    expect(rejections('visits', {}).map((line) => line.split(' ')[0])).toEqual(['/_id', '/timestamp']);
  });

  it('may be closed for fields that none of its parts has', () => {
    const closed = { 'schemas/visits.json': { ...FILES['schemas/visits.json'], unevaluatedProperties: false } };
    const event = { _id: '1', timestamp: '2026-01-01T00:00:00Z', eventType: 'visit' };
    expect(rejections('visits', event, closed)).toEqual([]);
    expect(rejections('visits', { ...event, other: 1 }, closed)).toEqual(['/other no such field']);
  });

  it('is loaded with the parts it uses, and no others', () => {
    // Not even when there are two of it.
    const copy = { 'schemas/xdm/copy.schema.json': group('unused', {}) };
    const unused = {
      ...copy,
      'schemas/xdm/unused.schema.json': group('unused', { 'xdm:x': { $ref: 'nowhere' } }),
    };
    expect(JSON.stringify(loaded(unused))).not.toContain('unused');
  });

  it.each([
    ['a part whose $id has an encoded space', `${NS}/a%20part`, 'n', '#/definitions/n'],
    ['a part whose $id has a slash and a tilde', `${NS}/~x/y`, 'n', '#/definitions/n'],
    ['a place inside a part, written as URIs write it', `${NS}/part`, 'a b%c/d~e', '#/definitions/a%20b%25c~1d~0e'],
  ])('refers to %s', (_, $id, name, fragment) => {
    const part = { $id, definitions: { [name]: { type: 'number' } }, properties: { own: { $ref: fragment } } };
    const changes = {
      'schemas/part.schema.json': part,
      'schemas/visits.json': {
        ...FILES['schemas/visits.json'],
        properties: { part: { $ref: $id }, inside: { $ref: `${$id}${fragment}` } },
      },
    };
    const event = { _id: '1', timestamp: '2026-01-01T00:00:00Z' };
    expect(rejections('visits', { ...event, part: { own: 1 }, inside: 1 }, changes)).toEqual([]);
    expect(rejections('visits', { ...event, part: { own: 'x' }, inside: 'x' }, changes)).toEqual([
      '/part/own number',
      '/inside number',
    ]);
    const segment = {
      id: 's',
      name: 's',
      expression: { type: 'PQL', format: 'pql/text', value: 'xEvent[part.own = "x"]' },
    };
    expect(problems({ ...changes, 'segments/s.json': segment }).join('\n')).toMatch(/number/);
  });

  it('is read by segments in the names of records', () => {
    const segment = (value: string) => ({
      'segments/s.json': { id: 's', name: 's', expression: { type: 'PQL', format: 'pql/text', value } },
    });
    expect(problems(segment('consents.marketing.email.val = "y"'))).toEqual([]);
    expect(problems(segment('personalEmail.adress = "x"'))[0]).toMatch(/did you mean "address"/);
  });

  it('takes a file of the repository before what is built in', () => {
    const own = extensible('https://ns.adobe.com/experience/profile-edgeregion', { 'xdm:userActivityRegions': text }, [
      EXTENSIBLE,
    ]);
    expect(rejections('people', { userActivityRegions: {} }, { 'schemas/xdm/region.schema.json': own })).toEqual([
      '/userActivityRegions string',
    ]);
  });
});

describe('descriptors', () => {
  const people = FILES['schemas/people.json'] as { descriptors: object[] };
  const words = {
    '@id': '3f1',
    '@type': 'xdm:alternateDisplayInfo',
    'xdm:sourceSchema': `${NS}/people`,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': '/personalEmail',
    'xdm:title': { en_us: 'E-mail' },
    imsOrg: 'X@AdobeOrg',
    version: '1',
  };
  const withWords = (more: object) => ({
    'schemas/people.json': {
      ...people,
      descriptors: [
        { ...people.descriptors[0], '@id': '1', version: '1' },
        { ...words, ...more },
      ],
    },
  });

  it('may be as the registry of AEP gives them, those included that only say how a field is to be called', () => {
    expect(problems(withWords({}))).toEqual([]);
    const email = { personalEmail: { address: 'ann@example.com' } };
    expect(datasetOf(loaded(withWords({})), 'people').identitiesOf(email).identities).toHaveLength(1);
  });

  it('are of a field that is there', () => {
    expect(problems(withWords({ 'xdm:sourceProperty': '/none' }))).toEqual([
      expect.stringContaining('"/none" is not a field of this schema'),
    ]);
  });
});

describe('what is wrong with a composed schema', () => {
  const people = FILES['schemas/people.json'] as { descriptors: object[]; allOf: object[] };
  const descriptor = (more: object) => ({
    'schemas/people.json': { ...people, descriptors: [{ ...people.descriptors[0], ...more }] },
  });

  it.each<[what: string, changes: Record<string, object | undefined>, says: RegExp]>([
    [
      'a field group that is not there',
      { 'schemas/xdm/components/fieldgroups/contact.schema.json': undefined },
      /people.json:\d+:\d+ {2}unknown schema "https:\/\/ns.example.com\/contact"/,
    ],
    [
      'a data type that a field group misses',
      { 'schemas/xdm/components/datatypes/email.schema.json': undefined },
      /contact.schema.json:\d+:\d+ {2}unknown schema "https:\/\/ns.example.com\/email"/,
    ],
    [
      'two files of one $id that differ',
      { 'schemas/again.json': { ...email, title: 'Another' } },
      /"https:\/\/ns.example.com\/email" is defined twice/,
    ],
    ['an identity that no part has', descriptor({ 'xdm:sourceProperty': '/workEmail/address' }), /is not a field/],
    ['an identity that is not text', descriptor({ 'xdm:sourceProperty': '/personalEmail/primary' }), /of type boolean/],
    ['a descriptor of another schema', descriptor({ 'xdm:sourceSchema': `${NS}/visits` }), /is another schema/],
    ['no primary identity', descriptor({ 'xdm:isPrimary': false }), /needs a primary identity/],
    ['a tag nobody knows', { 'schemas/people.json': { ...people, 'meta:immutableTags': ['onion'] } }, /"onion"/],
    [
      'a dataset of a part',
      { 'datasets/people.json': { id: 'people', schemaRef: { id: `${NS}/contact` } } },
      /it has no class/,
    ],
    [
      'null as a type',
      { 'schemas/visits.json': { ...FILES['schemas/visits.json'], properties: { a: { type: ['string', 'null'] } } } },
      /"null" is no type/,
    ],
  ])('is told: %s', (_, changes, says) => expect(problems(changes).join('\n')).toMatch(says));

  it.each<[what: string, contact: object, parts: string[]]>([
    [
      'text and a number',
      { 'xdm:age': text },
      ['string in https://ns.example.com/other', 'integer in https://ns.example.com/people'],
    ],
    ['a list and an object', { 'xdm:tags': { type: 'object' } }, ['object in', 'array in']],
    ['lists of text and of numbers', { 'xdm:tags': { type: 'array', items: text } }, ['"tags.[*]"']],
  ])('is a field that is %s at once, which no value fits', (_, fields, says) => {
    const properties = { age: { type: 'integer' }, tags: { type: 'array', items: { type: 'number' } } };
    const found = problems({
      'schemas/other.schema.json': group('other', fields),
      'schemas/people.json': { ...people, properties, allOf: [...people.allOf, { $ref: `${NS}/other` }] },
    });
    expect(found).toHaveLength(1);
    for (const part of ['no value fits', ...says]) expect(found[0]).toContain(part);
  });

  it('but not a field that is narrower in one part than in another, or one of several', () => {
    const other = group('other', {
      'xdm:age': { type: 'number' },
      'xdm:either': { anyOf: [text, { type: 'number' }] },
    });
    const properties = { age: { type: 'integer' }, either: text };
    const changes = {
      'schemas/other.schema.json': other,
      'schemas/people.json': { ...people, properties, allOf: [{ $ref: `${NS}/other` }, ...people.allOf] },
    };
    expect(problems(changes)).toEqual([]);
  });

  it('is a second class', () => {
    const both = { ...people, allOf: [...people.allOf, { $ref: EXPERIENCE_EVENT_CLASS }] };
    expect(problems({ 'schemas/people.json': both })).toEqual([
      expect.stringMatching(
        /people.json:\d+:\d+ {2}the schema is put together from another class too: .*experienceevent/,
      ),
    ]);
  });

  it('is one field with two types, with both places', () => {
    const more = {
      'schemas/more.json': {
        $id: `${NS}/more`,
        'meta:class': PROFILE_CLASS,
        'meta:immutableTags': ['union'],
        properties: { id: text, loyalty: { type: 'object', properties: { tier: { type: 'number' } } } },
        allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/identitymap' }],
      },
      'schemas/most.json': {
        $id: `${NS}/most`,
        'meta:class': PROFILE_CLASS,
        'meta:immutableTags': ['union'],
        properties: { loyalty: { type: 'object', properties: { tier: { type: 'string' } } } },
        allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/identitymap' }],
      },
    };
    const [problem] = problems(more);
    expect(problem).toMatch(/schemas\/most.json:12:19 {2}"loyalty.tier" is string here/);
    expect(problem).toMatch(/number, as in schemas\/more.json:15/);
  });
});

describe('the union schema', () => {
  it('has the fields of all schemas of a class that are enabled, by their tag or by a dataset', () => {
    const catalog = loaded({
      'schemas/tagged.json': {
        $id: `${NS}/tagged`,
        'meta:class': PROFILE_CLASS,
        'meta:immutableTags': ['union'],
        allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/identitymap' }],
        properties: { tags: { type: 'array', items: text } },
      },
      'schemas/left-out.json': { $id: `${NS}/out`, 'meta:class': PROFILE_CLASS, properties: { secret: text } },
    });
    const union = unionSchema(catalog, 'profile')!;
    expect(union.$id).toBe('https://ns.adobe.com/xdm/context/profile__union');
    expect(union['meta:schemas']).toEqual([`${NS}/people`, `${NS}/tagged`]);
    expect(union.properties.personalEmail).toEqual({
      type: 'object',
      properties: { address: { type: 'string' }, primary: { type: 'boolean' } },
    });
    expect(union.properties.userActivityRegions).toEqual({
      type: 'object',
      additionalProperties: { type: 'object', properties: { captureTimestamp: { type: 'string' } } },
    });
    expect(union.properties.tags).toEqual({ type: 'array', items: { type: 'string' } });
    expect(union.properties).not.toHaveProperty('secret');
    expect(Object.keys(unionSchema(catalog, 'experienceevent')!.properties)).toContain('userActivityRegion');
  });

  it('is none where no schema is enabled', () => {
    const off = { id: 'visits', schemaRef: { id: `${NS}/visits` }, tags: { unifiedProfile: ['enabled:false'] } };
    expect(unionSchema(loaded({ 'datasets/visits.json': off }), 'experienceevent')).toBeUndefined();
  });
});
