import { hasItem, type Section } from './markdown.ts';

/** Sections of every page of the repository, by its path. */
export type Pages = ReadonlyMap<string, readonly Section[]>;

export interface Checked {
  /** How many citations of the repository's own pages there are. */
  readonly count: number;
  /** Those that lead nowhere: `path:line`, the words, and why. */
  readonly problems: readonly string[];
}

/**
 * A section of a public standard · a page, alone or as in `docs/architecture.md, "Promises" 6`, `docs/privacy.md#…` · a
 * section, several as in `aep.md §1.1–1.5`, or a part of one as in `aep.md §7.1 step 11`, with the word before it.
 */
const TOKEN = new RegExp(
  [
    String.raw`(?<standard>\bRFC \d+(?: §[\d.]+)?)`,
    String.raw`(?<page>(?:[\w.-]+\/)*[\w-]+\.md\b)(?:, "(?<heading>[^"]+)"(?: (?<item>\d+))?|#(?<anchor>[\w-]+))?`,
    String.raw`(?:(?<word>\w+)\s+)?§ ?(?<from>\d+(?:\.\d+)*)(?:[–-](?<to>\d+(?:\.\d+)*))?(?: (?:step|row|item) (?<part>\d+))?`,
  ].join('|'),
  'g',
);
/** Words between two sections of one page; any other word before `§` would have to be a page. */
const JOINING = new Set(['and', 'or', 'to', 'of', 'in', 'see', 'with', 'step', 'row', 'item']);
/** Worked cases have names of their own. */
const CASE = /\b(?:(?:AAM|AAM-SYNC|AAM-RCPT|ID-CAP|SEG)-\d+|IG-[A-H]\d+)\b/g;

/**
 * Checks what a file cites of the pages. A `§` alone belongs to the page that the same comment or paragraph named last; in a
 * page whose headings are numbered, to that page itself.
 */
export function checkCitations(path: string, text: string, pages: Pages): Checked {
  const own = pages.get(path)?.some(({ number }) => number !== undefined) ? path : undefined;
  const problems: string[] = [];
  let count = 0;
  for (const passage of passagesOf(path, text)) {
    let page = own;
    for (const { 0: words, index, groups } of passage.text.matchAll(TOKEN)) {
      if (groups!.page && (own === undefined || sectionsOfPage(groups!.page, pages))) page = groups!.page;
      const isLink = groups!.page && !groups!.heading && path.endsWith('.md');
      const problem = isLink ? 'no citation' : problemOf(groups!, page, own !== undefined, pages);
      if (problem === 'no citation') continue;
      count += 1;
      if (problem) problems.push(`${path}:${lineAt(passage, index)} "${words}": ${problem}`);
    }
  }
  return { count, problems };
}

/** Names of worked cases in the text that neither the pages nor the file of cases have. */
export const unknownCases = (path: string, text: string, known: ReadonlySet<string>): string[] =>
  text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(CASE)].filter(([name]) => !known.has(name)).map(([name]) => `${path}:${index + 1} ${name}`),
    );

export const casesIn = (text: string): string[] => [...text.matchAll(CASE)].map(([name]) => name);

type Groups = Readonly<Record<string, string | undefined>>;

function problemOf(groups: Groups, page: string | undefined, isOwn: boolean, pages: Pages): string | undefined {
  if (groups.standard) return 'no citation';
  if (groups.page) return problemOfPage(groups, pages);
  if (page === undefined) return 'names no page';
  if (groups.word && !isOwn && !JOINING.has(groups.word)) return `"${groups.word}" is no page of this repository`;
  const sections = sectionsOfPage(page, pages);
  if (!sections) return `no page is ${page}, or several are`;
  for (const wanted of [groups.from, groups.to].filter((number) => number !== undefined)) {
    const section = sections.find(({ number }) => number === wanted);
    if (!section) return `${page} has no section ${wanted}`;
    if (groups.part && !hasItem(section, groups.part)) return `section ${wanted} has no number ${groups.part}`;
  }
  return undefined;
}

function problemOfPage({ page, heading, item, anchor }: Groups, pages: Pages): string | undefined {
  // A page that is only named, such as a README of somebody's catalog, is none of ours unless it says so.
  if (!heading && !anchor && !page!.startsWith('docs/')) return 'no citation';
  const sections = sectionsOfPage(page!, pages);
  if (!sections) return `no page is ${page}, or several are`;
  if (anchor && !sections.some((section) => section.anchor === anchor)) return `${page} has no heading #${anchor}`;
  if (!heading) return undefined;
  const section =
    sections.find(({ title }) => title === heading) ?? sections.find(({ title }) => title.includes(heading));
  if (!section) return `${page} has no heading "${heading}"`;
  return item && !hasItem(section, item) ? `"${heading}" has no number ${item}` : undefined;
}

/** The page of a path, or of a name without folders where only one has it. */
function sectionsOfPage(name: string, pages: Pages): readonly Section[] | undefined {
  const known = pages.get(name);
  if (known) return known;
  const [path, ...others] = name.includes('/') ? [] : [...pages.keys()].filter((one) => one.endsWith(`/${name}`));
  return path !== undefined && others.length === 0 ? pages.get(path) : undefined;
}

/** A comment or a paragraph on one line, and where in it the lines of the file begin. */
interface Passage {
  readonly text: string;
  readonly starts: readonly { readonly offset: number; readonly line: number }[];
}

const lineAt = ({ starts }: Passage, offset: number): number =>
  starts.findLast((start) => start.offset <= offset)?.line ?? 0;

const COMMENT = /^\s*(?:\/\*\*?|\*\/|\*|\/\/)\s?/;

function passagesOf(path: string, text: string): Passage[] {
  const isCode = path.endsWith('.ts');
  const passages: { text: string; starts: { offset: number; line: number }[] }[] = [];
  let goesOn = false;
  for (const [index, line] of text.split('\n').entries()) {
    const isPart = isCode ? COMMENT.test(line) : line.trim() !== '';
    if (!goesOn || !isPart) passages.push({ text: '', starts: [] });
    const passage = passages.at(-1)!;
    passage.starts.push({ offset: passage.text.length, line: index + 1 });
    passage.text += `${isCode ? line.replace(COMMENT, '') : line} `;
    goesOn = isPart && !(isCode && line.includes('*/'));
  }
  return passages;
}
