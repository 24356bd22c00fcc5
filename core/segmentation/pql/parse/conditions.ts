import type { Expression } from '../ast.ts';

/**
 * What stands where something true or false is needed. A selection there asks whether there is anything to select, as
 * in the rules that Adobe's segment builder writes (aep.md §5.2): `select E from xEvent where …` is `exists E from …`,
 * and `xEvent[…]` is `exists Item from xEvent[…]`.
 */
export function asCondition(expression: Expression): Expression {
  switch (expression.kind) {
    case 'quantifier':
      return expression.quantifier === 'select' ? { ...expression, quantifier: 'exists' } : expression;
    case 'filter':
      return anyOf(expression, expression.span);
    case 'let':
    case 'lambda': {
      const body = asCondition(expression.body);
      return body === expression.body ? expression : { ...expression, body };
    }
    default:
      return expression;
  }
}

/** What an item is called that nothing names; the condition has been taken before it comes into scope. */
const ANY = 'Item';

/**
 * `xs.exists(c)` is `exists Item from xs[c]`, `xs.forall(c)` that there is none of which `c` is not so.
 * @param test the argument, a lambda too; undefined for `xs.exists()`
 */
export function quantifiedBy(
  name: 'exists' | 'forall',
  object: Expression,
  test: Expression | undefined,
  span: Expression['span'],
): Expression {
  const among = (condition: Expression): Expression => ({ kind: 'filter', source: object, condition, span });
  if (test === undefined) return anyOf(object, span);
  const condition = asCondition(test);
  return name === 'exists'
    ? anyOf(among(condition), span)
    : { kind: 'not', operand: anyOf(among(opposite(condition)), span), span };
}

const anyOf = (source: Expression, span: Expression['span']): Expression => ({
  kind: 'quantifier',
  quantifier: 'exists',
  variable: ANY,
  source,
  condition: undefined,
  span,
});

function opposite(condition: Expression): Expression {
  if (condition.kind === 'lambda') return { ...condition, body: opposite(condition.body) };
  return { kind: 'not', operand: condition, span: condition.span };
}
