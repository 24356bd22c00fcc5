import type { ComparisonOperator, Expression, TimeCondition } from '../ast.ts';
import { type CalendarUnit, groupOf, problemOfAmount } from '../time.ts';
import { type Cursor, unexpected } from './cursor.ts';
import type { Parser } from './parser.ts';

const OPERATORS: readonly ComparisonOperator[] = ['<', '<=', '>', '>=', '=', '!='];
const DIRECTIONS = { before: 'before', after: 'after', from: 'after' } as const;

/** The unit that the next token names, if it does; nothing is taken. */
export function unitAt(cursor: Cursor, ahead = 0): CalendarUnit | undefined {
  const token = cursor.peek(ahead);
  return token.type === 'word' ? groupOf(token.text) : undefined;
}

/** `this month`, `last week`, `next year`; undefined, and nothing taken, when there is none. */
export function parsePeriodOrUndefined(cursor: Cursor): Expression | undefined {
  const token = cursor.peek();
  const which = (['this', 'last', 'next'] as const).find((word) => cursor.atWord(word));
  const unit = unitAt(cursor, 1);
  if (which === undefined || unit === undefined) return undefined;
  cursor.next();
  cursor.next();
  return cursor.node({ kind: 'period', which, unit, span: cursor.spanFrom(token.start) });
}

/** What follows `occurs`, or stands in `WHEN(…)`. */
export function parseTimeCondition(parser: Parser): TimeCondition {
  const { cursor } = parser;
  const token = cursor.peek();
  const operator = token.type === 'symbol' ? OPERATORS.find((candidate) => candidate === token.text) : undefined;
  if (operator !== undefined) cursor.next();
  if (operator !== undefined || (cursor.peek().type === 'number' && unitAt(cursor, 1) !== undefined)) {
    return distance(parser, operator ?? '=', token.start);
  }
  const direction = takeDirection(cursor);
  if (direction !== undefined) {
    const reference = parser.operand();
    return { kind: 'side', direction, reference, span: cursor.spanFrom(token.start) };
  }
  if (cursor.takeWord('between')) {
    const from = parser.operand();
    cursor.expectWord('and', '"between"');
    const to = parser.operand();
    return { kind: 'between', from, to, span: cursor.spanFrom(token.start) };
  }
  cursor.takeWord('on');
  const reference = parser.operand();
  return { kind: 'on', reference, span: cursor.spanFrom(token.start) };
}

function distance(parser: Parser, operator: ComparisonOperator, start: number): TimeCondition {
  const { cursor } = parser;
  const number = cursor.peek();
  if (number.type !== 'number')
    cursor.fail(unexpected(number, 'a time condition'), number, 'a number of days, hours, …');
  const problem = problemOfAmount(number.value);
  if (problem) cursor.fail(problem.message, number, problem.expected);
  cursor.next();
  const unit = unitAt(cursor);
  if (unit === undefined)
    return cursor.fail(unexpected(cursor.peek(), 'a time condition'), cursor.peek(), 'a unit, such as days or hours');
  cursor.next();
  const direction = takeDirection(cursor);
  if (direction === undefined) {
    return cursor.fail(unexpected(cursor.peek(), 'a time condition'), cursor.peek(), '"before", "after" or "from"');
  }
  const reference = parser.operand();
  return { kind: 'distance', operator, amount: number.value, unit, direction, reference, span: cursor.spanFrom(start) };
}

function takeDirection(cursor: Cursor): 'before' | 'after' | undefined {
  const word = (['before', 'after', 'from'] as const).find((candidate) => cursor.atWord(candidate));
  if (word === undefined) return undefined;
  cursor.next();
  return DIRECTIONS[word];
}
