// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how variables are written in a catalog
import { afterAll, describe, expect, it } from 'vitest';
import { growth, startCounting } from '#tests/harness/steps.ts';
import { segmentText } from '../catalog/marked.ts';

// Only what is imported after this is counted.
const counter = startCounting();
afterAll(() => counter.stop());
const { readSourceFile } = await import('#core/catalog/source-file.ts');
const { loadCatalog, renderProblem } = await import('#core/catalog/load.ts');
const { compileCatalog } = await import('#core/catalog/compile.ts');
const { breakingChanges } = await import('#core/catalog/evolution.ts');
const { unionSchema } = await import('#core/catalog/union-schema.ts');

/** Four times the size may take four times the steps, and a little more for what is sorted or done by halves. */
const LINEAR = 1.35;

const many = <T>(size: number, make: (i: number) => T): T[] => Array.from({ length: size }, (_, i) => make(i));
const PROFILE = 'https://ns.adobe.com/xdm/context/profile';

describe('reading a file takes steps for each character once', () => {
  const PARTS = [
    ...[
      '[',
      '{',
      '- ',
      '? ',
      ': ',
      'a: ',
      'a',
      ' ',
      '\n',
      '\t',
      '"',
      "'",
      '\\',
      '"\\',
      '#',
      ' #',
      '|\n',
      '>\n',
      '&a ',
      '*a ',
    ],
    ...[
      '!',
      '!!x ',
      '%',
      '---\n',
      '...\n',
      ',',
      ']',
      '}',
      '- a\n',
      '[a, ',
      '{a: 1, ',
      '"a": 1,',
      '1',
      '0x',
      '.',
      '-',
      'é',
      '😀',
    ],
    ...[
      'a: 1\n',
      'a: [\n',
      ' a:\n',
      'a\n',
      '\n ',
      '&a a\n',
      '<<: *a\n',
      '\u0085',
      '\r',
      '\r\n',
      '${',
      '${A',
      '\0',
      '\ufeff',
    ],
  ];
  const ENDINGS = ['', 'a', '"', ']', ': '];

  it.each(PARTS)('%j', (part) => {
    const textsOf = (size: number): string[] =>
      ENDINGS.flatMap((end) => [part.repeat(Math.ceil(size / part.length)) + end, `x: ${part.repeat(size / 5)}${end}`]);
    const factor = growth(counter, 400, textsOf, (texts) => {
      for (const text of texts) {
        const file = readSourceFile('schemas/x.yaml', text);
        file.problems.map((problem) => renderProblem(problem));
      }
    });
    expect(factor).toBeLessThan(LINEAR);
  });

  it.each<[what: string, make: (size: number) => string]>([
    ['keys', (size) => many(size, (i) => `k${i}: ${i}`).join('\n')],
    ['keys that are one', (size) => many(size, () => 'k: 1').join('\n')],
    ['anchors and aliases', (size) => many(size, (i) => `k${i}: &a${i} [*a${Math.max(0, i - 1)}]`).join('\n')],
    ['aliases of one anchor', (size) => `a: &a [1]\n${many(size, (i) => `k${i}: *a`).join('\n')}`],
    ['lines of a text', (size) => `a: |\n${many(size, (i) => `  line ${i}`).join('\n')}`],
    ['lines of a folded text', (size) => `a: >-\n${many(size, (i) => `  line ${i}\n`).join('\n')}`],
    ['lines of a quoted text', (size) => `a: "${many(size, (i) => `line \\u0041 ${i}`).join('\n  ')}"`],
    ['comments', (size) => many(size, (i) => `# comment ${i}`).join('\n')],
    ['documents', (size) => many(size, () => 'a: 1').join('\n---\n')],
    ['forbidden keys', (size) => many(size, (i) => `k${i}: { __proto__: 1 }`).join('\n')],
    ['keys that merge', (size) => `a: &a { b: 1 }\n${many(size, (i) => `k${i}: { <<: *a }`).join('\n')}`],
  ])('also where it has many %s', (_, make) => {
    const factor = growth(counter, 200, make, (text) => readSourceFile('segments/x.yaml', text));
    expect(factor).toBeLessThan(LINEAR);
  });
});

const BASE: Readonly<Record<string, string>> = {
  'namespaces/crmid.yaml': 'code: CRMID\nidType: CROSS_DEVICE\n',
  'merge-policies/default.yaml': 'id: default\ndefault: true\n',
};
const schema = (id: string, more: object = {}): object => ({
  $id: `https://example.com/${id}`,
  'meta:class': PROFILE,
  'meta:immutableTags': ['union'],
  properties: { crmId: { type: 'string' }, n: { type: 'number' } },
  descriptors: [
    {
      '@type': 'xdm:descriptorIdentity',
      'xdm:sourceProperty': '/crmId',
      'xdm:namespace': 'CRMID',
      'xdm:isPrimary': true,
    },
  ],
  ...more,
});
const withProperties = (properties: object, more: object = {}): object =>
  schema('people', { properties: { crmId: { type: 'string' }, n: { type: 'number' }, ...properties }, ...more });
const json = (value: unknown): string => JSON.stringify(value, null, 1);
type Files = Record<string, string>;
const one = (path: string, text: string): Files => ({ [path]: text });
const files = (size: number, make: (i: number) => Files): Files => Object.assign({}, ...many(size, make)) as Files;
const PEOPLE = one('schemas/people.json', json(schema('people')));
const group = (i: number, more: object): object => ({ $id: `https://example.com/group/${i}`, type: 'object', ...more });
const ref = (i: number): object => ({ $ref: `https://example.com/group/${i}` });

/** Catalogs of a size that are right, and such as are wrong in many places. */
const RIGHT: Readonly<Record<string, (size: number) => Files>> = {
  'many schemas': (size) => files(size, (i) => one(`schemas/${i}.json`, json(schema(`s${i}`)))),
  'many datasets': (size) => ({
    ...PEOPLE,
    ...files(size, (i) =>
      one(`datasets/${i}.json`, json({ id: `d${i}`, schemaRef: { id: 'https://example.com/people' } })),
    ),
  }),
  'many segments': (size) => ({
    ...PEOPLE,
    ...files(size, (i) => one(`segments/${i}.yaml`, segmentText(`s${i}`, `n = ${i}`))),
  }),
  'many fields': (size) => ({
    ...one(
      'schemas/people.json',
      json(withProperties(Object.fromEntries(many(size, (i) => [`f${i}`, { type: 'string' }])))),
    ),
  }),
  'many values': (size) =>
    one('schemas/people.json', json(withProperties({ f: { enum: many(size, (i) => `v${i}`) } }))),
  'many alternatives': (size) =>
    one('schemas/people.json', json(withProperties({ f: { anyOf: many(size, (i) => ({ const: `v${i}` })) } }))),
  'many required fields': (size) =>
    one(
      'schemas/people.json',
      json(
        withProperties({
          f: {
            type: 'object',
            properties: Object.fromEntries(many(size, (i) => [`f${i}`, {}])),
            required: many(size, (i) => `f${i}`),
          },
        }),
      ),
    ),
  'many parts of one schema': (size) => ({
    ...one('schemas/people.json', json(schema('people', { allOf: many(size, ref) }))),
    ...files(size, (i) =>
      one(`schemas/parts/${i}.json`, json(group(i, { properties: { [`f${i}`]: { type: 'string' } } }))),
    ),
  }),
  'parts in a row': (size) => ({
    ...one('schemas/people.json', json(withProperties({ f: ref(0) }))),
    ...files(size, (i) =>
      one(
        `schemas/parts/${i}.json`,
        json(group(i, { properties: { g: i + 1 < size ? ref(i + 1) : {}, h: { type: 'string' } } })),
      ),
    ),
  }),
  'parts that all refer to the first': (size) => ({
    ...one('schemas/people.json', json(withProperties({ f: ref(size - 1) }))),
    ...files(size, (i) =>
      one(`schemas/parts/${i}.json`, json(group(i, { properties: { g: ref(Math.max(0, i - 1)), h: ref(0) } }))),
    ),
  }),
  'definitions that refer to themselves in several ways': (size) =>
    one(
      'schemas/people.json',
      json(
        withProperties(
          { f: { $ref: '#/definitions/d0' } },
          {
            definitions: Object.fromEntries(
              many(size, (i) => [
                `d${i}`,
                {
                  type: 'object',
                  properties: {
                    a: { $ref: `#/definitions/d${(i + 1) % size}` },
                    b: { type: 'array', items: { $ref: `#/definitions/d${(i * 7) % size}` } },
                  },
                },
              ]),
            ),
          },
        ),
      ),
    ),
  'many descriptors': (size) =>
    one(
      'schemas/people.json',
      json(
        withProperties(Object.fromEntries(many(size, (i) => [`f${i}`, { type: 'string' }])), {
          descriptors: [
            ...(schema('people') as { descriptors: object[] }).descriptors,
            ...many(size, (i) => ({
              '@type': 'xdm:descriptorIdentity',
              'xdm:sourceProperty': `/f${i}`,
              'xdm:namespace': 'CRMID',
            })),
          ],
        }),
      ),
    ),
};

const WRONG: Readonly<Record<string, (size: number) => Files>> = {
  'many files nobody expects': (size) => files(size, (i) => one(`elsewhere/${i}.yaml`, 'a: 1')),
  'many broken files': (size) => files(size, (i) => one(`segments/${i}.yaml`, '{ a: ')),
  'many unknown keys': (size) => one('segments/x.yaml', many(size, (i) => `k${i}: 1`).join('\n')),
  'many unknown fields in a rule': (size) => ({
    ...PEOPLE,
    ...one('segments/x.yaml', segmentText('x', many(size, (i) => `f${i} = 1`).join('\nor '))),
  }),
  'many unknown schemas': (size) => one('schemas/people.json', json(schema('people', { allOf: many(size, ref) }))),
  'many schemas of one name': (size) => files(size, (i) => one(`schemas/${i}.json`, json(schema('people')))),
  'many parts of one name': (size) => ({
    ...one('schemas/people.json', json(schema('people', { allOf: [ref(0)] }))),
    ...files(size, (i) => one(`schemas/parts/${i}.json`, json(group(0, { title: `${i}` })))),
  }),
  'many namespaces of one name': (size) =>
    one('namespaces/x.yaml', many(size, () => '- { code: A, idType: COOKIE }').join('\n')),
  'many variables that are not set': (size) =>
    one('destinations/x.yaml', `id: x\ntype: http\nurl: "${'${A}'.repeat(size)}"\nsegments: []\n`),
  'many variables that are not set, one by one': (size) =>
    one(
      'destinations/x.yaml',
      `id: x\ntype: http\nurl: https://x.example.com\nsegments:\n${many(size, (i) => `  - \${A${i}}`).join('\n')}\n`,
    ),
  'many unknown segments of a destination': (size) =>
    one(
      'destinations/x.yaml',
      `id: x\ntype: http\nurl: https://x.example.com\nsegments: [${many(size, (i) => `s${i}`).join(', ')}]\n`,
    ),
  'many fields of two types': (size) => {
    const of = (type: string): object => Object.fromEntries(many(size, (i) => [`f${i}`, { type }]));
    return one(
      'schemas/people.json',
      json(schema('people', { allOf: [{ properties: of('string') }, { properties: of('number') }] })),
    );
  },
  'many references in a row': (size) =>
    one(
      'schemas/people.json',
      json(
        withProperties(
          { f: { $ref: '#/definitions/d0' } },
          {
            definitions: Object.fromEntries(many(size, (i) => [`d${i}`, { $ref: `#/definitions/d${(i + 1) % size}` }])),
          },
        ),
      ),
    ),
  'many identities that are no fields': (size) =>
    one(
      'schemas/people.json',
      json(
        schema('people', {
          descriptors: many(size, (i) => ({
            '@type': 'xdm:descriptorIdentity',
            'xdm:sourceProperty': `/g${i}`,
            'xdm:namespace': `N${i}`,
          })),
        }),
      ),
    ),
};

const load = (of: Files) => loadCatalog(new Map(Object.entries({ ...BASE, ...of })), {});

describe('checking a catalog takes steps for each part once', () => {
  it.each(Object.entries(RIGHT))('where it has %s', (_, make) => {
    expect(load(make(5)).problems.map(renderProblem)).toEqual([]);
    const factor = growth(counter, 40, make, load);
    expect(factor).toBeLessThan(LINEAR);
  });

  it.each(Object.entries(WRONG))('where it has %s', (_, make) => {
    expect(load(make(5)).problems).not.toEqual([]);
    const factor = growth(counter, 40, make, load);
    expect(factor).toBeLessThan(LINEAR);
  });

  it.each(Object.entries(RIGHT))('and so does compiling, uniting and comparing it, where it has %s', (_, make) => {
    const factor = growth(
      counter,
      40,
      (size) => load(make(size)).catalog!,
      (catalog) => {
        compileCatalog(catalog);
        unionSchema(catalog, 'profile');
        breakingChanges(catalog, catalog);
        breakingChanges(catalog, { ...catalog, schemas: [], datasets: [] });
      },
    );
    expect(factor).toBeLessThan(LINEAR);
  });
});
