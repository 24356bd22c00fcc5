import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog, renderProblem } from '#core/catalog/load.ts';
import { PROFILE_CLASS } from '#core/schema/definition.ts';
import { cli } from '#tests/harness/cli.ts';
import { extensible } from '#tests/harness/core/schemas.ts';

const NS = 'https://ns.example.com';
const EXTENSIBLE = { $ref: 'https://ns.adobe.com/xdm/common/extensible#/definitions/@context' };
const text = { type: 'string' };
const group = (name: string, properties: object, more: object = {}) =>
  extensible(`${NS}/${name}`, properties, [EXTENSIBLE], more);

/** Files of every form that the public repository has, our own in what they say. */
const REPOSITORY: Readonly<Record<string, object | string>> = {
  // What a schema of the catalog uses, in folders of folders.
  'components/fieldgroups/profile/contact.schema.json': group('contact', {
    'xdm:contact': { $ref: `${NS}/contact-details` },
    'xdm:rules': { $ref: `${NS}/rule` },
    'xdm:stored': { $ref: `${NS}/stored` },
  }),
  'components/datatypes/b2b/deeply/nested/folders/of/a/vendor/contact-details.schema.json': extensible(
    `${NS}/contact-details`,
    { 'xdm:email': { ...text, format: 'email' } },
  ),
  // Refers to itself, from several of its alternatives.
  'components/datatypes/rule.schema.json': {
    $schema: 'http://json-schema.org/draft-06/schema#',
    $id: `${NS}/rule`,
    'meta:extensible': true,
    definitions: {
      rule: {
        oneOf: [
          { type: 'object', properties: { 'xdm:name': text }, required: ['xdm:name'] },
          {
            type: 'object',
            properties: { 'xdm:all': { type: 'array', items: { $ref: '#/definitions/rule' } } },
            required: ['xdm:all'],
          },
          {
            type: 'object',
            properties: { 'xdm:any': { type: 'array', items: { $ref: '#/definitions/rule' } } },
            required: ['xdm:any'],
          },
        ],
      },
    },
    allOf: [EXTENSIBLE, { $ref: '#/definitions/rule' }],
  },
  // Two names that become one in records.
  'components/datatypes/stored.schema.json': extensible(`${NS}/stored`, {
    _repo: { type: 'object', properties: { path: text } },
    'repo:createDate': { ...text, format: 'date-time' },
  }),
  // The same schema in two places, word for word; another one that replaced what is archived.
  'components/datatypes/demo/contact-details.schema.json': extensible(`${NS}/contact-details`, {
    'xdm:email': { ...text, format: 'email' },
  }),
  'components/archived/rule.schema.json': { $id: `${NS}/rule`, type: 'string' },
  'components/deprecated/stored.schema.json': { $id: `${NS}/stored`, type: 'string' },
  // Records beside schemas, under every name they have.
  'components/datatypes/rule.example.1.json': { 'xdm:name': 'x' },
  'components/datatypes/rule.example1.json': { 'xdm:name': 'x' },
  'components/datatypes/rule.example-1.json': { 'xdm:name': 'x' },
  'components/datatypes/rule.example.json': [],
  'components/datatypes/rule.invalid.1.json': { 'xdm:name': 1 },
  'components/datatypes/rule.invalid.json': '"text"',
  // What is no schema at all.
  'components/datatypes/schedule.json': { 'xdm:name': 'a record under a name of its own' },
  'components/datatypes/rule.description.md': '# A rule',
  'components/datatypes/rule.schema.json.bak': '{ broken',
  '__localization__/de-DE.json': { 'contact.title': 'Kontakt' },
  'docs/reference/rule.schema.json': { $id: `${NS}/rule`, title: 'a copy for reading' },
  'node_modules/ajv/lib/refs/data.json': { $id: `${NS}/data`, type: ['object', 'boolean'] },
  'package.json': { name: 'repository', version: '1.0.0', devDependencies: {} },
  'package-lock.json': { lockfileVersion: 3 },
  '.prettierrc.json': { printWidth: 120 },
  'README.md': '# Schemas',
  'bin/settings.yml.txt': 'x: 1',
};

const PEOPLE = {
  $id: `${NS}/people`,
  'meta:class': PROFILE_CLASS,
  'meta:immutableTags': ['union'],
  allOf: [{ $ref: PROFILE_CLASS }, { $ref: `${NS}/contact` }],
  descriptors: [
    {
      '@type': 'xdm:descriptorIdentity',
      'xdm:sourceProperty': '/contact/email',
      'xdm:namespace': 'Email',
      'xdm:isPrimary': true,
    },
  ],
};
const OWN = {
  'schemas/people.json': PEOPLE,
  'datasets/people.json': { id: 'people', schemaRef: { id: `${NS}/people` } },
};

const textOf = (value: object | string): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
const filesWith = (repository: Readonly<Record<string, object | string>>): Map<string, string> =>
  new Map([
    ...Object.entries(repository).map(([path, value]) => [`schemas/xdm/${path}`, textOf(value)] as const),
    ...Object.entries(OWN).map(([path, value]) => [path, textOf(value)] as const),
  ]);
/** As the folder of a catalog is read: no other files. */
const definitionsOf = (files: Map<string, string>): Map<string, string> =>
  new Map([...files].filter(([path]) => /\.(ya?ml|json)$/.test(path) && !/(^|\/)\./.test(path)));

describe('the folder of a public repository of schemas, copied into a catalog', () => {
  it('is valid, with all that lies beside the schemas', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'catalog-'));
    for (const [path, value] of filesWith(REPOSITORY)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), value);
    }
    expect(await cli('catalog', 'validate', '--catalog', folder)).toMatchObject({ code: 0, stderr: '' });
    await rm(folder, { recursive: true });
  });

  it('gives schemas their parts, those that are not archived', () => {
    const { catalog, problems } = loadCatalog(definitionsOf(filesWith(REPOSITORY)), {});
    expect(problems.map(renderProblem)).toEqual([]);
    const { validate } = compileCatalog(catalog!).datasets.get('people')!;
    const rules = { all: [{ name: 'a' }, { any: [{ name: 'b' }, { all: [] }] }] };
    const stored = { _repo: { path: '/x', createDate: '2026-01-01T00:00:00Z' } };
    expect(validate({ contact: { email: 'ann@example.com' }, rules, stored })).toEqual([]);
    expect(validate({ rules: { all: [{ name: 'a' }, { any: [{ name: 5 }] }] } })).not.toEqual([]);
    expect(validate({ stored: { _repo: { createDate: 'soon' } } }).map(({ pointer }) => pointer)).toEqual([
      '/stored/_repo/createDate',
    ]);
  });

  it('still has one schema of each identifier that is used', () => {
    const other = extensible(`${NS}/contact-details`, { 'xdm:email': { type: 'number' } });
    const repository = { ...REPOSITORY, 'components/datatypes/demo/contact-details.schema.json': other };
    const { problems } = loadCatalog(definitionsOf(filesWith(repository)), {});
    expect(problems).toMatchObject([{ message: expect.stringContaining(`"${NS}/contact-details" is defined twice`) }]);
  });

  it.each<[string, string, string]>([
    ['that no parser can read', 'schemas/xdm/broken.schema.json', '{ "$id": '],
    ['of the catalog itself without a class', 'schemas/broken.json', '{ "properties": {} }'],
    ['of the catalog itself that is a list', 'schemas/broken.yaml', '- { properties: {} }'],
  ])('does not hide a file %s', (_, path, broken) => {
    const files = definitionsOf(filesWith(REPOSITORY)).set(path, broken);
    const { problems } = loadCatalog(files, {});
    expect(problems.map(({ file }) => file)).toContain(path);
  });
});
