import { RE2JS } from 're2js';

/** With `_` in it, each character of a text may be compared with all of a pattern. */
export const MAX_LIKE = 1_000;

/** A test for `like`: `%` stands for any characters, `_` for exactly one. No text is like a pattern above {@link MAX_LIKE}. */
export function likePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > MAX_LIKE) return () => false;
  return pattern.includes('_') ? withPlaceholders(pattern) : withParts(pattern.split('%'));
}

/** The parts in their order: the first at the start, the last at the end, the others anywhere between. */
function withParts([first, ...others]: readonly string[]): (text: string) => boolean {
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first!) || !text.endsWith(last)) return false;
    let at = first!.length;
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at + last.length <= text.length;
  };
}

function withPlaceholders(pattern: string): (text: string) => boolean {
  const wanted = [...pattern];
  return (text) => {
    const given = [...text];
    let [at, want] = [0, 0];
    let [star, resume] = [-1, 0];
    while (at < given.length) {
      if (want < wanted.length && wanted[want] !== '%' && (wanted[want] === '_' || wanted[want] === given[at])) {
        at += 1;
        want += 1;
      } else if (wanted[want] === '%') {
        star = want;
        resume = at;
        want += 1;
      } else if (star >= 0) {
        want = star + 1;
        resume += 1;
        at = resume;
      } else {
        return false;
      }
    }
    while (wanted[want] === '%') want += 1;
    return want === wanted.length;
  };
}

type TextTest = (text: string, other: string) => boolean;

/** Tests of two texts; upper and lower case are the same where the third argument of the method is false. */
export const TEXT_TESTS: Readonly<Record<string, TextTest>> = {
  startsWith: (text, other) => text.startsWith(other),
  doesNotStartWith: (text, other) => !text.startsWith(other),
  endsWith: (text, other) => text.endsWith(other),
  doesNotEndWith: (text, other) => !text.endsWith(other),
  contains: (text, other) => text.includes(other),
  doesNotContain: (text, other) => !text.includes(other),
  equals: (text, other) => text === other,
  notEqualTo: (text, other) => text !== other,
};

/** A regular expression in the syntax of RE2, matched in linear time. Undefined when it is none. */
export function compileRegex(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

/** Whether the expression is found in the text, as in the examples of PQL's documentation; anchor it for the whole text. */
export const isFound = (regex: RE2JS, text: string): boolean => regex.matcher(text).find();

/** The text of a group of the first match; null when there is none. */
export function groupOf(regex: RE2JS, text: string, group: number): string | null {
  const matcher = regex.matcher(text);
  if (group > matcher.groupCount() || !matcher.find()) return null;
  return matcher.group(group) ?? null;
}
