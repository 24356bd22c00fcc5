import type { ChainStep, Expression, TimeCondition } from '../ast.ts';
import { type Cursor, unexpected } from './cursor.ts';
import { bothOf } from './parse-binders.ts';
import { parseTimeCondition } from './parse-time.ts';
import type { Parser } from './parser.ts';

const MAX_STEPS = 16;
const MAX_COUNT = 1000;

/** Whether `CHAIN(` is next. The words of a chain may be in upper or lower case. */
export const atChain = (cursor: Cursor): boolean => cursor.atWordAnyCase('CHAIN') && cursor.at('(', 1);

/** `CHAIN(xEvent, timestamp, [A: WHAT(…) WHEN(…) COUNT(n), …]) WHERE …` */
export function parseChain(parser: Parser): Expression {
  const { cursor } = parser;
  const { start } = cursor.next();
  cursor.expect('(', 'CHAIN');
  const source = parser.operand();
  cursor.expect(',', 'CHAIN');
  const order = cursor.expectName('"timestamp"');
  if (order.text !== 'timestamp') cursor.fail('a CHAIN is ordered by time', order, '"timestamp"');
  cursor.expect(',', 'CHAIN');
  cursor.expect('[', 'CHAIN');
  const steps = [step(parser)];
  while (cursor.take(',')) {
    const next = step(parser);
    if (steps.some(({ name }) => name === next.name))
      cursor.fail(`two steps are called "${next.name}"`, next.span, 'another name');
    steps.push(next);
    if (steps.length > MAX_STEPS) cursor.fail('the CHAIN has too many steps', next.span, `at most ${MAX_STEPS} steps`);
  }
  cursor.expect(']', 'CHAIN');
  cursor.expect(')', 'CHAIN');
  const hasCondition = cursor.atWordAnyCase('WHERE') && cursor.next() !== undefined;
  const condition = hasCondition ? parser.conditional(parser.expression()) : undefined;
  const children = [
    source,
    ...steps.flatMap(({ what }) => what ?? []),
    ...(condition === undefined ? [] : [condition]),
  ];
  return cursor.node({ kind: 'chain', source, steps, condition, span: cursor.spanFrom(start) }, ...children);
}

function step(parser: Parser): ChainStep {
  const { cursor } = parser;
  const name = cursor.expectName('the name of a step');
  cursor.expect(':', 'a step of CHAIN');
  const clauses: Clauses = {};
  while (readClause(parser, clauses)) cursor.expect(')', 'a step of CHAIN');
  const { where, when, count } = clauses;
  // Both are asked of the event.
  const what = where === undefined ? clauses.what : bothOf(parser, clauses.what, where);
  if (what === undefined && when === undefined && count === undefined) {
    cursor.fail(unexpected(cursor.peek(), 'a step of CHAIN'), cursor.peek(), 'WHAT(…), WHERE(…), WHEN(…) or COUNT(…)');
  }
  return { name: name.text, what, when: when ?? [], count: count ?? 1, span: cursor.spanFrom(name.start) };
}

interface Clauses {
  what?: Expression;
  where?: Expression;
  when?: TimeCondition[];
  count?: number;
}

/** @returns whether there was one that has not been there before */
function readClause(parser: Parser, read: Clauses): boolean {
  const { cursor } = parser;
  if (read.what === undefined && clause(cursor, 'WHAT')) read.what = parser.conditional(parser.expression());
  else if (read.where === undefined && clause(cursor, 'WHERE')) read.where = parser.conditional(parser.expression());
  else if (read.when === undefined && clause(cursor, 'WHEN')) read.when = timeConditions(parser);
  else if (read.count === undefined && clause(cursor, 'COUNT')) read.count = wholeNumber(cursor);
  else return false;
  return true;
}

function clause(cursor: Cursor, word: string): boolean {
  if (!cursor.atWordAnyCase(word) || !cursor.at('(', 1)) return false;
  cursor.next();
  cursor.next();
  return true;
}

function timeConditions(parser: Parser): TimeCondition[] {
  const conditions = [parseTimeCondition(parser)];
  while (parser.cursor.take(',') || parser.cursor.takeWord('and')) conditions.push(parseTimeCondition(parser));
  return conditions;
}

function wholeNumber(cursor: Cursor): number {
  const token = cursor.next();
  if (token.type !== 'number' || !Number.isInteger(token.value) || token.value > MAX_COUNT) {
    cursor.fail('COUNT takes the least number of events', token, `a whole number from 0 (none at all) to ${MAX_COUNT}`);
  }
  return token.value;
}
