import { formatPql } from '../pql/parse/format.ts';
import { parsePql } from '../pql/parse/parse.ts';
import type { Block, Event, Sequence, Step, Test, Value, Where, Window } from './model.ts';

/**
 * PQL of blocks, in its canonical form.
 * @throws {PqlError} where a raw block, or a path, is no PQL
 */
export const pqlOf = (block: Block): string => formatPql(parsePql(print(block)));

function print(block: Block): string {
  switch (block.kind) {
    case 'group': {
      const items = block.items.map((item) => `(${print(item)})`).join(block.join === 'all' ? ' and ' : ' or ');
      return block.not ? `not (${items})` : items;
    }
    case 'attribute':
      return printTest(block.test, '');
    case 'event':
      return printEvent(block);
    case 'sequence':
      return printSequence(block);
    case 'membership':
      return `${block.in ? '' : 'not '}inSegment(${literal(block.audience)})`;
    case 'pql':
      return block.text;
  }
}

function printEvent({ name = 'E', where, window, measure }: Event): string {
  if (measure.fn === 'some' || measure.fn === 'none') {
    const conditions = conditionsOf(where, window, `${name}.`);
    const exists = `exists ${name} from xEvent${conditions ? ` where ${conditions}` : ''}`;
    return measure.fn === 'some' ? exists : `not (${exists})`;
  }
  const conditions = conditionsOf(where, window, '');
  const events = `xEvent${conditions ? `[${conditions}]` : ''}`;
  const tail = `${measure.op} ${literal(measure.value)}`;
  if (measure.fn === 'count') return `${events}.count() ${tail}`;
  if (measure.fn === 'groups') return `${events}.groupBy(${measure.path}).count() ${tail}`;
  if (measure.fn === 'distinct') return `${events}.map(${measure.path}).distinct().count() ${tail}`;
  return `${events}.${measure.fn}(${measure.path}) ${tail}`;
}

/** `item`: what stands before each field of the event. */
function conditionsOf(where: Where, window: Window, item: string): string {
  const tests = printWhere(where, item);
  const time = printWindow(window, `${item}timestamp`);
  if (tests === undefined || time === undefined) return tests ?? time ?? '';
  return where.join === 'any' && where.tests.length > 1 ? `(${tests}) and ${time}` : `${tests} and ${time}`;
}

const printWhere = ({ join, tests }: Where, item: string): string | undefined =>
  tests.length === 0 ? undefined : tests.map((test) => printTest(test, item)).join(join === 'all' ? ' and ' : ' or ');

function printTest({ path, op, values, counted, caseSensitive }: Test, item: string): string {
  const field = `${item}${path}${counted ? '.count()' : ''}`;
  switch (op) {
    case 'known':
      return `${field}.isNotNull()`;
    case 'unknown':
      return `${field}.isNull()`;
    case 'in':
    case 'notIn':
      return `${field} ${op} [${values.map(literal).join(', ')}]`;
    case 'notInOrUnknown':
      return `not ${field} in [${values.map(literal).join(', ')}]`;
    case 'matches':
      return `${field}.matches(${literal(values[0]!)})`;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return `${field}.${op}(${literal(values[0]!)}${caseSensitive === false ? ', false' : ''})`;
    default:
      return `${field} ${op} ${literal(values[0]!)}`;
  }
}

function printWindow(window: Window, time: string): string | undefined {
  switch (window.is) {
    case 'ever':
      return undefined;
    case 'last':
      return `${time} occurs <= ${window.amount} ${window.unit}s before now`;
    case 'olderThan':
      return `${time} occurs > ${window.amount} ${window.unit}s before now`;
    case 'between':
      return `${time} occurs between now - ${window.from} ${window.unit}s and now - ${window.to} ${window.unit}s`;
    case 'on':
      return `${time} occurs on ${window.when}`;
    case 'dates':
      return `${time} occurs between ${dateOf(window.from)} and ${dateOf(window.to)}`;
  }
}

const dateOf = (day: string): string => `date(${day.split('-').map(Number).join(', ')})`;

const printSequence = ({ steps }: Sequence): string => `CHAIN(xEvent, timestamp, [${steps.map(printStep).join(', ')}])`;

function printStep({ name, where, count, within }: Step, index: number, steps: readonly Step[]): string {
  const reference = index === 0 ? 'before now' : `after ${steps[index - 1]!.name}`;
  const tests = printWhere(where, '');
  const clauses = [
    tests === undefined ? '' : `WHAT(${tests})`,
    within === undefined ? '' : `WHEN(<= ${within.amount} ${within.unit}s ${reference})`,
    count === 1 && (tests !== undefined || within !== undefined) ? '' : `COUNT(${count})`,
  ];
  return `${name}: ${clauses.filter((clause) => clause !== '').join(' ')}`;
}

const literal = (value: Value): string => formatPql({ kind: 'literal', value, span: { start: 0, end: 0 } });
