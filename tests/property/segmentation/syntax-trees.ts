import fc from 'fast-check';
import type { ChainStep, Expression, TimeCondition } from '#core/segmentation/pql/ast.ts';
import { asCondition } from '#core/segmentation/pql/parse/conditions.ts';
import { METHODS } from '#core/segmentation/pql/parse/names.ts';
import { CALENDAR_UNITS } from '#core/segmentation/pql/time.ts';

/** Syntax trees as the parser gives them: any kind of part inside any other, odd names and texts included. */

const span = { start: 0, end: 0 };
type Unplaced<T> = T extends unknown ? Omit<T, 'span'> : never;
const node = (parts: Unplaced<Expression>): Expression => ({ ...parts, span }) as Expression;

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'xEvent',
    '_experience',
    'E',
    'count',
    'this',
    'last',
    'and',
    'now',
    'in',
    'in`side',
    'über',
    'two words',
    'days',
    'where',
  ),
  fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== '__proto__'),
);
const unit = fc.constantFrom(...CALENDAR_UNITS);
const operators = fc.constantFrom('=', '!=', '<', '<=', '>', '>=' as const);
const amount = fc.integer({ min: 0, max: 100_000 });
const literal = fc
  .oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'u', '0', 'n', "'") }),
    fc.boolean(),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.integer(),
    fc.constant(null),
  )
  .map((value) => node({ kind: 'literal', value: Object.is(value, -0) ? 0 : value }));

const leaf = fc.oneof(
  literal,
  name.map((text) => node({ kind: 'name', name: text })),
  fc.constantFrom(1, 2).map((index) => node({ kind: 'parameter', index })),
  fc.integer({ min: 1, max: 3 }).map((levels) => node({ kind: 'outer', levels })),
  fc.constantFrom('now', 'today', 'yesterday', 'tomorrow' as const).map((text) => node({ kind: 'moment', name: text })),
  fc
    .tuple(fc.constantFrom('this', 'last', 'next' as const), unit)
    .map(([which, of]) => node({ kind: 'period', which, unit: of })),
  fc.tuple(amount, unit).map(([length, of]) => node({ kind: 'duration', amount: length, unit: of })),
);

const { tree } = fc.letrec<{ tree: Expression; when: TimeCondition }>((tieBreaker) => {
  const inner = tieBreaker('tree');
  const lambda = fc
    .tuple(fc.array(name, { minLength: 1, maxLength: 2 }), inner)
    .map(([parameters, body]) => node({ kind: 'lambda', parameters, body }));
  const condition = inner.map(asCondition);
  const optional = fc.option(condition, { nil: undefined });
  const step: fc.Arbitrary<ChainStep> = fc.record({
    name,
    what: optional,
    when: fc.array(tieBreaker('when'), { maxLength: 2 }),
    count: fc.integer({ min: 0, max: 9 }),
    span: fc.constant(span),
  });
  return {
    when: fc.oneof(
      fc
        .tuple(operators, amount, unit, fc.constantFrom('before', 'after' as const), inner)
        .map(
          ([operator, length, of, direction, reference]) =>
            ({ kind: 'distance', operator, amount: length, unit: of, direction, reference, span }) as TimeCondition,
        ),
      fc
        .tuple(fc.constantFrom('before', 'after' as const), inner)
        .map(([direction, reference]) => ({ kind: 'side', direction, reference, span }) as TimeCondition),
      inner.map((reference) => ({ kind: 'on', reference, span }) as TimeCondition),
      fc.tuple(inner, inner).map(([from, to]) => ({ kind: 'between', from, to, span }) as TimeCondition),
    ),
    tree: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'tree' },
      leaf,
      fc.array(inner, { maxLength: 3 }).map((items) => node({ kind: 'list', items })),
      fc.tuple(inner, name).map(([object, field]) => node({ kind: 'member', object, name: field })),
      fc
        .tuple(inner, fc.oneof(inner, lambda).map(asCondition))
        .map(([source, test]) => node({ kind: 'filter', source, condition: test })),
      fc
        .tuple(
          inner,
          fc.constantFrom(...Object.keys(METHODS)),
          fc.array(fc.oneof(inner, lambda), { minLength: 2, maxLength: 2 }),
        )
        .map(([object, method, args]) =>
          node({ kind: 'method', object, name: method, args: args.slice(0, METHODS[method]![0]) }),
        ),
      fc.tuple(condition, inner, inner).map((args) => node({ kind: 'call', name: 'if', args })),
      condition.map((operand) => node({ kind: 'not', operand })),
      inner.filter(({ kind }) => kind !== 'literal').map((operand) => node({ kind: 'negate', operand })),
      fc
        .tuple(fc.constantFrom('and', 'or' as const), fc.array(condition, { minLength: 2, maxLength: 3 }))
        .map(([operator, operands]) =>
          node({
            kind: 'logical',
            operator,
            operands: operands.flatMap((one) =>
              one.kind === 'logical' && one.operator === operator ? one.operands : one,
            ),
          }),
        ),
      fc
        .tuple(fc.oneof(operators, fc.constantFrom('in', 'notIn', 'like' as const)), inner, inner)
        .map(([operator, left, right]) => node({ kind: 'comparison', operator: operator as '=', left, right })),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%' as const), inner, inner)
        .map(([operator, left, right]) => node({ kind: 'arithmetic', operator, left, right })),
      fc.tuple(name, inner, inner).map(([text, value, body]) => node({ kind: 'let', name: text, value, body })),
      fc
        .tuple(fc.constantFrom('exists', 'forall', 'select' as const), name, inner, optional)
        .map(([quantifier, variable, source, test]) =>
          node({ kind: 'quantifier', quantifier, variable, source, condition: test }),
        ),
      fc.tuple(inner, tieBreaker('when')).map(([time, when]) => node({ kind: 'occurs', time, when })),
      fc
        .tuple(inner, fc.uniqueArray(step, { minLength: 1, maxLength: 3, selector: (one) => one.name }), optional)
        .map(([source, steps, test]) => node({ kind: 'chain', source, steps, condition: test })),
    ),
  };
});

export const syntaxTree: fc.Arbitrary<Expression> = tree.map(asCondition);

/** A tree without its places in the text. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === 'span' ? [] : [[key, withoutSpans(inner)]])),
  );
}
