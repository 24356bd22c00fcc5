import type { ChainStep, Expression, LiteralValue, TimeCondition } from '../ast.ts';
import { groupOf } from '../time.ts';
import { RESERVED } from './names.ts';

/**
 * PQL text of a syntax tree, in one canonical form: `parsePql(formatPql(tree))` equals `tree` but for the spans.
 */
export function formatPql(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return literal(expression.value);
    case 'list':
      return `[${expression.items.map(formatPql).join(', ')}]`;
    case 'name':
      return headName(expression.name);
    case 'parameter':
      return `$${expression.index}`;
    case 'outer':
      return '^'.repeat(expression.levels);
    case 'member':
      return `${postfixed(expression.object)}.${fieldName(expression.name)}`;
    case 'filter':
      return `${postfixed(expression.source)}[${formatPql(expression.condition)}]`;
    case 'method':
      return `${postfixed(expression.object)}.${expression.name}(${expression.args.map(formatPql).join(', ')})`;
    case 'call':
      return `${expression.name}(${expression.args.map(formatPql).join(', ')})`;
    case 'not':
      return `not ${grouped(expression.operand, ['comparison', 'occurs', 'not'])}`;
    case 'negate':
      return `-${postfixed(expression.operand)}`;
    case 'logical':
      return expression.operands
        .map((operand) => grouped(operand, ['comparison', 'occurs', 'not']))
        .join(` ${expression.operator} `);
    case 'comparison':
      return `${operand(expression.left)} ${expression.operator} ${operand(expression.right)}`;
    case 'arithmetic':
      return `${operand(expression.left)} ${expression.operator} ${simple(expression.right)}`;
    case 'lambda':
      return `(${expression.parameters.map(fieldName).join(', ')}) => ${formatPql(expression.body)}`;
    case 'let':
      return `let ${fieldName(expression.name)} = (${formatPql(expression.value)}) in ${formatPql(expression.body)}`;
    case 'quantifier': {
      const condition = expression.condition === undefined ? '' : ` where ${formatPql(expression.condition)}`;
      return `${expression.quantifier} ${fieldName(expression.variable)} from ${operand(expression.source)}${condition}`;
    }
    case 'duration':
      return `${expression.amount} ${expression.unit}${plural(expression.amount, expression.unit)}`;
    case 'moment':
      return expression.name;
    case 'period':
      return `${expression.which} ${expression.unit}`;
    case 'occurs':
      return `${operand(expression.time)} occurs ${formatTimeCondition(expression.when)}`;
    case 'chain': {
      const condition = expression.condition === undefined ? '' : ` WHERE ${formatPql(expression.condition)}`;
      return `CHAIN(${operand(expression.source)}, timestamp, [${expression.steps.map(step).join(', ')}])${condition}`;
    }
  }
}

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
