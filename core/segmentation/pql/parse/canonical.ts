import type { Expression } from '../ast.ts';
import { type ByKind, doByKind } from '../by-kind.ts';
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
  const names: Names = { variable, isOuterName, isClean: true };
  const walked = doByKind(CANONICAL, condition, { names, isItem: implicit, bound: new Set<string>() });
  return names.isClean ? formatPql(walked) : undefined;
}

interface Names {
  readonly variable: string | undefined;
  readonly isOuterName: (name: string) => boolean;
  /** Nothing has occurred that could mean anything. */
  isClean: boolean;
}

interface Place {
  readonly names: Names;
  /** Whether a name that is not bound is a field of the event. */
  readonly isItem: boolean;
  readonly bound: ReadonlySet<string>;
}

const inPlace = (place: Place) => (expression: Expression) => doByKind(CANONICAL, expression, place);
/** Arguments that are evaluated for other items: what has no name there is theirs. */
const perItem = (place: Place) => inPlace({ ...place, isItem: false });
const binding = (place: Place, ...names: readonly string[]) =>
  inPlace({ ...place, bound: new Set([...place.bound, ...names]) });

const asIs = (expression: Expression): Expression => expression;

function unclean(expression: Expression, { names }: Place): Expression {
  names.isClean = false;
  return expression;
}

const CANONICAL: ByKind<Expression, [place: Place]> = {
  name(expression, { names, isItem, bound }) {
    const { name, span } = expression;
    if (bound.has(name)) return expression;
    if (name === names.variable) return { kind: 'name', name: ITEM_NAME, span };
    if (names.isOuterName(name)) names.isClean = false;
    return isItem ? { kind: 'member', object: { kind: 'name', name: ITEM_NAME, span }, name, span } : expression;
  },
  member: (member, place) => ({ ...member, object: inPlace(place)(member.object) }),
  filter: (filter, place) => ({
    ...filter,
    source: inPlace(place)(filter.source),
    condition: perItem(place)(filter.condition),
  }),
  method: (method, place) => ({
    ...method,
    object: inPlace(place)(method.object),
    args: method.args.map(perItem(place)),
  }),
  lambda: (lambda, place) => ({ ...lambda, body: binding(place, ...lambda.parameters)(lambda.body) }),
  quantifier: (quantifier, place) => ({
    ...quantifier,
    source: inPlace(place)(quantifier.source),
    condition: quantifier.condition && binding(place, quantifier.variable)(quantifier.condition),
  }),
  let: (one, place) => ({ ...one, value: inPlace(place)(one.value), body: binding(place, one.name)(one.body) }),
  list: (list, place) => ({ ...list, items: list.items.map(inPlace(place)) }),
  call: (call, place) => ({ ...call, args: call.args.map(inPlace(place)) }),
  not: (not, place) => ({ ...not, operand: inPlace(place)(not.operand) }),
  negate: (negate, place) => ({ ...negate, operand: inPlace(place)(negate.operand) }),
  logical: (logical, place) => ({ ...logical, operands: logical.operands.map(inPlace(place)) }),
  comparison: (one, place) => ({ ...one, left: inPlace(place)(one.left), right: inPlace(place)(one.right) }),
  arithmetic: (one, place) => ({ ...one, left: inPlace(place)(one.left), right: inPlace(place)(one.right) }),
  occurs: unclean,
  chain: unclean,
  literal: asIs,
  parameter: asIs,
  outer: asIs,
  duration: asIs,
  moment: asIs,
  period: asIs,
};
