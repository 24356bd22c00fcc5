import type { ChainStep, Expression, LiteralValue, TimeCondition } from '../ast.ts';
import { type ByKind, doByKind } from '../by-kind.ts';
import { groupOf } from '../time.ts';
import { RESERVED } from './names.ts';

/**
 * PQL text of a syntax tree, in one canonical form: `parsePql(formatPql(tree))` equals `tree` but for the spans.
 */
export const formatPql = (expression: Expression): string => doByKind(FORMATS, expression);

const FORMATS: ByKind<string> = {
  literal: ({ value }) => literal(value),
  list: ({ items }) => `[${items.map(formatPql).join(', ')}]`,
  name: ({ name }) => headName(name),
  parameter: ({ index }) => `$${index}`,
  outer: ({ levels }) => '^'.repeat(levels),
  member: ({ object, name }) => `${postfixed(object)}.${fieldName(name)}`,
  filter: ({ source, condition }) => `${postfixed(source)}[${formatPql(condition)}]`,
  method: ({ object, name, args }) => `${postfixed(object)}.${name}(${args.map(formatPql).join(', ')})`,
  call: ({ name, args }) => `${name}(${args.map(formatPql).join(', ')})`,
  not: ({ operand }) => `not ${grouped(operand, ['comparison', 'occurs', 'not'])}`,
  negate: ({ operand }) => `-${postfixed(operand)}`,
  logical: ({ operator, operands }) =>
    operands.map((one) => grouped(one, ['comparison', 'occurs', 'not'])).join(` ${operator} `),
  comparison: ({ left, operator, right }) => `${operand(left)} ${operator} ${operand(right)}`,
  arithmetic: ({ left, operator, right }) => `${operand(left)} ${operator} ${simple(right)}`,
  lambda: ({ parameters, body }) => `(${parameters.map(fieldName).join(', ')}) => ${formatPql(body)}`,
  let: ({ name, value, body }) => `let ${fieldName(name)} = (${formatPql(value)}) in ${formatPql(body)}`,
  quantifier: ({ quantifier, variable, source, condition }) =>
    `${quantifier} ${fieldName(variable)} from ${operand(source)}${clause('where', condition)}`,
  duration: ({ amount, unit }) => `${amount} ${unit}${plural(amount, unit)}`,
  moment: ({ name }) => name,
  period: ({ which, unit }) => `${which} ${unit}`,
  occurs: ({ time, when }) => `${operand(time)} occurs ${formatTimeCondition(when)}`,
  chain: ({ source, steps, condition }) =>
    `CHAIN(${operand(source)}, timestamp, [${steps.map(step).join(', ')}])${clause('WHERE', condition)}`,
};

const clause = (word: string, condition: Expression | undefined): string =>
  condition === undefined ? '' : ` ${word} ${formatPql(condition)}`;

/** What follows `occurs`. */
function formatTimeCondition(when: TimeCondition): string {
  switch (when.kind) {
    case 'distance': {
      const length = `${when.amount} ${when.unit}${plural(when.amount, when.unit)}`;
      return `${when.operator} ${length} ${when.direction} ${operand(when.reference)}`;
    }
    case 'side':
      return `${when.direction} ${operand(when.reference)}`;
    case 'on':
      return `on ${operand(when.reference)}`;
    case 'between':
      return `between ${operand(when.from)} and ${operand(when.to)}`;
  }
}

function step({ name, what, when, count }: ChainStep): string {
  const clauses = [
    what === undefined ? undefined : `WHAT(${formatPql(what)})`,
    when.length === 0 ? undefined : `WHEN(${when.map(formatTimeCondition).join(', ')})`,
    count === 1 && (what !== undefined || when.length > 0) ? undefined : `COUNT(${count})`,
  ];
  return `${fieldName(name)}: ${clauses.filter((clause) => clause !== undefined).join(' ')}`;
}

const SIMPLE: readonly Expression['kind'][] = [
  'literal',
  'list',
  'name',
  'parameter',
  'outer',
  'member',
  'filter',
  'method',
  'call',
  'duration',
  'moment',
  'period',
];

const grouped = (expression: Expression, plain: readonly Expression['kind'][]): string =>
  SIMPLE.includes(expression.kind) || expression.kind === 'arithmetic' || plain.includes(expression.kind)
    ? formatPql(expression)
    : `(${formatPql(expression)})`;

/** As an operand of `=` or on the left of `+`. */
const operand = (expression: Expression): string =>
  SIMPLE.includes(expression.kind) || expression.kind === 'negate'
    ? formatPql(expression)
    : `(${formatPql(expression)})`;

/** On the right of `+`, where `-5` would be hard to read. */
const simple = (expression: Expression): string =>
  SIMPLE.includes(expression.kind) ? formatPql(expression) : `(${formatPql(expression)})`;

/** Before `.` or `[`, where a number and a sign would be read otherwise. */
const postfixed = (expression: Expression): string =>
  SIMPLE.includes(expression.kind) && !isNumeric(expression) ? formatPql(expression) : `(${formatPql(expression)})`;

const isNumeric = (expression: Expression): boolean =>
  expression.kind === 'duration' || (expression.kind === 'literal' && typeof expression.value === 'number');

function literal(value: LiteralValue): string {
  if (typeof value === 'string') {
    const escaped = value.replace(/[\\"\n\t\r]/g, (character) => ESCAPED[character] ?? character);
    return `"${escaped}"`;
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

const plural = (amount: number, unit: string): string => (amount !== 1 && groupOf(`${unit}s`) !== undefined ? 's' : '');

const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** After a dot every word is a name. */
const fieldName = (name: string): string => (PLAIN.test(name) ? name : quoted(name));

/** At the head of a path, words of the language are in backquotes. */
const headName = (name: string): string => (PLAIN.test(name) && !RESERVED.has(name) ? name : quoted(name));
