import type { DefinitionProblem, Reference } from '../destination-type.ts';

/**
 * The text of a message, with attributes of the person in it: `{{person.name.firstName}}`, or
 * `{{person.name.firstName|there}}` with what stands there for who has none. What comes out is text and is never read
 * again, whatever stands in the attributes.
 */

/** A part of a template: text, or an attribute by its path. */
export type TemplatePart = string | { readonly path: string; readonly otherwise?: string };

const OPEN = '{{';
const CLOSE = '}}';
const PATH = /^[A-Za-z_][\w:-]*(\.[A-Za-z_][\w:-]*)*$/;
/** More of one attribute is cut off: nobody's name is longer, and a text is short. */
const MAX_VALUE = 100;

type Problem = { readonly problem: string };

/** The parts of a template, or what is wrong with it. */
export function parseTemplate(template: string): readonly TemplatePart[] | Problem {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < template.length) {
    const [open, stray] = [template.indexOf(OPEN, at), template.indexOf(CLOSE, at)];
    if (stray >= 0 && (open < 0 || stray < open)) return { problem: `"}}" at character ${stray + 1} closes nothing` };
    const end = open < 0 ? template.length : open;
    if (end > at) parts.push(template.slice(at, end));
    if (open < 0) break;
    const placeholder = placeholderAt(template, open);
    if ('problem' in placeholder) return placeholder;
    parts.push(placeholder.part);
    at = placeholder.end;
  }
  return parts;
}

function placeholderAt(
  template: string,
  open: number,
): { readonly part: TemplatePart; readonly end: number } | Problem {
  const close = template.indexOf(CLOSE, open);
  const inner = close < 0 ? '' : template.slice(open + OPEN.length, close);
  if (close < 0 || inner.includes(OPEN)) return { problem: `"{{" at character ${open + 1} is never closed` };
  const [path = '', ...rest] = inner.split('|');
  if (!PATH.test(path.trim())) return { problem: `"{{${inner}}}" names no attribute` };
  const part = { path: path.trim(), ...(rest.length > 0 && { otherwise: rest.join('|') }) };
  return { part, end: close + CLOSE.length };
}

const isProblem = (parsed: ReturnType<typeof parseTemplate>): parsed is Problem => 'problem' in parsed;

/** Paths of the attributes in a template; none where it cannot be read. */
export function pathsOf(template: string): string[] {
  const parsed = parseTemplate(template);
  if (isProblem(parsed)) return [];
  return [...new Set(parsed.flatMap((part) => (typeof part === 'string' ? [] : [part.path])))];
}

/** What of a template is text for everybody. */
export function withoutPlaceholders(template: string): string {
  const parsed = parseTemplate(template);
  return isProblem(parsed) ? '' : parsed.filter((part) => typeof part === 'string').join('');
}

/**
 * The text for one person.
 * @param attributes by path
 * @returns undefined where an attribute is missing that the template has nothing else for
 */
export function renderTemplate(template: string, attributes: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = parseTemplate(template);
  if (isProblem(parsed)) return undefined;
  let text = '';
  for (const part of parsed) {
    const value = typeof part === 'string' ? part : (textOf(attributes[part.path]) ?? part.otherwise);
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}

/** A value as it stands in a text: in one line, without what no phone shows. Objects and lists are no text. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const line = String(value)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line === '' ? undefined : [...line].slice(0, MAX_VALUE).join('');
}

/** What of a template cannot be read, at its place in the catalog file. */
export function templateProblems(template: string, path: DefinitionProblem['path']): DefinitionProblem[] {
  const parsed = parseTemplate(template);
  if (!isProblem(parsed)) return [];
  const hint = 'write {{person.name.firstName}}, or {{person.name.firstName|there}} for who has none';
  return [{ path, message: `the template cannot be read: ${parsed.problem}`, hint }];
}

/** The attributes of a template, to be checked in the catalog. */
export const templateReferences = (template: string, path: Reference['path']): Reference[] =>
  pathsOf(template).map((attribute) => ({ path, attribute }));
