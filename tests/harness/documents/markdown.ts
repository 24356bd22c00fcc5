/** A heading of a page, with everything below it up to the next heading that is not below it. */
export interface Section {
  readonly title: string;
  /** What a heading that begins with a number is cited by: `7.1` of "7.1 The decision". */
  readonly number: string | undefined;
  /** What `#…` in an address leads to. */
  readonly anchor: string;
  readonly text: string;
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

const HEADING = /^(#{1,6}) +(.+?) *#*$/;

/** The sections of a page in their order. What stands in blocks of code is no heading. */
export function sectionsOf(page: string): Section[] {
  const lines = page.split('\n');
  const headings = withoutBlocks(page).flatMap((text, line) => {
    const [, marks, title] = HEADING.exec(text) ?? [];
    return marks ? [{ line, level: marks.length, title: plainText(title!) }] : [];
  });
  const seen = new Map<string, number>();
  return headings.map(({ line, level, title }, index) => {
    const end = headings.slice(index + 1).find((next) => next.level <= level)?.line;
    const [, number] = /^(\d+(?:\.\d+)*)\.? /.exec(title) ?? [];
    return { title, number, anchor: uniqueAnchor(title, seen), text: lines.slice(line + 1, end).join('\n') };
  });
}

/** The targets of all links and images of a page, also of those that are defined at its end. */
export function linksOf(page: string): Link[] {
  return withoutBlocks(page).flatMap((text, index) => {
    const prose = text.replaceAll(/(`+)(?:(?!\1).)*\1/g, '``');
    const inline = [...prose.matchAll(/\]\(<?([^()\s>]+(?:\([^()\s]*\))?)>?(?:\s+"[^"]*")?\)/g)];
    const defined = [...prose.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)];
    return [...inline, ...defined].map(([, target]) => ({ line: index + 1, target: target! }));
  });
}

/** Whether a list or a table of the section has an item of this number. */
export const hasItem = ({ text }: Section, number: string): boolean =>
  new RegExp(String.raw`^(?:\| *\**${number}\** *\||${number}[.)] )`, 'm').test(text);

/** Lines of a page; those of blocks of code are empty. */
function withoutBlocks(page: string): string[] {
  let fence: string | undefined;
  return page.split('\n').map((line) => {
    const [, mark] = /^ *(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
      return '';
    }
    fence = mark;
    return mark === undefined ? line : '';
  });
}

const plainText = (title: string): string => title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');

/** As GitHub makes them: the second heading of one name gets `-1`, the third `-2`. */
function uniqueAnchor(title: string, seen: Map<string, number>): string {
  const anchor = title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  const before = seen.get(anchor) ?? 0;
  seen.set(anchor, before + 1);
  return before === 0 ? anchor : `${anchor}-${before}`;
}
