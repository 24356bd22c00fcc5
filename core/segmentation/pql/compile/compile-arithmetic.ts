import { addExactly, multiplyExactly } from '#core/util/decimal.ts';
import type { Arithmetic, ArithmeticOperator, Negate } from '../ast.ts';
import { shifted } from '../run/instants.ts';
import { instantValue, sideOf } from './compile-time.ts';
import { type Compiled, usesOf } from './compiled.ts';
import type { Compiler, Scope } from './scope.ts';

/** Numbers, texts with `+`, an instant moved by a duration, and the distance of two instants. Null if anything is null. */
export function compileArithmetic(compiler: Compiler, expression: Arithmetic, scope: Scope): Compiled {
  const { operator } = expression;
  const [left, right] = [compiler.value(expression.left, scope), compiler.value(expression.right, scope)];
  const uses = usesOf(left.uses, right.uses);
  const { session } = compiler;
  if (right.duration !== undefined && (operator === '+' || operator === '-')) {
    const { amount, unit } = right.duration;
    const { instant } = sideOf(compiler, left, expression.left);
    return instantValue(shifted(instant, operator === '+' ? amount : -amount, unit), uses);
  }
  if (left.duration !== undefined && operator === '+') {
    const { instant } = sideOf(compiler, right, expression.right);
    return instantValue(shifted(instant, left.duration.amount, left.duration.unit), uses);
  }
  const odd =
    left.duration !== undefined ? expression.left : right.duration !== undefined ? expression.right : undefined;
  if (odd !== undefined) session.fail('a duration can only be added to an instant or taken from one', odd.span);
  const isDifference = operator === '-' && (left.instant ?? right.instant) !== undefined;
  const calculate = OPERATIONS[operator];
  const plain: Compiled = {
    run: (context) => calculate(left.run(context), right.run(context)),
    uses,
    type: 'value',
  };
  if (!isDifference) return plain;
  const [from, to] = [sideOf(compiler, left, expression.left), sideOf(compiler, right, expression.right)];
  const [start, end] = [instantValue(to.instant, to.uses), instantValue(from.instant, from.uses)];
  return {
    ...plain,
    run: (context) => numbers(end.run(context), start.run(context), (a, b) => a - b),
    difference: { from, to },
  };
}

/** `-x`; null where that is no number. */
export function compileNegate(compiler: Compiler, { operand }: Negate, scope: Scope): Compiled {
  const { run, uses } = compiler.value(operand, scope);
  return {
    run: (context) => {
      const value = run(context);
      return typeof value === 'number' ? -value : null;
    },
    uses,
    type: 'value',
  };
}

const OPERATIONS: Readonly<Record<ArithmeticOperator, (a: unknown, b: unknown) => unknown>> = {
  '+': (a, b) => (typeof a === 'string' || typeof b === 'string' ? joined(a, b) : numbers(a, b, addExactly)),
  '-': (a, b) => numbers(a, b, (x, y) => addExactly(x, -y)),
  '*': (a, b) => numbers(a, b, multiplyExactly),
  '/': (a, b) => numbers(a, b, (x, y) => x / y),
  '%': (a, b) => numbers(a, b, (x, y) => x % y),
};

/** Null where there is no finite result, as when dividing by zero. */
function numbers(a: unknown, b: unknown, operation: (a: number, b: number) => number): number | null {
  if (typeof a !== 'number' || typeof b !== 'number' || !Number.isFinite(a) || !Number.isFinite(b)) return null;
  const result = operation(a, b);
  return Number.isFinite(result) ? result : null;
}

function joined(a: unknown, b: unknown): string | null {
  const isText = (value: unknown): boolean =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isText(a) && isText(b) ? `${a}${b}` : null;
}
