import type { Expression, LiteralValue, MomentName } from './ast.ts';
import { asCondition } from './conditions.ts';
import { type Cursor, cursorOver, isName, unexpected } from './cursor.ts';
import { MEMBERSHIPS, RESERVED } from './names.ts';
import { atAggregate, parseAggregate, parseLet, parseQuantifier } from './parse-binders.ts';
import { callOf, methodOf } from './parse-calls.ts';
import { atChain, parseChain } from './parse-chain.ts';
import { parsePeriodOrUndefined, parseTimeCondition, unitAt } from './parse-time.ts';

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

/** What the parts of the grammar need of each other. */
export interface Parser {
  readonly cursor: Cursor;
  expression(): Expression;
  /** Without `in`, which ends the value of `let`. */
  expressionBeforeIn(): Expression;
  /** A condition to the right of a word; inside the value of a `let`, an unparenthesised `in` still ends it. */
  condition(): Expression;
  /** What was parsed where something true or false is needed. */
  conditional(expression: Expression): Expression;
  /** Sums, products, paths: what a comparison compares. */
  operand(): Expression;
}

const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;
const MOMENTS: readonly string[] = ['now', 'today', 'yesterday', 'tomorrow'];
const CONSTANTS: Readonly<Record<string, LiteralValue>> = { true: true, false: false, null: null };

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
    if (!cursor.take('-')) return postfix();
    const operand = cursor.nested(signed);
    const span = cursor.spanFrom(start);
    if (operand.kind === 'literal' && typeof operand.value === 'number') {
      return cursor.node({ kind: 'literal', value: -operand.value, span });
    }
    return cursor.node({ kind: 'negate', operand, span }, operand);
  }

  function postfix(): Expression {
    const start = cursor.peek().start;
    let object = primary();
    for (;;) {
      if (cursor.take('[')) {
        const condition = conditional(lambdaOr(expression));
        cursor.expect(']', 'a filter');
        object = cursor.node(
          { kind: 'filter', source: object, condition, span: cursor.spanFrom(start) },
          object,
          condition,
        );
      } else if (cursor.take('.')) {
        object = member(object, start);
      } else {
        return object;
      }
    }
  }

  function member(object: Expression, start: number): Expression {
    const name = cursor.expectName('the name of a field or a method');
    if (name.type === 'quoted' || !cursor.at('(')) {
      return cursor.node({ kind: 'member', object, name: name.text, span: cursor.spanFrom(start) }, object);
    }
    return methodOf(parser, object, name, parseArguments(), start);
  }

  function parseArguments(): Expression[] {
    cursor.expect('(', 'a call');
    const args: Expression[] = [];
    while (!cursor.at(')')) {
      if (args.length > 0) cursor.expect(',', 'a list of arguments');
      args.push(lambdaOr(expression));
    }
    cursor.expect(')', 'a call');
    return args;
  }

  function lambdaOr(otherwise: () => Expression): Expression {
    return atLambda() ? lambda() : otherwise();
  }

  function atLambda(): boolean {
    if (!cursor.at('(')) return false;
    let ahead = 1;
    while (isName(cursor.peek(ahead)) || cursor.at(',', ahead)) ahead += 1;
    return cursor.at(')', ahead) && cursor.at('=>', ahead + 1);
  }

  function lambda(): Expression {
    const start = cursor.expect('(', 'a lambda').start;
    const parameters = [cursor.expectName('the name of a parameter').text];
    while (cursor.take(',')) parameters.push(cursor.expectName('the name of a parameter').text);
    cursor.expect(')', 'a lambda');
    cursor.expect('=>', 'a lambda');
    const body = expression();
    return cursor.node({ kind: 'lambda', parameters, body, span: cursor.spanFrom(start) }, body);
  }

  function primary(): Expression {
    const token = cursor.peek();
    const { start } = token;
    if (token.type === 'number') return number();
    if (token.type === 'string') {
      cursor.next();
      return cursor.node({ kind: 'literal', value: token.text, span: cursor.spanFrom(start) });
    }
    if (token.type === 'parameter') {
      cursor.next();
      return cursor.node({ kind: 'parameter', index: token.value, span: cursor.spanFrom(start) });
    }
    if (token.type === 'quoted') return name();
    if (token.type === 'word') return word();
    if (cursor.at('(')) return atLambda() ? lambda() : parenthesised();
    if (cursor.at('[')) return list();
    if (cursor.at('^')) return outer();
    return cursor.fail(unexpected(token), token, 'a path, a literal or "("');
  }

  function parenthesised(): Expression {
    cursor.next();
    const inner = expression();
    cursor.expect(')', 'parentheses');
    return inner;
  }

  function number(): Expression {
    const token = cursor.next();
    const unit = unitAt(cursor);
    if (unit === undefined)
      return cursor.node({ kind: 'literal', value: token.value, span: cursor.spanFrom(token.start) });
    cursor.next();
    return cursor.node({ kind: 'duration', amount: token.value, unit, span: cursor.spanFrom(token.start) });
  }

  function list(): Expression {
    const { start } = cursor.next();
    const items: Expression[] = [];
    while (!cursor.at(']')) {
      if (items.length > 0) cursor.expect(',', 'a list');
      items.push(expression());
    }
    cursor.expect(']', 'a list');
    return cursor.node({ kind: 'list', items, span: cursor.spanFrom(start) }, ...items);
  }

  /** `^.path`, and `^path` for short. */
  function outer(): Expression {
    const { start } = cursor.peek();
    let levels = 0;
    while (cursor.take('^')) levels += 1;
    const object = cursor.node({ kind: 'outer', levels, span: cursor.spanFrom(start) });
    const next = cursor.peek();
    const isAttached = next.start === object.span.end && isName(next);
    return isAttached ? member(object, start) : object;
  }

  function name(): Expression {
    const token = cursor.expectName('a name');
    return cursor.node({ kind: 'name', name: token.text, span: cursor.spanFrom(token.start) });
  }

  function word(): Expression {
    const token = cursor.peek();
    const { text, start } = token;
    const called = cursor.at('(', 1);
    if (atChain(cursor)) return parseChain(parser);
    if (called) {
      cursor.next();
      return callOf(parser, token, parseArguments());
    }
    if (text === 'exists' || text === 'forall' || text === 'select') return parseQuantifier(parser, text);
    if (text === 'let') return parseLet(parser);
    const period = parsePeriodOrUndefined(cursor);
    if (period !== undefined) return period;
    if (atAggregate(cursor)) return parseAggregate(parser);
    if (Object.hasOwn(CONSTANTS, text)) {
      cursor.next();
      return cursor.node({ kind: 'literal', value: CONSTANTS[text]!, span: cursor.spanFrom(start) });
    }
    if (MOMENTS.includes(text)) {
      cursor.next();
      return cursor.node({ kind: 'moment', name: text as MomentName, span: cursor.spanFrom(start) });
    }
    if (RESERVED.has(text))
      cursor.fail(unexpected(token), token, 'a path, a literal or "(" (a field of this name is written in backquotes)');
    return name();
  }

  return parser;
}
