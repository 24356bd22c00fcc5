import type { Comparison, ComparisonOperator, Expression } from '../ast.ts';
import type { Run } from '../run/context.ts';
import type { EventSource } from '../run/event-source.ts';
import { holds, MIRRORED, shifted } from '../run/instants.ts';
import { likePattern, MAX_LIKE } from '../run/texts.ts';
import { compare, equal, memberOf, toList } from '../run/values.ts';
import { atLeast } from './compile-events.ts';
import { allHold, sideOf } from './compile-time.ts';
import { type Compiled, NOTHING, usesOf } from './compiled.ts';
import { forgetLastUse, negating } from './facts.ts';
import type { Compiler, Scope } from './scope.ts';

/** `= != < <= > >=`, `in`, `notIn` and `like`. Whatever is compared with null is false, `!=` and `notIn` too. */
export function compileComparison(compiler: Compiler, expression: Comparison, scope: Scope): Compiled {
  const { operator } = expression;
  const left = compiler.compile(expression.left, scope);
  if (left.countOf !== undefined && operator in MIRRORED) {
    const least = wholeNumber(expression.right);
    if (least !== undefined) {
      // It was noted that all are counted, which is not needed to know whether there are enough.
      forgetLastUse(compiler.session.facts);
      compiler.session.facts.queries.delete(left.countOf.query);
      return compareCount(compiler, left.countOf.events, operator as ComparisonOperator, least);
    }
  }
  return compareValues(compiler, expression, scope);
}

const wholeNumber = (expression: Expression): number | undefined =>
  expression.kind === 'literal' && Number.isInteger(expression.value) && (expression.value as number) >= 0
    ? (expression.value as number)
    : undefined;

/** Counts no further than it has to, so that the answer stays as long as it can. */
function compareCount(compiler: Compiler, events: EventSource, operator: ComparisonOperator, number: number): Compiled {
  const { session } = compiler;
  const { facts } = session;
  const always: Compiled = { run: () => true, uses: NOTHING, type: 'value' };
  const has = (least: number): Compiled => (least === 0 ? always : atLeast(session, events, least));
  const turned = ({ run, uses }: Compiled): Compiled => ({
    run: (context) => run(context) !== true,
    uses,
    type: 'value',
  });
  // Only "none at all" excludes events; "at most three" counts them.
  const not = (compile: () => Compiled): Compiled => {
    const isNone = number === 0 || (number === 1 && operator === '<');
    return turned(isNone ? negating(facts, compile) : compile());
  };
  switch (operator) {
    case '>=':
      return has(number);
    case '>':
      return has(number + 1);
    case '<':
      return not(() => has(number));
    case '<=':
      return not(() => has(number + 1));
    case '=':
      return both(
        has(number),
        not(() => has(number + 1)),
      );
    case '!=':
      return not(() =>
        both(
          has(number),
          not(() => has(number + 1)),
        ),
      );
  }
}

const both = (first: Compiled, second: Compiled): Compiled => ({
  run: (context) => first.run(context) === true && second.run(context) === true,
  uses: usesOf(first.uses, second.uses),
  type: 'value',
});

function compareValues(compiler: Compiler, expression: Comparison, scope: Scope): Compiled {
  const { operator } = expression;
  const [left, right] = [compiler.value(expression.left, scope), compiler.value(expression.right, scope)];
  const uses = usesOf(left.uses, right.uses);
  if (operator === 'in' || operator === 'notIn')
    return { run: membership(operator, left.run, right), uses, type: 'value' };
  if (operator === 'like') {
    if (typeof right.constant === 'string' && right.constant.length > MAX_LIKE)
      compiler.session.fail('this pattern is too long', expression.right.span, `at most ${MAX_LIKE} characters`);
    return { run: likeness(left.run, right), uses, type: 'value' };
  }
  if (left.difference !== undefined && right.duration !== undefined) return compareDistance(left, operator, right);
  if (right.difference !== undefined && left.duration !== undefined)
    return compareDistance(right, MIRRORED[operator], left);
  const isTime = [left, right].some(({ instant, period, duration }) => (instant ?? period ?? duration) !== undefined);
  if (!isTime) return { run: comparison(operator, left.run, right.run), uses, type: 'value' };
  return allHold([
    { left: sideOf(compiler, left, expression.left), operator, right: sideOf(compiler, right, expression.right) },
  ]);
}

/** `a - b <= 3 days` is `a <= b + 3 days`. */
function compareDistance({ difference }: Compiled, operator: ComparisonOperator, { duration }: Compiled): Compiled {
  const { from, to } = difference!;
  const { amount, unit } = duration!;
  return allHold([
    { left: from, operator, right: { instant: shifted(to.instant, amount, unit), uses: to.uses, slot: undefined } },
  ]);
}

function comparison(operator: ComparisonOperator, left: Run, right: Run): Run {
  if (operator === '=') return (context) => equal(left(context), right(context));
  if (operator === '!=') {
    return (context) => {
      const [a, b] = [left(context), right(context)];
      return a !== null && b !== null && !equal(a, b);
    };
  }
  return (context) => {
    const difference = compare(left(context), right(context));
    return difference !== undefined && holds(difference, operator);
  };
}

function membership(operator: 'in' | 'notIn', left: Run, right: Compiled): Run {
  const { run, constant } = right;
  const isListed = Array.isArray(constant) ? memberOf(constant) : undefined;
  return (context) => {
    const value = left(context);
    if (value === null) return false;
    if (isListed) return isListed(value) === (operator === 'in');
    const list = run(context);
    if (list === null) return false;
    return toList(list).some((item) => equal(item, value)) === (operator === 'in');
  };
}

function likeness(left: Run, { run, constant }: Compiled): Run {
  const known = typeof constant === 'string' ? likePattern(constant) : undefined;
  return (context) => {
    const [text, pattern] = [left(context), known ?? run(context)];
    if (typeof text !== 'string') return false;
    return typeof pattern === 'function' ? pattern(text) : typeof pattern === 'string' && likePattern(pattern)(text);
  };
}
