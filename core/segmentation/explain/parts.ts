import type { Expression, Span } from '../pql/ast.ts';

/** A part of a rule that is true or false by itself. */
export interface RulePart {
  /** `condition`: it has no parts that are. */
  readonly kind: 'and' | 'or' | 'not' | 'condition';
  /** Where it stands in the rule. */
  readonly span: Span;
  /** A query over the profile that asks for this part alone: names that the rule binds around it are bound. */
  readonly query: Expression;
  readonly parts: readonly RulePart[];
  /** Queries of which one is true of a profile with a single event where that event counts for the condition. */
  readonly selections: readonly Expression[];
}

type Wrap = (inner: Expression) => Expression;

/** A rule as the tree of its parts: what `and`, `or` and `not` join. */
export const partsOf = (rule: Expression): RulePart => partOf(rule, (inner) => inner);

function partOf(expression: Expression, wrap: Wrap): RulePart {
  switch (expression.kind) {
    case 'lambda':
      return partOf(expression.body, (inner) => wrap({ ...expression, body: inner }));
    case 'let':
      return partOf(expression.body, (inner) => wrap({ ...expression, body: inner }));
    case 'logical':
      return joined(expression.operator, expression, expression.operands, wrap);
    case 'not':
      return joined('not', expression, [expression.operand], wrap);
    default: {
      const selections = selectionsIn(expression).map(wrap);
      return { kind: 'condition', span: expression.span, query: wrap(expression), parts: [], selections };
    }
  }
}

const joined = (
  kind: 'and' | 'or' | 'not',
  expression: Expression,
  operands: readonly Expression[],
  wrap: Wrap,
): RulePart => ({
  kind,
  span: expression.span,
  query: wrap(expression),
  parts: operands.map((operand) => partOf(operand, wrap)),
  selections: [],
});

/** What picks events out of all of them, the outermost of each; what is inside of a condition on events is not looked at. */
function selectionsIn(expression: Expression): Expression[] {
  if (isEvents(expression)) return [isThere(expression)];
  switch (expression.kind) {
    case 'quantifier':
      if (expression.quantifier === 'forall' || !isEvents(expression.source)) return selectionsIn(expression.source);
      return [{ ...expression, quantifier: 'exists' }];
    case 'chain':
      if (!isEvents(expression.source)) return [];
      return expression.steps.map(({ what, span }) =>
        isThere(what ? { kind: 'filter', source: expression.source, condition: what, span } : expression.source),
      );
    case 'filter':
      return selectionsIn(expression.source);
    case 'lambda':
      return [];
    default:
      return Object.values(expression).flatMap(inside);
  }
}

const inside = (value: unknown): Expression[] => {
  if (Array.isArray(value)) return value.flatMap(inside);
  return typeof value === 'object' && value !== null && 'kind' in value ? selectionsIn(value as Expression) : [];
};

/** Methods that give some of the events they are asked of. */
const SOME_OF_THEM: ReadonlySet<string> = new Set(['topN', 'bottomN', 'distinct']);

/** Whether an expression stands for events of the profile: all, or those that a condition picks. */
function isEvents(expression: Expression): boolean {
  if (expression.kind === 'name') return expression.name === 'xEvent';
  if (expression.kind === 'member') return expression.name === 'xEvent' && expression.object.kind === 'name';
  if (expression.kind === 'filter') return isEvents(expression.source);
  return expression.kind === 'method' && SOME_OF_THEM.has(expression.name) && isEvents(expression.object);
}

/** `events.count() > 0` */
const isThere = (events: Expression): Expression => ({
  kind: 'comparison',
  operator: '>',
  left: { kind: 'method', object: events, name: 'count', args: [], span: events.span },
  right: { kind: 'literal', value: 0, span: events.span },
  span: events.span,
});
