// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how variables are written in a catalog
import type { CatalogProblem } from './problem.ts';
import type { Path, SourceFile } from './source-file.ts';

/**
 * `${NAME}` and `${NAME:-default}` in the texts of a value, replaced; `$${` stands for `${`. A default may hold braces
 * if they are in pairs (`${ENDPOINT:-https://{host}}`). Values of variables never show in problems.
 * @param base where in the file the value is
 */
export function replaceVariables(
  value: unknown,
  file: SourceFile,
  base: Path,
  variables: Readonly<Record<string, string>>,
): { value: unknown; problems: CatalogProblem[] } {
  const problems: CatalogProblem[] = [];
  const replaceIn = (inside: unknown, path: Path): unknown => {
    if (typeof inside === 'string') {
      let complaints = 0;
      return expand(inside, variables, (offset, message, hint) => {
        complaints += 1;
        if (complaints <= MAX_COMPLAINTS)
          problems.push({ file: file.path, ...file.within(path, offset), message, hint });
      });
    }
    if (Array.isArray(inside)) return inside.map((item, i) => replaceIn(item, [...path, i]));
    if (typeof inside === 'object' && inside !== null) {
      return Object.fromEntries(Object.entries(inside).map(([key, item]) => [key, replaceIn(item, [...path, key])]));
    }
    return inside;
  };
  return { value: replaceIn(value, base), problems };
}

/** So much of one text is told: each place has to be looked for from its beginning. */
const MAX_COMPLAINTS = 20;
type Complain = (offset: number, message: string, hint: string) => void;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function expand(text: string, variables: Readonly<Record<string, string>>, complain: Complain): string {
  let result = '';
  let from = 0;
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', from)) {
    if (text[at - 1] === '$' && at - 1 >= from) {
      result += `${text.slice(from, at - 1)}\${`;
      from = at + 2;
      continue;
    }
    const end = closingBrace(text, at + 2);
    if (end === undefined) {
      complain(
        at,
        'a variable begins here and does not end',
        'close it with }, or write $${ for the characters themselves',
      );
      return result + text.slice(from);
    }
    const value = replacementOf(text.slice(at + 2, end), variables, (message, hint) => complain(at, message, hint));
    result += text.slice(from, at) + value;
    from = end + 1;
  }
  return result + text.slice(from);
}

/** @param inside of the braces @returns nothing where there is something to complain of */
function replacementOf(
  inside: string,
  variables: Readonly<Record<string, string>>,
  complain: (message: string, hint: string) => void,
): string {
  const split = inside.indexOf(':-');
  const name = split < 0 ? inside : inside.slice(0, split);
  const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (!NAME.test(name)) {
    complain(`"${name}" is not the name of a variable`, 'write ${NAME} or ${NAME:-default}');
    return '';
  }
  if (split >= 0) return given || inside.slice(split + 2);
  if (given === undefined) complain(`the variable ${name} is not set`, `set it, or give a default: \${${name}:-…}`);
  return given ?? '';
}

function closingBrace(text: string, from: number): number | undefined {
  let open = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') open += 1;
    else if (text[i] === '}') open -= 1;
    if (open === 0) return i;
  }
  return undefined;
}
