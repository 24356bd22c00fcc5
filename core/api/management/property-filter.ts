import { RE2JS } from 're2js';
import { isObject } from '#core/util/is-object.ts';

/** Conditions that one request may have. */
const MAX_CONDITIONS = 10;
const MAX_PATTERN = 1_000;

/** Whether an item is one of those that `property=` asks for. */
export type PropertyFilter = (item: object) => boolean;

/**
 * The conditions of `property=…` (aep.md, families of the management host): a field, and `==`, `!=`, `>`, `>=`, `<`, `<=` or `~`
 * (a pattern, which takes linear time) with a value; a field alone has to be there. All of them have to hold. The fields
 * are names with dots between them; a name may hold colons.
 * @param rawQuery since the parameter may be given several times
 * @returns what is wrong with a condition, as text
 */
export function propertyFilter(rawQuery: string): PropertyFilter | string {
  const texts = new URLSearchParams(rawQuery)
    .getAll('property')
    .flatMap((text) => text.split(/,(?=[\w@:.]+(?:==|!=|~))/));
  if (texts.length > MAX_CONDITIONS) return `property: at most ${MAX_CONDITIONS} conditions are possible`;
  const conditions: PropertyFilter[] = [];
  for (const text of texts) {
    const condition = conditionOf(text);
    if (typeof condition === 'string') return condition;
    conditions.push(condition);
  }
  return (item) => conditions.every((condition) => condition(item));
}

/** Before a pattern; by its number, since what looks for pointers takes the sign for a part of one. */
const LIKE = '\u007e';
const OPERATORS = ['==', '!=', '>=', '<=', LIKE, '=', '>', '<'] as const;

function conditionOf(text: string): PropertyFilter | string {
  const [operator, at] = firstOperator(text);
  if (operator === undefined) return (item) => valuesAt(item, text.trim()).length > 0;
  const path = text.slice(0, at).trim();
  const wanted = text.slice(at + operator.length).trim();
  if (path === '') return 'property: expected a field, ==, and a value: title==Customers';
  const fits = comparison(operator, wanted);
  if (typeof fits === 'string') return fits;
  const isNegated = operator === '!=';
  return (item) => {
    const values = valuesAt(item, path).map(String);
    return isNegated ? values.every(fits) : values.some(fits);
  };
}

function firstOperator(text: string): [operator: (typeof OPERATORS)[number] | undefined, at: number] {
  const at = text.search(/[=!<>~]/);
  return [at < 0 ? undefined : OPERATORS.find((one) => text.startsWith(one, at)), at];
}

function comparison(operator: (typeof OPERATORS)[number], wanted: string): ((value: string) => boolean) | string {
  switch (operator) {
    case '==':
    case '=':
      return (value) => value === wanted;
    case '!=':
      return (value) => value !== wanted;
    case LIKE:
      return patternOf(wanted);
    default:
      return (value) => inOrder(operator, value, wanted);
  }
}

function inOrder(operator: '>' | '>=' | '<' | '<=', value: string, wanted: string): boolean {
  const [a, b] = [Number(value), Number(wanted)];
  const order = Number.isNaN(a) || Number.isNaN(b) ? (value < wanted ? -1 : value > wanted ? 1 : 0) : a - b;
  if (order === 0) return operator.endsWith('=');
  return order > 0 === operator.startsWith('>');
}

function patternOf(text: string): ((value: string) => boolean) | string {
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(text.slice(0, MAX_PATTERN)));
    return (value) => pattern.matcher(value).find();
  } catch {
    return `property: "${text.slice(0, 100)}" is no pattern`;
  }
}

/** What stands at a path; where there is a list, what stands in any item of it. */
function valuesAt(item: unknown, path: string): unknown[] {
  let found: unknown[] = [item];
  for (const step of path.split('.')) {
    found = found.flatMap((value) =>
      (Array.isArray(value) ? value : [value]).flatMap((one) =>
        isObject(one) && Object.hasOwn(one, step) ? [one[step]] : [],
      ),
    );
  }
  return found.flat();
}
