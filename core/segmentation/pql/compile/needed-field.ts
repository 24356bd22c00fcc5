import type { Expression } from '../ast.ts';

/** Comparisons that nothing, and an empty list, do not satisfy. */
const NEEDING_OPERATORS: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', 'in', 'like']);
const NEEDING_METHODS: ReadonlySet<string> = new Set(['includes', 'startsWith', 'endsWith', 'contains', 'matches']);

/** How the event is called in a condition, and which names are those of something else. */
export interface EventNaming {
  readonly name?: string | undefined;
  readonly implicit: boolean;
  isOuterName(name: string): boolean;
}

/**
 * A condition on a record that an event leads to says nothing about the event alone, but mostly it needs a field of it:
 * without items there is no item whose product is a hat. Then events without the field need not be kept.
 * @returns whether the event has that field at all, as a condition; undefined where nothing so simple can be said
 */
export function neededField(condition: Expression, naming: EventNaming): Expression | undefined {
  const chain = chainIn(condition);
  const source = chain && firstField(chain, naming);
  return (
    source && {
      kind: 'quantifier',
      quantifier: 'exists',
      variable: '_',
      source,
      condition: undefined,
      span: source.span,
    }
  );
}

/** What has to be there for the condition to hold. */
function chainIn(condition: Expression): Expression | undefined {
  switch (condition.kind) {
    case 'quantifier':
      return condition.quantifier === 'exists' ? condition.source : undefined;
    case 'method':
      return NEEDING_METHODS.has(condition.name) ? condition.object : undefined;
    case 'comparison':
      return NEEDING_OPERATORS.has(condition.operator) && isLiteral(condition.right) ? condition.left : undefined;
    default:
      return undefined;
  }
}

const isLiteral = (expression: Expression): boolean =>
  expression.kind === 'literal' ||
  (expression.kind === 'list' && expression.items.every(({ kind }) => kind === 'literal'));

/** The field of the event with which a path begins. */
function firstField(chain: Expression, { name, implicit, isOuterName }: EventNaming): Expression | undefined {
  let at = chain;
  while (at.kind === 'member' && at.object.kind !== 'name') at = at.object;
  if (at.kind === 'member' && at.object.kind === 'name') {
    if (at.object.name === name) return at;
    at = at.object;
  }
  const isField = at.kind === 'name' && implicit && at.name !== name && at.name !== 'xEvent' && !isOuterName(at.name);
  return isField ? at : undefined;
}
