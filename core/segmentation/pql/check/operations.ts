import type { LiteralValue } from '../ast.ts';
import { type Kind, kindOf, listOf, nameOf, UNKNOWN, type Value, wordsFor, worked } from './values.ts';

/** What is wrong with an operation on values, and what would be right. */
export interface PqlProblem {
  readonly message: string;
  readonly expected?: string;
  readonly hint?: string;
}

/** A condition: true or false. */
export function asCondition(value: Value): PqlProblem | undefined {
  const kind = kindOf(value);
  if (!value.many && (kind === undefined || kind === 'boolean')) return undefined;
  return { message: `${nameOf(value)} is ${wordsFor(value)}, not a condition`, expected: 'something true or false' };
}

/** `= != < <= > >=`. What cannot be compared is never equal, so the comparison would never hold. */
export function asCompared(operator: string, left: Value, right: Value): PqlProblem | undefined {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === 'null' || b === 'null') return withNull(a === 'null' ? right : left);
  if (left.many && right.many) return isEquality(operator) ? undefined : ORDER_OF_LISTS;
  if (a === undefined || b === undefined) return undefined;
  if (left.many !== right.many) return listWithOne(left, right);
  const hasAnswer = areComparable(a, b) && (a !== 'object' || isEquality(operator));
  return hasAnswer ? undefined : differentKinds(left, right);
}

const isEquality = (operator: string): boolean => operator === '=' || operator === '!=';

function withNull({ path }: Value): PqlProblem {
  const name = path.length > 0 ? path.join('.') : 'x';
  return {
    message: 'nothing is equal to null, or not equal to it',
    expected: `${name}.isNull() or ${name}.isNotNull()`,
  };
}

const ORDER_OF_LISTS: PqlProblem = {
  message: 'lists have no order',
  expected: 'a number, a text or a time on both sides',
};

function listWithOne(left: Value, right: Value): PqlProblem {
  const [list, single] = left.many ? [left, right] : [right, left];
  return {
    message: `${nameOf(list)} is ${wordsFor(list)} and is compared with ${wordsFor(single)}`,
    hint: 'ask for one of them: exists X from … where X… , or ….includes(…)',
  };
}

function differentKinds(left: Value, right: Value): PqlProblem {
  const [shown, other] = left.path.length > 0 || right.path.length === 0 ? [left, right] : [right, left];
  return {
    message: `${nameOf(shown)} is ${wordsFor(shown)} and is compared with ${wordsFor(other)}`,
    expected: `${wordsFor(shown)} on both sides`,
  };
}

/** Dates are texts in data, and instants may be counted in milliseconds. */
function areComparable(a: Kind, b: Kind): boolean {
  if (a === b) return true;
  const [one, other] = a === 'time' ? [a, b] : [b, a];
  return one === 'time' && (other === 'text' || other === 'number');
}

/** `in` and `notIn`. */
export function asMember(left: Value, right: Value): PqlProblem | undefined {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (!right.many && b !== undefined) {
    return { message: `${nameOf(right)} is ${wordsFor(right)}, not a list`, expected: 'a list, such as ["US", "CA"]' };
  }
  if (left.many && a !== undefined) {
    return {
      message: `${nameOf(left)} is ${wordsFor(left)} itself`,
      hint: 'for lists there are intersects and subsetOf',
    };
  }
  if (a === undefined || b === undefined || areComparable(a, b)) return undefined;
  return { message: `${nameOf(left)} is ${wordsFor(left)} and is looked for in ${wordsFor(right)}` };
}

/** What an operation needs: one of `kinds`, not a list of them unless `many`. */
export function asOperand(value: Value, kinds: readonly Kind[], what: string, many = false): PqlProblem | undefined {
  const kind = kindOf(value);
  if (kind === undefined) return undefined;
  if (!kinds.includes(kind)) return { message: `${nameOf(value)} is ${wordsFor(value)}`, expected: what };
  if (!value.many || many) return undefined;
  const hint = 'ask each of them: exists X from … where X…';
  return { message: `${nameOf(value)} is ${wordsFor(value)}`, expected: what, hint };
}

/** What goes with a time: an instant, an event, a date in a text, milliseconds. */
export const asTime = (value: Value): PqlProblem | undefined =>
  value.of === 'events' && value.path.length === 0 && !value.many
    ? undefined
    : asOperand(value, ['time', 'text', 'number'], 'a time');

/** What `exists`, `forall` and `select` go through. */
export function asSource(value: Value): PqlProblem | undefined {
  const kind = kindOf(value);
  if (value.many || kind === undefined || kind === 'object') return undefined;
  return { message: `${nameOf(value)} is ${wordsFor(value)}, not a list`, expected: 'a list to go through' };
}

/** What a method can work on. */
const TEXT_METHODS: ReadonlySet<string> = new Set([
  'startsWith',
  'doesNotStartWith',
  'endsWith',
  'doesNotEndWith',
  'contains',
  'doesNotContain',
  'matches',
  'regexGroup',
]);
const DATE_METHODS: ReadonlySet<string> = new Set(['getMonth', 'getYear', 'getDayOfMonth']);
const MAP_METHODS: ReadonlySet<string> = new Set(['get', 'keys', 'values']);
const LIST_METHODS: ReadonlySet<string> = new Set(['count', 'groupBy', 'topN', 'bottomN', 'head', 'distinct']);

/** What is wrong with the object of a method. */
export function asObject(method: string, object: Value): PqlProblem | undefined {
  if (TEXT_METHODS.has(method)) return asOperand(object, ['text'], `a text for ${method}`);
  if (DATE_METHODS.has(method)) return asOperand(object, ['time', 'text', 'number'], `a date for ${method}`);
  if (MAP_METHODS.has(method)) return asOperand(object, ['object'], `a map for ${method}`, true);
  const kind = kindOf(object);
  if (!LIST_METHODS.has(method) || object.many || kind === undefined) return undefined;
  const hint = kind === 'object' && method === 'count' ? 'how many keys it has is ….keys().count()' : undefined;
  return {
    message: `${nameOf(object)} is ${wordsFor(object)}, not a list`,
    expected: `a list for ${method}`,
    ...(hint && { hint }),
  };
}

/** What is wrong with the first argument of a method that is not evaluated for items. */
export function asArgument(method: string, object: Value, argument: Value): PqlProblem | undefined {
  if (method === 'equals' || method === 'notEqualTo') return asCompared('=', object, argument);
  if (method === 'includes') return asMember(argument, listOf(object));
  return TEXT_METHODS.has(method) ? asOperand(argument, ['text'], `a text for ${method}`) : undefined;
}

/** What is wrong with what `sum`, `average`, `min`, `max`, `topN` and `bottomN` are given for each item. */
export function asMeasured(method: string, each: Value): PqlProblem | undefined {
  if (method === 'sum' || method === 'average') return asOperand(each, ['number'], `numbers for ${method}`, true);
  if (method === 'groupBy' || method === 'map') return undefined;
  return asOperand(each, ['number', 'text', 'time', 'boolean'], `values that have an order for ${method}`, true);
}

/** What a literal is. */
export const ofLiteral = (value: LiteralValue): Value =>
  worked(
    value === null ? 'null' : typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean',
  );

/** What a function gives. */
export function ofCall(name: string): Value {
  if (name === 'date') return worked('time');
  if (name === 'inSegment') return worked('boolean');
  if (name === 'mapEntry') return worked('object');
  return name.startsWith('current') ? worked('number') : UNKNOWN;
}

/** What a method gives. @param each what its argument gives for an item */
export function resultOf(method: string, object: Value, each: Value | undefined): Value | undefined {
  if (RESULTS[method] !== undefined) return worked(RESULTS[method]);
  if (method === 'regexGroup') return worked('text');
  if (method === 'keys') return worked('text', true);
  if (method === 'min' || method === 'max') {
    const kind = kindOf(each ?? object);
    return kind === undefined || kind === 'object' ? UNKNOWN : worked(kind);
  }
  if (method === 'map') {
    const kind = each && kindOf(each);
    return kind === undefined ? listOf(UNKNOWN) : worked(kind, true);
  }
  if (method === 'groupBy') return worked('object', true);
  if (method === 'values') return listOf(UNKNOWN);
  return undefined;
}

const yes = (names: readonly string[], kind: Kind): [string, Kind][] => names.map((name) => [name, kind]);
const RESULTS: Readonly<Record<string, Kind>> = Object.fromEntries([
  ...yes(['count', 'sum', 'average', ...DATE_METHODS], 'number'),
  ...yes(
    [...TEXT_METHODS].filter((name) => name !== 'regexGroup'),
    'boolean',
  ),
  ...yes(['equals', 'notEqualTo', 'isNull', 'isNotNull'], 'boolean'),
  ...yes(['includes', 'intersects', 'subsetOf', 'supersetOf'], 'boolean'),
]);
