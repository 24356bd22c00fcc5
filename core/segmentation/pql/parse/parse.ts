import type { Expression } from '../ast.ts';
import { asCondition } from './conditions.ts';
import { type Cursor, cursorOver, unexpected } from './cursor.ts';
import { MEMBERSHIPS } from './names.ts';
import { parsePostfix } from './parse-primary.ts';
import { parseTimeCondition } from './parse-time.ts';
import type { Parser } from './parser.ts';

/**
 * Parses PQL text (aep.md §5.2; `GRAMMAR.md`) to its syntax tree. At most 64 Ki characters, 64 levels, 10,000 parts.
 * @throws PqlError with line, column and what was expected
 */
export function parsePql(text: string): Expression {
  const cursor = cursorOver(text);
  const parser = parserOver(cursor);
  const expression = parser.conditional(parser.expression());
  const rest = cursor.peek();
  if (rest.type !== 'end') cursor.fail(unexpected(rest), rest, 'an operator, or the end of the text');
  return expression;
}

const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;

function parserOver(cursor: Cursor): Parser {
  let inEndsExpression = false;
  const withIn = <T>(ends: boolean, parse: () => T): T => {
    const before = inEndsExpression;
    inEndsExpression = ends;
    const result = parse();
    inEndsExpression = before;
    return result;
  };
  const expression = (): Expression => withIn(false, () => cursor.nested(disjunction));
  const expressionBeforeIn = (): Expression => withIn(true, () => cursor.nested(disjunction));
  const conditional = (parsed: Expression): Expression => {
    const condition = asCondition(parsed);
    return condition === parsed ? parsed : cursor.node(condition, parsed);
  };
  const parser: Parser = {
    cursor,
    expression,
    expressionBeforeIn,
    condition: () => conditional(inEndsExpression ? expressionBeforeIn() : expression()),
    conditional,
    operand: () => cursor.nested(sum),
  };

  const disjunction = (): Expression => logical('or', () => logical('and', negation));

  function logical(operator: 'and' | 'or', operand: () => Expression): Expression {
    const start = cursor.peek().start;
    const first = operand();
    if (!cursor.atWord(operator)) return first;
    const operands = [conditional(first)];
    while (cursor.takeWord(operator)) operands.push(conditional(operand()));
    const flat = operands.flatMap((item) =>
      item.kind === 'logical' && item.operator === operator ? item.operands : item,
    );
    return cursor.node({ kind: 'logical', operator, operands: flat, span: cursor.spanFrom(start) }, ...flat);
  }

  function negation(): Expression {
    const start = cursor.peek().start;
    if (!cursor.atWord('not') && !cursor.at('!')) return comparison();
    cursor.next();
    const operand = conditional(cursor.nested(negation));
    return cursor.node({ kind: 'not', operand, span: cursor.spanFrom(start) }, operand);
  }

  function comparison(): Expression {
    const start = cursor.peek().start;
    const left = sum();
    const token = cursor.peek();
    const operator =
      token.type === 'symbol'
        ? COMPARISONS.find((candidate) => candidate === token.text)
        : token.type === 'word' && !(inEndsExpression && token.text === 'in')
          ? MEMBERSHIPS.find((candidate) => candidate === token.text)
          : undefined;
    if (operator !== undefined) {
      cursor.next();
      const right = sum();
      return cursor.node({ kind: 'comparison', operator, left, right, span: cursor.spanFrom(start) }, left, right);
    }
    if (!cursor.takeWord('occurs')) return left;
    const when = parseTimeCondition(parser);
    return cursor.node({ kind: 'occurs', time: left, when, span: cursor.spanFrom(start) }, left);
  }

  function arithmetic(operators: readonly ('+' | '-' | '*' | '/' | '%')[], operand: () => Expression): Expression {
    const start = cursor.peek().start;
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => cursor.at(candidate));
      if (operator === undefined) return left;
      cursor.next();
      const right = operand();
      left = cursor.node({ kind: 'arithmetic', operator, left, right, span: cursor.spanFrom(start) }, left, right);
    }
  }
  const sum = (): Expression => arithmetic(['+', '-'], product);
  const product = (): Expression => arithmetic(['*', '/', '%'], signed);

  function signed(): Expression {
    const start = cursor.peek().start;
    if (!cursor.take('-')) return parsePostfix(parser);
    const operand = cursor.nested(signed);
    const span = cursor.spanFrom(start);
    if (operand.kind === 'literal' && typeof operand.value === 'number') {
      return cursor.node({ kind: 'literal', value: -operand.value, span });
    }
    return cursor.node({ kind: 'negate', operand, span }, operand);
  }

  return parser;
}
