import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFiles } from '#tests/harness/documents/files.ts';
import { linksOf, sectionsOf } from '#tests/harness/documents/markdown.ts';

interface World {
  exists(path: string): boolean;
  read(path: string): string;
}
const repository: World = { exists: existsSync, read: (path) => readFileSync(path, 'utf8') };

const isRelative = (target: string): boolean => !/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target);
const pathOf = (page: string, target: string): string => {
  const [path] = decodeURIComponent(target).split('#');
  return path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path!));
};

/** The links of a page that lead nowhere. Addresses of the web are not asked. */
const brokenLinks = (page: string, world: World = repository): string[] =>
  linksOf(world.read(page))
    .filter(({ target }) => isRelative(target))
    .flatMap(({ line, target }) => {
      const problem = problemOf(page, target, world);
      return problem ? [`${page}:${line} (${target}): ${problem}`] : [];
    });

function problemOf(page: string, target: string, world: World): string | undefined {
  const path = pathOf(page, target);
  if (path.startsWith('/') || path.startsWith('..')) return 'leads out of the repository';
  if (!world.exists(path)) return `${path} is not there`;
  const [, anchor] = target.split('#');
  if (anchor === undefined) return undefined;
  if (!path.endsWith('.md')) return 'a place in a file that is no page';
  return sectionsOf(world.read(path)).some((section) => section.anchor === anchor)
    ? undefined
    : `${path} has no heading #${anchor}`;
}

/** Pages that can be reached by links from a page, itself included. */
function reachableFrom(page: string, reached = new Set([page])): Set<string> {
  for (const { target } of linksOf(readFileSync(page, 'utf8'))) {
    const path = isRelative(target) ? pathOf(page, target) : '';
    if (!path.endsWith('.md') || reached.has(path)) continue;
    reached.add(path);
    reachableFrom(path, reached);
  }
  return reached;
}

describe('the pages', () => {
  const pages = ownFiles('md');

  it('have no link that leads nowhere', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'catalog/README.md']),
    );
    expect(pages.flatMap((page) => linksOf(readFileSync(page, 'utf8'))).length).toBeGreaterThan(100);
    expect(pages.flatMap((page) => brokenLinks(page))).toEqual([]);
  });

  it('are all reached from the README', () => {
    const reached = reachableFrom('README.md');
    expect(pages.filter((page) => page !== 'CHANGELOG.md' && !reached.has(page))).toEqual([]);
  });
});

describe('a link', () => {
  const broken = (text: string, page = 'docs/a.md') => {
    const files: Record<string, string> = {
      [page]: text,
      'docs/b.md': '# B `x`\n\n## Two words (`http`)\n\n## Again\n\n## Again\n\n```sh\n# no heading\n```\n',
      'lib/stages.ts': '',
      docs: '',
    };
    return brokenLinks(page, { exists: (path) => path in files, read: (path) => files[path]! });
  };

  it.each([
    '[b](b.md), [b](./b.md#two-words-http), [again](b.md#again-1), ![an image](../lib/stages.ts)',
    '## Here\n\n[here](#here), [folder](../docs)',
    '[b][1]\n\n[1]: b.md#b-x',
    '[web](https://example.com/none.md), [mail](mailto:a@example.com)',
    '`[no link](none.md)` and ``a ` [b](none.md)``',
    '```md\n[no link](none.md)\n```\n\n~~~\n[neither](none.md)\n~~~',
  ])('may be %j', (text) => {
    expect(broken(text)).toEqual([]);
  });

  it.each([
    ['[c](c.md)', 'docs/c.md is not there'],
    ['text [b](../b.md "title")', 'b.md is not there'],
    ['[`b`](b.md#three-words)', 'docs/b.md has no heading #three-words'],
    ['[b](b.md#no-heading)', 'docs/b.md has no heading #no-heading'],
    ['[b](b.md#again-2)', 'docs/b.md has no heading #again-2'],
    ['[here](#there)', 'docs/a.md has no heading #there'],
    ['[out](../../x.md)', 'leads out of the repository'],
    ['[line](../lib/stages.ts#L3)', 'a place in a file that is no page'],
    ['[b][1]\n\n[1]: c.md', 'docs/c.md is not there'],
    ['| [c](c.md) | [b](b.md) |', 'docs/c.md is not there'],
    ['```sh\nx\n```\n[c](c.md)', 'docs/c.md is not there'],
  ])('%j is found to lead nowhere', (text, problem) => {
    const found = broken(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });
});

describe('the page of words', () => {
  it('has its terms in the order of the alphabet, each with a page that tells more', () => {
    const [, ...entries] = readFileSync('docs/words.md', 'utf8').split(/^- (?=\*\*)/m);
    const terms = entries.map((entry) => /^\*\*([^*]+)\*\*/.exec(entry)![1]!.toLowerCase());
    expect(terms.length).toBeGreaterThan(50);
    expect(terms).toEqual([...new Set(terms)].sort());
    expect(entries.filter((entry) => linksOf(entry).length === 0)).toEqual([]);
  });
});
