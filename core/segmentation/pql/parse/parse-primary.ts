import type { Expression, LiteralValue, MomentName } from '../ast.ts';
import { isName, unexpected } from './cursor.ts';
import { RESERVED } from './names.ts';
import { atAggregate, parseAggregate, parseLet, parseQuantifier } from './parse-binders.ts';
import { callOf, methodOf } from './parse-calls.ts';
import { atChain, parseChain } from './parse-chain.ts';
import { parsePeriodOrUndefined, unitAt } from './parse-time.ts';
import type { Parser } from './parser.ts';

const MOMENTS: readonly string[] = ['now', 'today', 'yesterday', 'tomorrow'];
const CONSTANTS: Readonly<Record<string, LiteralValue>> = { true: true, false: false, null: null };

/** A path, literal, call or what stands in brackets, with the fields, filters and methods that follow it. */
export function parsePostfix(parser: Parser): Expression {
  const { cursor } = parser;
  const start = cursor.peek().start;
  let object = primary(parser);
  for (;;) {
    if (cursor.take('[')) {
      const condition = parser.conditional(argument(parser));
      cursor.expect(']', 'a filter');
      object = cursor.node(
        { kind: 'filter', source: object, condition, span: cursor.spanFrom(start) },
        object,
        condition,
      );
    } else if (cursor.take('.')) {
      object = member(parser, object, start);
    } else {
      return object;
    }
  }
}

function member(parser: Parser, object: Expression, start: number): Expression {
  const { cursor } = parser;
  const name = cursor.expectName('the name of a field or a method');
  if (name.type === 'quoted' || !cursor.at('(')) {
    return cursor.node({ kind: 'member', object, name: name.text, span: cursor.spanFrom(start) }, object);
  }
  return methodOf(parser, object, name, parseArguments(parser), start);
}

function parseArguments(parser: Parser): Expression[] {
  const { cursor } = parser;
  cursor.expect('(', 'a call');
  const args: Expression[] = [];
  while (!cursor.at(')')) {
    if (args.length > 0) cursor.expect(',', 'a list of arguments');
    args.push(argument(parser));
  }
  cursor.expect(')', 'a call');
  return args;
}

function argument(parser: Parser): Expression {
  return atLambda(parser) ? lambda(parser) : parser.expression();
}

function atLambda(parser: Parser): boolean {
  const { cursor } = parser;
  if (!cursor.at('(')) return false;
  let ahead = 1;
  while (isName(cursor.peek(ahead)) || cursor.at(',', ahead)) ahead += 1;
  return cursor.at(')', ahead) && cursor.at('=>', ahead + 1);
}

function lambda(parser: Parser): Expression {
  const { cursor } = parser;
  const start = cursor.expect('(', 'a lambda').start;
  const parameters = [cursor.expectName('the name of a parameter').text];
  while (cursor.take(',')) parameters.push(cursor.expectName('the name of a parameter').text);
  cursor.expect(')', 'a lambda');
  cursor.expect('=>', 'a lambda');
  const body = parser.expression();
  return cursor.node({ kind: 'lambda', parameters, body, span: cursor.spanFrom(start) }, body);
}

function primary(parser: Parser): Expression {
  const { cursor } = parser;
  const token = cursor.peek();
  const { start } = token;
  if (token.type === 'number') return number(parser);
  if (token.type === 'string') {
    cursor.next();
    return cursor.node({ kind: 'literal', value: token.text, span: cursor.spanFrom(start) });
  }
  if (token.type === 'parameter') {
    cursor.next();
    return cursor.node({ kind: 'parameter', index: token.value, span: cursor.spanFrom(start) });
  }
  if (token.type === 'quoted') return name(parser);
  if (token.type === 'word') return word(parser);
  if (cursor.at('(')) return atLambda(parser) ? lambda(parser) : parenthesised(parser);
  if (cursor.at('[')) return list(parser);
  if (cursor.at('^')) return outer(parser);
  return cursor.fail(unexpected(token), token, 'a path, a literal or "("');
}

function parenthesised(parser: Parser): Expression {
  const { cursor } = parser;
  cursor.next();
  const inner = parser.expression();
  cursor.expect(')', 'parentheses');
  return inner;
}

function number(parser: Parser): Expression {
  const { cursor } = parser;
  const token = cursor.next();
  const unit = unitAt(cursor);
  if (unit === undefined)
    return cursor.node({ kind: 'literal', value: token.value, span: cursor.spanFrom(token.start) });
  cursor.next();
  return cursor.node({ kind: 'duration', amount: token.value, unit, span: cursor.spanFrom(token.start) });
}

function list(parser: Parser): Expression {
  const { cursor } = parser;
  const { start } = cursor.next();
  const items: Expression[] = [];
  while (!cursor.at(']')) {
    if (items.length > 0) cursor.expect(',', 'a list');
    items.push(parser.expression());
  }
  cursor.expect(']', 'a list');
  return cursor.node({ kind: 'list', items, span: cursor.spanFrom(start) }, ...items);
}

/** `^.path`, and `^path` for short. */
function outer(parser: Parser): Expression {
  const { cursor } = parser;
  const { start } = cursor.peek();
  let levels = 0;
  while (cursor.take('^')) levels += 1;
  const object = cursor.node({ kind: 'outer', levels, span: cursor.spanFrom(start) });
  const next = cursor.peek();
  const isAttached = next.start === object.span.end && isName(next);
  return isAttached ? member(parser, object, start) : object;
}

function name(parser: Parser): Expression {
  const { cursor } = parser;
  const token = cursor.expectName('a name');
  return cursor.node({ kind: 'name', name: token.text, span: cursor.spanFrom(token.start) });
}

function word(parser: Parser): Expression {
  const { cursor } = parser;
  const token = cursor.peek();
  const { text, start } = token;
  const called = cursor.at('(', 1);
  if (atChain(cursor)) return parseChain(parser);
  if (called) {
    cursor.next();
    return callOf(parser, token, parseArguments(parser));
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
  return name(parser);
}
