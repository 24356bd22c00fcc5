import type { Chain, ChainStep, Expression, Method, Occurs } from '../pql/ast.ts';
import { formatPql } from '../pql/parse/format.ts';
import { parsePql } from '../pql/parse/parse.ts';
import {
  AGGREGATES,
  type Aggregate,
  type Attribute,
  type Block,
  COMPARISONS,
  type Comparison,
  type Event,
  type Group,
  type Join,
  type Measure,
  type Membership,
  type Sequence,
  type Step,
  TEXT_OPERATORS,
  type Test,
  type TextOperator,
  type Value,
  type Where,
  type Window,
} from './model.ts';
import { pqlOf } from './print.ts';

/**
 * The blocks of a rule: printed again, they give the same canonical PQL. What they cannot say is a `pql` block.
 * @throws {PqlError} where the text is no PQL
 */
export const blocksOf = (text: string): Block => read(parsePql(text));

/** A block only where it says exactly what the expression says. */
function read(expression: Expression): Block {
  const block =
    readGroup(expression) ??
    readMembership(expression) ??
    readEvent(expression) ??
    readSequence(expression) ??
    readAttribute(expression);
  const text = formatPql(expression);
  return block !== undefined && pqlOf(block) === text ? block : { kind: 'pql', text };
}

function readGroup(expression: Expression): Group | undefined {
  const not = expression.kind === 'not';
  const inner = expression.kind === 'not' ? expression.operand : expression;
  if (inner.kind === 'logical')
    return { kind: 'group', join: joinOf(inner.operator), not, items: inner.operands.map(read) };
  // Something that is not so, and has no block of its own for that.
  const hasOwnBlock = [readMembership, readEvent, readAttribute].some((reader) => reader(expression) !== undefined);
  return not && !hasOwnBlock ? { kind: 'group', join: 'all', not, items: [read(inner)] } : undefined;
}

const joinOf = (operator: 'and' | 'or'): Join => (operator === 'and' ? 'all' : 'any');

function readMembership(expression: Expression): Membership | undefined {
  const call = expression.kind === 'not' ? expression.operand : expression;
  if (call.kind !== 'call' || call.name !== 'inSegment' || call.args.length !== 1) return undefined;
  const audience = literalOf(call.args[0]!);
  return typeof audience === 'string' ? { kind: 'membership', audience, in: expression.kind !== 'not' } : undefined;
}

function readAttribute(expression: Expression): Attribute | undefined {
  const test = readTest(expression, undefined);
  return test && { kind: 'attribute', test };
}

/** `item`: what the thing is called whose fields are tested; undefined where they have no name before them. */
function readTest(expression: Expression, item: string | undefined): Test | undefined {
  if (expression.kind === 'not') {
    const test = readTest(expression.operand, item);
    return test?.op === 'in' ? { ...test, op: 'notInOrUnknown' } : undefined;
  }
  if (expression.kind === 'method') return readMethodTest(expression.object, expression.name, expression.args, item);
  if (expression.kind !== 'comparison') return undefined;
  const { operator, left } = expression;
  const values = valuesOf(expression.right);
  if (values === undefined || operator === 'like') return undefined;
  const isList = operator === 'in' || operator === 'notIn';
  if (isList !== (expression.right.kind === 'list')) return undefined;
  const list = isComparison(operator) ? countedList(left) : undefined;
  const path = pathOf(list ?? left, item);
  return path === undefined ? undefined : { path, op: operator, values, ...(list && { counted: true }) };
}

/** What `.count()` counts. */
const countedList = (expression: Expression): Expression | undefined =>
  expression.kind === 'method' && expression.name === 'count' && expression.args.length === 0
    ? expression.object
    : undefined;

function readMethodTest(
  object: Expression,
  name: string,
  args: readonly Expression[],
  item: string | undefined,
): Test | undefined {
  const path = pathOf(object, item);
  if (path === undefined) return undefined;
  if (args.length === 0 && name === 'isNotNull') return { path, op: 'known', values: [] };
  if (args.length === 0 && name === 'isNull') return { path, op: 'unknown', values: [] };
  if (name === 'matches') return readMatch(path, args);
  if (!TEXT_OPERATORS.includes(name as TextOperator) || args.length === 0 || args.length > 2) return undefined;
  const [value, caseSensitive] = args.map(literalOf);
  if (typeof value !== 'string') return undefined;
  const test = { path, op: name as TextOperator, values: [value] };
  return caseSensitive === undefined ? test : { ...test, caseSensitive: caseSensitive !== false };
}

function readMatch(path: string, args: readonly Expression[]): Test | undefined {
  const pattern = args.length === 1 ? literalOf(args[0]!) : undefined;
  return typeof pattern === 'string' ? { path, op: 'matches', values: [pattern] } : undefined;
}

function readEvent(expression: Expression): Event | undefined {
  const quantifier = expression.kind === 'not' ? expression.operand : expression;
  if (quantifier.kind === 'quantifier') {
    if (quantifier.quantifier !== 'exists' || !isEvents(quantifier.source)) return undefined;
    const found = readConditions(quantifier.condition, quantifier.variable);
    const fn = expression.kind === 'not' ? 'none' : 'some';
    return found && { kind: 'event', name: quantifier.variable, ...found, measure: { fn } };
  }
  if (expression.kind !== 'comparison' || !isComparison(expression.operator)) return undefined;
  const value = literalOf(expression.right);
  const measured = readMeasure(expression.left, expression.operator, value);
  const found = measured && readSource(measured.events);
  return found && { kind: 'event', ...found, measure: measured.measure };
}

const isComparison = (operator: string): operator is Comparison => COMPARISONS.includes(operator as Comparison);
const isEvents = (expression: Expression): boolean => expression.kind === 'name' && expression.name === 'xEvent';

interface Measured {
  readonly events: Expression;
  readonly measure: Measure;
}

/** `xEvent[…].count()`, `.sum(path)`, `.map(path).distinct().count()`. */
function readMeasure(expression: Expression, op: Comparison, value: Value | undefined): Measured | undefined {
  if (typeof value !== 'number' || expression.kind !== 'method') return undefined;
  const { object, name, args } = expression;
  if (name === 'count' && args.length === 0) {
    const different = readDifferent(object);
    if (different) return { events: different.events, measure: { fn: different.fn, path: different.path, op, value } };
    return { events: object, measure: { fn: 'count', op, value } };
  }
  const path = args.length === 1 ? pathOf(args[0]!, undefined) : undefined;
  if (path === undefined || DIFFERENT.includes(name) || !AGGREGATES.includes(name as Aggregate)) return undefined;
  return { events: object, measure: { fn: name as Aggregate, path, op, value } };
}

const DIFFERENT: readonly string[] = ['distinct', 'groups'];

interface Different {
  readonly events: Expression;
  readonly fn: 'distinct' | 'groups';
  readonly path: string;
}

/** `xEvent[…].map(path).distinct()`, `xEvent[…].groupBy(path)`. */
function readDifferent(expression: Expression): Different | undefined {
  if (expression.kind !== 'method') return undefined;
  const groups = expression.name === 'groupBy';
  const mapped = groups ? expression : isDistinct(expression) ? expression.object : undefined;
  if (mapped?.kind !== 'method' || mapped.args.length !== 1 || (!groups && mapped.name !== 'map')) return undefined;
  const path = pathOf(mapped.args[0]!, undefined);
  return path === undefined ? undefined : { events: mapped.object, fn: groups ? 'groups' : 'distinct', path };
}

const isDistinct = ({ name, args }: Method): boolean => name === 'distinct' && args.length === 0;

interface Found {
  readonly where: Where;
  readonly window: Window;
}

const EVERY: Where = { join: 'all', tests: [] };

function readSource(events: Expression): Found | undefined {
  if (isEvents(events)) return { where: EVERY, window: { is: 'ever' } };
  return events.kind === 'filter' && isEvents(events.source) ? readConditions(events.condition, undefined) : undefined;
}

/** The tests of an event, and the one of its time: that stands last among what must all be so, or alone. */
function readConditions(condition: Expression | undefined, item: string | undefined): Found | undefined {
  const all =
    condition === undefined
      ? []
      : condition.kind === 'logical' && condition.operator === 'and'
        ? condition.operands
        : [condition];
  const last = all.at(-1);
  const window = last?.kind === 'occurs' ? readWindow(last, item) : undefined;
  const where = readWhere(window ? all.slice(0, -1) : all, item);
  return where && { where, window: window ?? { is: 'ever' } };
}

function readWhere(conditions: readonly Expression[], item: string | undefined): Where | undefined {
  const [only, ...others] = conditions;
  const isAny = only?.kind === 'logical' && only.operator === 'or' && others.length === 0;
  const tests = (isAny ? only.operands : conditions).map((one) => readTest(one, item));
  return tests.every((test) => test !== undefined) ? { join: isAny ? 'any' : 'all', tests } : undefined;
}

function readWindow({ time, when }: Occurs, item: string | undefined): Window | undefined {
  if (pathOf(time, item) !== 'timestamp') return undefined;
  switch (when.kind) {
    case 'distance': {
      if (when.direction !== 'before' || !isNow(when.reference)) return undefined;
      const { amount, unit } = when;
      return when.operator === '<='
        ? { is: 'last', amount, unit }
        : when.operator === '>'
          ? { is: 'olderThan', amount, unit }
          : undefined;
    }
    case 'on': {
      const { kind } = when.reference;
      return kind === 'moment' || kind === 'period' ? { is: 'on', when: formatPql(when.reference) } : undefined;
    }
    case 'between':
      return readBetween(when.from, when.to);
    case 'side':
      return undefined;
  }
}

function readBetween(from: Expression, to: Expression): Window | undefined {
  const [first, last] = [dayOf(from), dayOf(to)];
  if (first !== undefined && last !== undefined) return { is: 'dates', from: first, to: last };
  const [older, newer] = [beforeNow(from), beforeNow(to)];
  if (older === undefined || newer === undefined || older.unit !== newer.unit) return undefined;
  return { is: 'between', from: older.amount, to: newer.amount, unit: older.unit };
}

const isNow = (expression: Expression): boolean => expression.kind === 'moment' && expression.name === 'now';

const beforeNow = (expression: Expression) =>
  expression.kind === 'arithmetic' &&
  expression.operator === '-' &&
  isNow(expression.left) &&
  expression.right.kind === 'duration'
    ? expression.right
    : undefined;

/** `date(2026, 1, 31)` as `2026-01-31`. */
function dayOf(expression: Expression): string | undefined {
  if (expression.kind !== 'call' || expression.name !== 'date' || expression.args.length !== 3) return undefined;
  const parts = expression.args.map(literalOf);
  if (!parts.every((part) => typeof part === 'number')) return undefined;
  const [year, month, day] = parts.map((part, i) => String(part).padStart(i === 0 ? 4 : 2, '0'));
  return `${year}-${month}-${day}`;
}

function readSequence(expression: Expression): Sequence | undefined {
  if (expression.kind !== 'chain' || !isSimpleChain(expression)) return undefined;
  const steps = expression.steps.map(readStep);
  return steps.every((step) => step !== undefined) ? { kind: 'sequence', steps } : undefined;
}

const isSimpleChain = ({ source, condition }: Chain): boolean => isEvents(source) && condition === undefined;

function readStep(
  { name, what, when, count }: ChainStep,
  index: number,
  steps: readonly ChainStep[],
): Step | undefined {
  const all = what === undefined ? [] : what.kind === 'logical' && what.operator === 'and' ? what.operands : [what];
  const where = readWhere(all, undefined);
  const within = readWithin(when, steps[index - 1]?.name);
  return where && within !== 'other' ? { name, where, count, within } : undefined;
}

/** `<= 24 hours after A`, where A is the step before; of the first step, `before now`. */
function readWithin(when: ChainStep['when'], before: string | undefined): Step['within'] | 'other' {
  if (when.length === 0) return undefined;
  const [one, ...others] = when;
  if (others.length > 0 || one?.kind !== 'distance' || one.operator !== '<=') return 'other';
  const { amount, unit, direction, reference } = one;
  const isExpected =
    before === undefined
      ? direction === 'before' && isNow(reference)
      : direction === 'after' && reference.kind === 'name' && reference.name === before;
  return isExpected ? { amount, unit } : 'other';
}

/** The path of a field with dots. */
function pathOf(expression: Expression, item: string | undefined): string | undefined {
  if (expression.kind === 'name') return item === undefined ? formatPql(expression) : undefined;
  if (expression.kind !== 'member') return undefined;
  const { object } = expression;
  const field = formatPql({ ...expression, object: { ...object, kind: 'name', name: 'x' } } as Expression).slice(2);
  if (item !== undefined && object.kind === 'name' && object.name === item) return field;
  const before = pathOf(object, item);
  return before === undefined ? undefined : `${before}.${field}`;
}

const literalOf = (expression: Expression): Value | undefined =>
  expression.kind === 'literal' && expression.value !== null
    ? expression.value
    : expression.kind === 'negate' &&
        expression.operand.kind === 'literal' &&
        typeof expression.operand.value === 'number'
      ? -expression.operand.value
      : undefined;

function valuesOf(expression: Expression): readonly Value[] | undefined {
  const values = (expression.kind === 'list' ? expression.items : [expression]).map(literalOf);
  return values.every((value) => value !== undefined) ? values : undefined;
}
