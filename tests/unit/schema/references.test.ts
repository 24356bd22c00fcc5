import { describe, expect, it } from 'vitest';
import { bundleSchema } from '#core/schema/bundle.ts';
import { compileBundle } from '#core/schema/compile-bundle.ts';
import { rootOf, SchemaError, SchemaLibrary } from '#core/schema/library.ts';
import { extensible, validatorOf } from '#tests/harness/core/schemas.ts';

const NS = 'https://ns.example.com';
const text = { type: 'string' };

const pointers = (documents: unknown[], value: unknown): string[] =>
  validatorOf(...documents)(value).map(({ pointer, keyword }) => `${pointer} ${keyword}`);

function problems(...documents: unknown[]): string[] {
  try {
    validatorOf(...documents);
  } catch (error) {
    if (error instanceof SchemaError) return error.message.split('\n');
    return [(error as Error).message];
  }
  return [];
}

describe('a reference', () => {
  const context = {
    $id: `${NS}/extensible`,
    definitions: {
      '@context': {
        oneOf: [
          {
            type: 'object',
            patternProperties: { '^ex:.*$': {}, '.+://.+': {}, '@.*': {} },
            additionalProperties: false,
          },
          { type: 'object', required: ['@context'] },
        ],
      },
    },
  };
  const item = extensible(`${NS}/item`, { 'ex:id': text, 'ex:state': { enum: ['in', 'out'], default: 'in' } });
  const map = extensible(`${NS}/map`, {
    'ex:map': {
      type: 'object',
      'meta:xdmType': 'map',
      additionalProperties: { type: 'array', items: { $ref: `${NS}/item` } },
    },
  });
  const event = extensible(
    `${NS}/event`,
    { 'ex:type': { ...text, 'meta:enum': { a: 'A' } } },
    [{ $ref: `${NS}/extensible#/definitions/@context` }, { $ref: `${NS}/map` }, { required: ['ex:type'] }],
    { required: ['@id'] },
  );
  const repository = [event, context, item, map];

  it('leads through files by their $id, as in the public repository', () => {
    const good = { '@id': 'e1', 'ex:type': 'a', 'ex:map': { ECID: [{ 'ex:id': '1' }] }, 'ex:more': 1 };
    expect(pointers(repository, good)).toEqual([]);
    expect(pointers(repository, { ...good, 'ex:map': { ECID: [{ 'ex:id': 1, 'ex:state': 'x' }] } })).toEqual([
      '/ex:map/ECID/0/ex:id type',
      '/ex:map/ECID/0/ex:state enum',
    ]);
    expect(pointers(repository, { '@id': 'e1', other: 1 })).toEqual([
      ' oneOf',
      '/other additionalProperties',
      '/ex:type required',
    ]);
    expect(pointers(repository, { 'ex:type': 'a' })).toEqual(['/@id required']);
  });

  const target = {
    $id: `${NS}/a/target`,
    definitions: { 'x/y': { minimum: 3 }, '%': text, plain: { $id: '#plain', maximum: 9 } },
  };
  it.each([
    ['by its identifier with a fragment', `${NS}/a/target#/definitions/x~1y`],
    ['by a fragment written as in a URI', `${NS}/a/target#/definitions/x%7E1y`],
    ['relative to the identifier', 'target#/definitions/x~1y'],
    ['by its file, which lies beside', '1.schema.json#/definitions/x~1y'],
  ])('finds another file %s', (_, $ref) => {
    expect(pointers([{ $id: `${NS}/a/root`, properties: { n: { $ref } } }, target], { n: 2 })).toEqual(['/n minimum']);
  });

  it('finds files that have no identifier', () => {
    const root = { properties: { n: { $ref: '1.schema.json' } } };
    expect(pointers([root, { type: 'string' }], { n: 2 })).toEqual(['/n type']);
  });

  it('finds a part by its name', () => {
    expect(pointers([{ properties: { n: { $ref: `${NS}/a/target#plain` } } }, target], { n: 10 })).toEqual([
      '/n maximum',
    ]);
  });

  it.each([
    ['by an anchor', { $defs: { p: { $anchor: 'plain', maximum: 9 } }, properties: { n: { $ref: '#plain' } } }],
    [
      'by an anchor of drafts 4',
      { id: NS, definitions: { p: { id: '#p', maximum: 9 } }, properties: { n: { $ref: '#p' } } },
    ],
    [
      'by an identifier of draft 4',
      { id: `${NS}/root`, definitions: { p: { id: 'p', maximum: 9 } }, properties: { n: { $ref: 'p' } } },
    ],
  ])('finds a part of its own file %s', (_, root) => {
    expect(pointers([root], { n: 10 })).toEqual(['/n maximum']);
    expect(pointers([root], { n: 9 })).toEqual([]);
  });

  it('to the schema itself may be recursive', () => {
    const tree = { properties: { name: text, children: { items: { $recursiveRef: '#' } } } };
    expect(pointers([tree], { children: [{ name: 1 }] })).toEqual(['/children/0/name type']);
  });

  it('does not lead to what only looks like a schema', () => {
    const looks = { $id: `${NS}/x`, type: 'number' };
    const root = { enum: [looks], 'meta:example': looks, properties: { n: { $ref: `${NS}/x` } } };
    expect(problems(root, looks)).toEqual([]);
    expect(problems(root)[0]).toMatch('no schema has the $id');
  });

  it('is relative to the nearest identifier around it', () => {
    const inner = { $id: `${NS}/inner`, definitions: { d: text }, properties: { x: { $ref: '#/definitions/d' } } };
    const root = {
      $id: `${NS}/root`,
      definitions: { d: { type: 'number' } },
      properties: { inner, y: { $ref: '#/definitions/d' } },
    };
    expect(pointers([root], { inner: { x: 'x' }, y: 1 })).toEqual([]);
    expect(pointers([root], { inner: { x: 1 }, y: 'y' })).toEqual(['/inner/x type', '/y type']);
    expect(pointers([{ $ref: `${NS}/inner` }, root], { x: 1 })).toEqual(['/x type']);
  });

  it('has a say beside the keywords next to it', () => {
    const root = { definitions: { d: text }, properties: { x: { $ref: '#/definitions/d', maxLength: 1, title: 'X' } } };
    expect(pointers([root], { x: 'xy' })).toEqual(['/x maxLength']);
  });

  it('may lead back to where it stands, further down', () => {
    const tree = { $id: `${NS}/tree`, properties: { name: text, children: { items: { $ref: `${NS}/tree` } } } };
    expect(pointers([tree], { children: [{ children: [{ name: 1 }] }] })).toEqual(['/children/0/children/0/name type']);
  });
});

describe('schemas that can\u2019t be used', () => {
  it('are told with file and pointer, all of them', () => {
    const root = {
      properties: { a: { $ref: `${NS}/none` }, b: { $ref: '#/definitions/d' }, c: { type: 'text' }, d: 5 },
    };
    expect(problems(root)).toEqual([
      `schemas/0.schema.json#/properties/a/$ref  no schema has the $id "${NS}/none"; add the file that does`,
      'schemas/0.schema.json#/properties/b/$ref  "#/definitions/d" leads nowhere in schemas/0.schema.json',
      'schemas/0.schema.json#/properties/c/type  "type" has a value it can\'t have; expected one or several of null, boolean, object, array, number, string, integer',
      'schemas/0.schema.json#/properties/d  this is no schema; expected an object, true or false',
    ]);
  });

  it.each([
    [{ required: 'a' }, /"required" has a value/],
    [{ minLength: -1 }, /"minLength" has a value/],
    [{ enum: [] }, /"enum" has a value/],
    [{ allOf: [] }, /expected a list of schemas/],
    [{ properties: [] }, /no map of names/],
    [{ pattern: '(?<=a)b' }, /look-behind/],
    [{ patternProperties: { '(a)\\1': {} } }, /back-references/],
    [{ $ref: 5 }, /"\$ref" is no text/],
    [{ $recursiveAnchor: true, items: { $recursiveRef: '#' } }, /"\$recursiveAnchor" is not understood/],
  ])('%j is one', (schema, message) => expect(problems(schema)[0]).toMatch(message));

  it('may have the same $id only if they say the same', () => {
    const one = { $id: `${NS}/x`, type: 'string' };
    const root = { $ref: `${NS}/x` };
    expect(problems(root, one, { ...one })).toEqual([]);
    expect(problems(root, one, { ...one, type: 'number' })[0]).toBe(
      `schemas/0.schema.json#/$ref  several files have the $id "${NS}/x" and differ: schemas/1.schema.json, schemas/2.schema.json; keep one`,
    );
    expect(problems({ ...one, properties: { a: { $ref: `${NS}/x` } } }, { ...one, type: 'number' })).toEqual([]);
  });

  it.each(['archived/a/x', 'components/deprecated/x'])('may have an $id again that %s has', (old) => {
    const files = [
      { path: `${old}.schema.json`, document: { $id: `${NS}/x`, type: 'string' } },
      { path: 'components/x.schema.json', document: { $id: `${NS}/x`, type: 'number' } },
    ];
    const root = { path: 'root.schema.json', document: { $ref: `${NS}/x` } };
    const validate = compileBundle(bundleSchema(new SchemaLibrary([...files, root]), rootOf(root)));
    expect(validate(1)).toEqual([]);
    expect(validate('1')).toMatchObject([{ keyword: 'type', expected: 'number' }]);
  });

  it.each([
    [[{ $ref: '#' }]],
    [[{ allOf: [{ $ref: '1.schema.json' }] }, { anyOf: [{ not: { $ref: '0.schema.json' } }] }]],
    [[{ dependencies: { a: { $ref: '#' } } }]],
  ])('refer to themselves without end: %j', (documents) => expect(problems(...documents)[0]).toMatch('without end'));

  it('have each value looked at by schemas that multiply', () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => {
        const next = { $ref: `#/definitions/d${i + 1}` };
        return [`d${i}`, { allOf: [next, { anyOf: [next, next] }] }];
      }),
    );
    const multiplying = { $ref: '#/definitions/d0', definitions: { ...definitions, d40: { type: 'string' } } };
    expect(problems(multiplying)[0]).toMatch('more than 10000 schemas');
  });

  it('are nested too deeply', () => {
    let deep: object = {};
    for (let i = 0; i < 5_000; i++) deep = { items: deep };
    expect(problems(deep)[0]).toMatch('nested deeper than');
  });

  it('but those that nothing refers to are let be', () => {
    expect(problems({ type: 'string' }, { $id: 'x', type: 'wrong', $ref: 'nowhere' })).toEqual([]);
  });
});

describe('an identifier that several files have', () => {
  const file = (path: string, title: string) => ({ path, document: { $id: `${NS}/twice`, title } });

  it('is that of one as long as they say the same, and of each once another is added that does not', () => {
    const library = new SchemaLibrary([file('a.json', 'one'), file('b.json', 'one')]);
    const paths = () => library.withId(`${NS}/twice`).map((found) => found.file.path);
    expect(paths()).toEqual(['a.json']);
    library.add(file('c.json', 'another'));
    expect(paths()).toEqual(['a.json', 'b.json', 'c.json']);
    library.add(file('archived/d.json', 'old'));
    expect(paths()).toEqual(['a.json', 'b.json', 'c.json']);
  });
});
