import type { Expression } from '../ast.ts';
import { formatPql } from './format.ts';

/** What the event itself is called in a canonical condition. */
export const ITEM_NAME = '$event';

/** How the event itself is written in a canonical condition; no name in PQL looks like it by chance. */
export const ITEM = `\`${ITEM_NAME}\``;

/**
 * The text of a condition on one event in a form that does not depend on how the event is called: `A.x > 0` and, inside
 * `xEvent[…]`, `x > 0` give the same. Undefined when a name of an enclosing expression occurs, which could mean anything.
 * `variable`: what the event is called; `implicit`: whether fields without a name before them are the event's.
 */
export function canonicalCondition(
  condition: Expression,
  variable: string | undefined,
  implicit: boolean,
  isOuterName: (name: string) => boolean,
): string | undefined {
  let clean = true;
  const walk = (expression: Expression, isItem: boolean, bound: ReadonlySet<string>): Expression => {
    const same = (inner: Expression): Expression => walk(inner, isItem, bound);
    /** Arguments that are evaluated for other items: what has no name there is theirs. */
    const perItem = (inner: Expression): Expression => walk(inner, false, bound);
    switch (expression.kind) {
      case 'name': {
        const { name, span } = expression;
        if (bound.has(name)) return expression;
        if (name === variable) return { kind: 'name', name: ITEM_NAME, span };
        if (isOuterName(name)) clean = false;
        return isItem ? { kind: 'member', object: { kind: 'name', name: ITEM_NAME, span }, name, span } : expression;
      }
      case 'member':
        return { ...expression, object: same(expression.object) };
      case 'filter':
        return { ...expression, source: same(expression.source), condition: perItem(expression.condition) };
      case 'method':
        return { ...expression, object: same(expression.object), args: expression.args.map(perItem) };
      case 'lambda':
        return { ...expression, body: walk(expression.body, isItem, new Set([...bound, ...expression.parameters])) };
      case 'quantifier': {
        const { source, variable: own, condition: inner } = expression;
        const body = inner === undefined ? undefined : walk(inner, isItem, new Set([...bound, own]));
        return { ...expression, source: same(source), condition: body };
      }
      case 'let':
        return {
          ...expression,
          value: same(expression.value),
          body: walk(expression.body, isItem, new Set([...bound, expression.name])),
        };
      case 'list':
        return { ...expression, items: expression.items.map(same) };
      case 'call':
        return { ...expression, args: expression.args.map(same) };
      case 'not':
      case 'negate':
        return { ...expression, operand: same(expression.operand) };
      case 'logical':
        return { ...expression, operands: expression.operands.map(same) };
      case 'comparison':
      case 'arithmetic':
        return { ...expression, left: same(expression.left), right: same(expression.right) };
      case 'occurs':
      case 'chain':
        clean = false;
        return expression;
      default:
        return expression;
    }
  };
  const walked = walk(condition, implicit, new Set());
  return clean ? formatPql(walked) : undefined;
}
