import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { casesIn, checkCitations, type Pages, unknownCases } from '#tests/harness/documents/citations.ts';
import { ownFiles, readPages } from '#tests/harness/documents/files.ts';
import { sectionsOf } from '#tests/harness/documents/markdown.ts';

/** Everything that is read by people, without the tests of citations and links: what is wrong there is so on purpose. */
const files = ownFiles('ts', 'js', 'md', 'yaml')
  .filter((path) => !/\/architecture\/(?:citations|links)\.test\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

describe('what code, tests and pages cite', () => {
  it('is a section, a heading, a row or a page that is in the repository', () => {
    const pages = readPages();
    const cited = files.map(({ path, text }) => ({ path, ...checkCitations(path, text, pages) }));
    expect(cited.flatMap(({ problems }) => problems)).toEqual([]);
    // One that reads nothing finds nothing either.
    const outside = cited.filter(({ path }) => !path.startsWith('docs/'));
    expect(outside.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(150);
  });

  it('is a worked case that the reference has', () => {
    const known = new Set(
      ['aep.md', 'identity-cases.json'].flatMap((name) => casesIn(readFileSync(`docs/reference/${name}`, 'utf8'))),
    );
    expect(known.size).toBeGreaterThan(50);
    expect(files.flatMap(({ path, text }) => unknownCases(path, text, known))).toEqual([]);
    expect(files.flatMap(({ text }) => casesIn(text)).length).toBeGreaterThan(100);
  });
});

const REFERENCE = `# Facts

## 1. Schemas
| Fact | Source |
|---|---|
| one | a page |

### 1.1 Classes
See §2, and overview.md of somebody else.

## 2. Sharing

| Step | Rule |
| ---- | ---- |
| 8    | the default policy |
| **11** | the sandbox |

1. first
`;
const GUIDE = `# Guide

## The \`batch\` way

| n   | promise |
| --- | ------- |
| 6   | nothing twice |
`;
const pages: Pages = new Map(
  Object.entries({
    'docs/reference/aep.md': REFERENCE,
    'docs/guide.md': GUIDE,
    'README.md': '# One',
    'core/notes.md': '## 2. One',
    'lib/notes.md': '## 2. Other',
  }).map(([path, text]) => [path, sectionsOf(text)]),
);
const check = (text: string, path = 'core/a.ts') => checkCitations(path, text, pages);

describe('a citation', () => {
  it.each([
    ['a section', '/** aep.md §1.1 */', 1],
    ['a section of a page by its path, which is two', '// docs/reference/aep.md §2', 2],
    ['several sections, and a range of them', '// aep.md §1, §2 to §1.1; §1.1–2', 4],
    [
      'a page that the comment named on the line before',
      '/**\n * As AEP has it (aep.md §1.1), five\n * at most (§2).\n */',
      2,
    ],
    ['a name that the line is broken behind', '/**\n * As it is (aep.md\n * §1.1).\n */', 1],
    ['a row of a table, bold or not', '// aep.md §2 step 8, aep.md §2 row 11', 2],
    ['a number of a list', '// aep.md §2 item 1', 1],
    ['a heading', '// docs/guide.md, "The batch way"', 1],
    ['a heading that is broken', '/**\n * (docs/guide.md, "The batch\n * way")\n */', 1],
    ['a number below a heading', '// docs/guide.md, "The batch way" 6', 1],
    ['an anchor', "throw new Error('see docs/guide.md#the-batch-way')", 1],
    ['a page', "'see docs/guide.md.'", 1],
  ])('may be %s', (_, text, count) => {
    expect(check(text)).toEqual({ count, problems: [] });
  });

  it.each([
    ['of a section that is not there', '// aep.md §1.2', 'aep.md has no section 1.2'],
    ['of which one of several is not there', '// aep.md §1, §3', 'aep.md has no section 3'],
    ['whose range ends beyond', '// aep.md §1.1–1.9', 'aep.md has no section 1.9'],
    ['of a step that is not there', '// aep.md §2 step 12', 'section 2 has no number 12'],
    ['of a document that is elsewhere', '// (design §7)', 'names no page'],
    ['of a document that is elsewhere, behind one that is here', '// (aep.md §1, design §7)', '"design" is no page'],
    ['of a standard, and then of nothing', '// RFC 4180 has it (design §7)', 'names no page'],
    ['of a page that is not there', '// vendors.md §2', 'no page is vendors.md'],
    ['of a name that two pages have', '// notes.md §2', 'no page is notes.md, or several are'],
    ['without a page', '// (§1.1)', 'names no page'],
    ['of a page that another comment named', '/** aep.md §1 */\nconst a = 1;\n/** §1.1 */', 'names no page'],
    ['of a page below docs that is not there', "'see docs/other.md'", 'no page is docs/other.md'],
    ['of a heading that is not there', '// docs/guide.md, "The stream"', 'docs/guide.md has no heading "The stream"'],
    [
      'of a number that is not below the heading',
      '// docs/guide.md, "The batch way" 7',
      '"The batch way" has no number 7',
    ],
    ['of an anchor that is not there', '// docs/guide.md#the-stream', 'docs/guide.md has no heading #the-stream'],
  ])('%s is found', (_, text, problem) => {
    const { problems } = check(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('is found at its line', () => {
    expect(check('const a = 1;\n/**\n * One (aep.md §1),\n * two (§7).\n */').problems).toEqual([
      'core/a.ts:4 "§7": aep.md has no section 7',
    ]);
  });

  it('in a page with numbered sections means the page itself, whatever the word before it', () => {
    expect(checkCitations('docs/reference/aep.md', REFERENCE, pages)).toEqual({ count: 1, problems: [] });
    expect(checkCitations('docs/reference/aep.md', 'applying §9', pages).problems).toHaveLength(1);
  });

  it('of a public standard, or the name of somebody’s page, is none of ours', () => {
    expect(check('// RFC 9110 §10.2.3, RFC 6749 §2.3.1; a README.md, GRAMMAR.md')).toEqual({ count: 0, problems: [] });
  });
});

describe('the name of a worked case', () => {
  it('that nobody has is found', () => {
    const known = new Set(casesIn('| AAM-1 | … | ID-CAP-1 | AAM-SYNC-2 | "IG-A1" | SEG-12'));
    expect([...known]).toEqual(['AAM-1', 'ID-CAP-1', 'AAM-SYNC-2', 'IG-A1', 'SEG-12']);
    expect(unknownCases('a.ts', 'x\n// AAM-1, AAM-99 and SEG-1', known)).toEqual(['a.ts:2 AAM-99', 'a.ts:2 SEG-1']);
  });
});
