import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '#core/catalog/load.ts';
import { readSourceFile } from '#core/catalog/source-file.ts';
import { runs } from '#tests/harness/runs.ts';
import { catalogFiles } from './marked.ts';

/** Properties run long on a busy machine. */
const SLOW = 60_000;

const problemsIn = (text: string): string[] =>
  readSourceFile('schemas/x.yaml', text).problems.map(({ message }) => message);

const recursive = (node: object): string =>
  JSON.stringify({
    $id: 'https://example.com/trees',
    'meta:class': 'https://ns.adobe.com/xdm/context/experienceevent',
    properties: { identityMap: { type: 'object' }, tree: { $ref: '#/definitions/node' } },
    definitions: { node },
  });

describe('a file that means harm', () => {
  it('may not multiply itself by aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`);
    expect(problemsIn(lines.join('\n'))).toContainEqual(expect.stringMatching(/more than 100000 values/));
  });

  it('may not contain itself', () => {
    expect(problemsIn('a: &a [*a]')).toContainEqual(expect.stringMatching(/deeper than 64/));
  });

  it.each([
    ['lists', '['.repeat(500_000)],
    ['dashes', '- '.repeat(300_000)],
    ['maps', '{a: '.repeat(200_000)],
    ['questions', '? '.repeat(300_000)],
    ['indentation', Array.from({ length: 70 }, (_, i) => `${' '.repeat(i)}k:`).join('\n')],
  ])('may not be too deep: %s', (_, text) => {
    expect(problemsIn(text)).toEqual(['nested deeper than 64 levels']);
  });

  it('may not be larger than 1 MB', () => {
    expect(problemsIn(' '.repeat(1_048_577))).toEqual(['the file is larger than 1 MB']);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('may not touch %s', (key) => {
    const { value, problems } = readSourceFile('schemas/x.yaml', `${key}: { polluted: yes }\nfine: 1\n`);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([[1, 1]]);
    expect(value).toEqual({ fine: 1 });
    expect('polluted' in {}).toBe(false);
  });

  it('may be a schema that contains itself many times, further down', () => {
    const names = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`n${i}`, { $ref: '#/definitions/node' }]));
    expect(
      loadCatalog(catalogFiles({ 'schemas/trees.json': recursive({ type: 'object', properties: names }) }), {})
        .problems,
    ).toEqual([]);
  });

  it('may not be a schema that is itself and nothing else', () => {
    const branches = Array.from({ length: 8 }, () => ({ $ref: '#/definitions/node' }));
    const { problems } = loadCatalog(
      catalogFiles({ 'schemas/trees.json': recursive({ anyOf: branches, allOf: branches }) }),
      {},
    );
    expect(problems.map(({ message }) => message)).toContain('this schema refers to itself without end');
  });

  it(
    'never makes the loader throw',
    () => {
      const path = fc.oneof(
        fc.string(),
        fc.constantFrom(
          'schemas/x.yaml',
          'segments/x.yaml',
          'datasets/x.json',
          'destinations/x.yml',
          'namespaces/x.yaml',
        ),
      );
      const yaml = fc
        .array(
          fc.constantFrom(
            'id: x',
            '- ',
            '? ',
            ': ',
            '  ',
            '\n',
            '|',
            '&a ',
            '*a',
            '{',
            '}',
            '[',
            ']',
            '"',
            "'",
            '#',
            '$id',
            '${A',
            '\t',
            'value: ',
            'é',
            '\0',
            '!!map',
            '---',
          ),
          { maxLength: 30 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(path, fc.oneof(fc.string(), yaml), (name, text) => {
          const { problems } = loadCatalog(catalogFiles({ [name]: text }), {});
          for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        }),
        runs(0.5, 60),
      );
    },
    SLOW,
  );

  it(
    'never makes the loader throw, whatever stands in a definition',
    () => {
      const kinds = fc.constantFrom(
        'schemas',
        'segments',
        'datasets',
        'destinations',
        'namespaces',
        'merge-policies',
        'identity-settings',
      );
      const keys = fc.constantFrom(
        'id',
        'code',
        '$id',
        'type',
        'segments',
        'mapping',
        'properties',
        'descriptors',
        'expression',
        'value',
        'order',
        'meta:class',
        '$ref',
        'xdm:sourceProperty',
      );
      const { tree } = fc.letrec((tieBreaker) => ({
        tree: fc.oneof(
          { maxDepth: 4, withCrossShrink: true },
          fc.oneof(
            fc.string(),
            fc.integer(),
            fc.boolean(),
            fc.constant(null),
            fc.constantFrom('http', 'object', '#', 'https://ns.adobe.com/xdm/context/profile'),
          ),
          fc.array(tieBreaker('tree'), { maxLength: 3 }),
          fc.dictionary(keys, tieBreaker('tree'), { maxKeys: 5 }),
        ),
      }));
      fc.assert(
        fc.property(kinds, tree, (kind, value) => {
          expect(() => loadCatalog(catalogFiles({ [`${kind}/x.json`]: JSON.stringify(value) }), {})).not.toThrow();
        }),
        runs(0.5, 60),
      );
    },
    SLOW,
  );
});
