import type { Expression, Quantifier } from '../ast.ts';
import { type Cursor, isName } from './cursor.ts';
import { AGGREGATES, RESERVED } from './names.ts';
import type { Parser } from './parser.ts';

type Word = Quantifier['quantifier'];

/** `exists A from x where …, B from A.items where …`: each further variable is quantified inside. The word is next. */
export function parseQuantifier(parser: Parser, word: Word): Expression {
  const { start } = parser.cursor.next();
  return quantified(parser, word, start);
}

function quantified(parser: Parser, quantifier: Word, start: number): Quantifier {
  const { cursor } = parser;
  const variable = cursor.expectName('the name of a variable').text;
  cursor.expectWord('from', `"${quantifier}"`);
  const source = parser.operand();
  const hasCondition = cursor.takeWord('where') || cursor.take(':');
  const own = hasCondition ? parser.condition() : undefined;
  const goesOn = cursor.at(',') && isName(cursor.peek(1)) && cursor.atWord('from', 2);
  const condition = goesOn
    ? bothOf(
        parser,
        own,
        cursor.nested(() => quantified(parser, quantifier === 'select' ? 'exists' : quantifier, cursor.next().end)),
      )
    : own;
  const node = { kind: 'quantifier', quantifier, variable, source, condition, span: cursor.spanFrom(start) } as const;
  return condition === undefined ? cursor.node(node, source) : cursor.node(node, source, condition);
}

/** Two conditions as one. */
export function bothOf({ cursor }: Parser, own: Expression | undefined, inner: Expression): Expression {
  if (own === undefined) return inner;
  const operands = [own, inner].flatMap((one) =>
    one.kind === 'logical' && one.operator === 'and' ? one.operands : one,
  );
  return cursor.node(
    { kind: 'logical', operator: 'and', operands, span: cursor.spanFrom(own.span.start) },
    ...operands,
  );
}

/** `let X = … in …` */
export function parseLet(parser: Parser): Expression {
  const { cursor } = parser;
  const { start } = cursor.next();
  const name = cursor.expectName('the name of a variable').text;
  cursor.expect('=', '"let"');
  const value = parser.expressionBeforeIn();
  cursor.expectWord('in', '"let"');
  const body = parser.expression();
  return cursor.node({ kind: 'let', name, value, body, span: cursor.spanFrom(start) }, value, body);
}

/** Whether an aggregate's name is next and begins `sum X.total over …`, rather than being the name of a field. */
export function atAggregate(cursor: Cursor): boolean {
  const [word, next] = [cursor.peek(), cursor.peek(1)];
  if (word.type !== 'word' || !AGGREGATES.has(word.text)) return false;
  return next.type === 'parameter' || (isName(next) && !(next.type === 'word' && RESERVED.has(next.text)));
}

/** `sum X.total over X from xEvent where …` is `(select X from xEvent where …).sum((X) => X.total)`. */
export function parseAggregate(parser: Parser): Expression {
  const { cursor } = parser;
  const token = cursor.next();
  const value = parser.operand();
  cursor.expectWord('over', `"${token.text}"`);
  const selected = quantified(parser, 'select', cursor.peek().start);
  const span = cursor.spanFrom(token.start);
  const per = cursor.node({ kind: 'lambda', parameters: [selected.variable], body: value, span }, value);
  const args = token.text === 'count' ? [] : [per];
  return cursor.node({ kind: 'method', object: selected, name: token.text, args, span }, selected, ...args);
}
