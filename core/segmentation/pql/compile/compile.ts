import type { Expression, Literal } from '../ast.ts';
import { type ByKind, doByKind } from '../by-kind.ts';
import { PqlError } from '../parse/errors.ts';
import type { Context } from '../run/context.ts';
import { isTrue } from '../run/values.ts';
import { compileArithmetic, compileNegate } from './compile-arithmetic.ts';
import { compileChain } from './compile-chain.ts';
import { compileComparison } from './compile-comparisons.ts';
import { compileFilter, compileQuantifier, materialised } from './compile-events.ts';
import { compileCall } from './compile-functions.ts';
import { compileMethod } from './compile-methods.ts';
import { compileMember, compileName, compileOuter, compileParameter } from './compile-paths.ts';
import { compileDuration, compileMoment, compileOccurs, compilePeriod } from './compile-time.ts';
import { type Compiled, NOTHING, usesOf, withoutSlots } from './compiled.ts';
import { type Facts, finishLookbacks, negating } from './facts.ts';
import { consume } from './origins.ts';
import { type Compiler, type Scope, type Session, variable, withItem, withName } from './scope.ts';

/**
 * Compiles a query over a profile to a closure that says whether the profile is in (aep.md §5.2). A query that gives
 * anything but true, null included, is false.
 * @throws PqlError where a part of it makes no sense, such as a period where an instant is needed
 */
export function compileQuery(
  source: string,
  expression: Expression,
  shared: Omit<Session, 'fail' | 'facts'>,
  facts: Facts,
): (context: Context) => boolean {
  const fail: Session['fail'] = (message, at, expected) => {
    throw new PqlError(message, source, at.start, expected);
  };
  const session: Session = { ...shared, facts, fail };
  const [body, canonicalKey] = rootOf(session, expression);
  const compiler: Compiler = {
    session,
    compile: (inner, scope) => dispatch(compiler, inner, scope),
    value: (inner, scope) => {
      const compiled = consume(session, materialised(session, dispatch(compiler, inner, scope), inner.span));
      return scope === canonicalKey ? session.shared.of(inner, expression, compiled) : compiled;
    },
  };
  const { run } = compiler.value(body, canonicalKey);
  finishLookbacks(facts);
  return (context) => run(context) === true;
}

/** The body of the query and its scope: the profile, under the name that a lambda gives it. */
function rootOf(session: Session, expression: Expression): [Expression, Scope] {
  const run: Compiled['run'] = ({ profile }) => profile;
  const profile: Compiled = {
    run,
    uses: { ...NOTHING, profile: true },
    type: 'profile',
    origin: { canonicalKey: 'profile', path: [] },
    path: { base: run, names: [] },
  };
  const canonicalKey: Scope = { parent: undefined, names: new Map(), item: { compiled: profile } };
  if (expression.kind !== 'lambda') return [expression, canonicalKey];
  const [name, ...others] = expression.parameters;
  if (others.length > 0) session.fail('a segment has one input, the profile', expression.span, 'one parameter');
  return [expression.body, withItem({ ...canonicalKey, item: undefined }, profile, name)];
}

const dispatch = (compiler: Compiler, expression: Expression, scope: Scope): Compiled =>
  doByKind(COMPILE, expression, compiler, scope);

const COMPILE: ByKind<Compiled, [compiler: Compiler, scope: Scope]> = {
  literal: ({ value }) => constant(value),
  list: ({ items }, compiler, scope) => compileList(compiler, items, scope),
  name: (name, compiler, scope) => compileName(compiler, name, scope),
  parameter: (parameter, compiler, scope) => compileParameter(compiler, parameter, scope),
  outer: (outer, compiler, scope) => compileOuter(compiler, outer, scope),
  member: (member, compiler, scope) => compileMember(compiler, member, scope),
  filter: (filter, compiler, scope) => compileFilter(compiler, filter, scope),
  quantifier: (quantifier, compiler, scope) => compileQuantifier(compiler, quantifier, scope),
  method: (method, compiler, scope) => compileMethod(compiler, method, scope),
  call: (call, compiler, scope) => compileCall(compiler, call, scope),
  not: ({ operand }, compiler, scope) => compileNot(compiler, operand, scope),
  negate: (negate, compiler, scope) => compileNegate(compiler, negate, scope),
  logical: ({ operator, operands }, compiler, scope) => compileLogical(compiler, operator, operands, scope),
  comparison: (comparison, compiler, scope) => compileComparison(compiler, comparison, scope),
  arithmetic: (arithmetic, compiler, scope) => compileArithmetic(compiler, arithmetic, scope),
  let: (binding, compiler, scope) => compileLet(compiler, binding, scope),
  duration: (duration, compiler) => compileDuration(compiler, duration),
  moment(moment, { session }) {
    session.facts.followsClock = true;
    return compileMoment(moment);
  },
  period(period, compiler) {
    compiler.session.facts.followsClock = true;
    return compilePeriod(compiler, period);
  },
  occurs: (occurs, compiler, scope) => compileOccurs(compiler, occurs, scope),
  chain: (chain, compiler, scope) => compileChain(compiler, chain, scope),
  lambda: ({ span }, { session }) =>
    session.fail('a lambda can only be the whole query or an argument of a method', span),
};

const constant = (value: Literal['value']): Compiled => ({
  run: () => value,
  uses: NOTHING,
  type: 'value',
  constant: value,
});

function compileList(compiler: Compiler, items: readonly Expression[], scope: Scope): Compiled {
  const compiled = items.map((item) => compiler.value(item, scope));
  const runs = compiled.map(({ run }) => run);
  const uses = usesOf(NOTHING, ...compiled.map((item) => item.uses));
  if (!compiled.every(({ constant: value }) => value !== undefined)) {
    return { run: (context) => runs.map((run) => run(context)), uses, type: 'value', list: true };
  }
  const values = compiled.map(({ constant: value }) => value);
  return { run: () => values, uses, type: 'value', list: true, constant: values };
}

function compileNot(compiler: Compiler, operand: Expression, scope: Scope): Compiled {
  const { run, uses } = negating(compiler.session.facts, () => compiler.value(operand, scope));
  return { run: (context) => !isTrue(run(context)), uses, type: 'value' };
}

/** Operands that look at the time go last: where the others decide, the answer does not change with time. */
function compileLogical(
  compiler: Compiler,
  operator: 'and' | 'or',
  operands: readonly Expression[],
  scope: Scope,
): Compiled {
  const compiled = operands.map((operand) => compiler.value(operand, scope));
  const uses = usesOf(...compiled.map((operand) => operand.uses));
  const cost = (operand: Compiled): number => (operand.uses.now ? 2 : 0) + (operand.uses.events ? 1 : 0);
  const runs = [...compiled].sort((a, b) => cost(a) - cost(b)).map(({ run }) => run);
  const comparisons = compiled.flatMap((operand) => operand.comparisons ?? []);
  const onlyTime = operator === 'and' && compiled.every((operand) => operand.comparisons !== undefined);
  return {
    run:
      operator === 'and'
        ? (context) => {
            for (const run of runs) if (run(context) !== true) return false;
            return true;
          }
        : (context) => {
            for (const run of runs) if (run(context) === true) return true;
            return false;
          },
    uses,
    type: 'value',
    ...(onlyTime ? { comparisons } : {}),
  };
}

/** Instants, periods and sets of events stand for themselves wherever the name is used; other values are kept in a slot. */
function compileLet(
  compiler: Compiler,
  { name, value, body }: Extract<Expression, { kind: 'let' }>,
  scope: Scope,
): Compiled {
  const bound = compiler.compile(value, scope);
  const isDescription = bound.instant ?? bound.period ?? bound.duration ?? bound.difference ?? bound.events;
  if (isDescription !== undefined || bound.constant !== undefined || bound.type === 'profile') {
    return compiler.compile(body, withName(scope, name, bound));
  }
  const slot = compiler.session.newSlot();
  const held: Compiled = { ...variable(slot, bound.type, bound.origin), ...(bound.list ? { list: true } : {}) };
  const { slot: _, ...reference } = held;
  const inner = compiler.compile(body, withName(scope, name, reference));
  return {
    run: (context) => {
      context.slots[slot] = bound.run(context);
      return inner.run(context);
    },
    uses: usesOf(bound.uses, withoutSlots(inner.uses, slot)),
    type: inner.type,
    ...(inner.list ? { list: true } : {}),
    ...(inner.origin === undefined ? {} : { origin: inner.origin }),
  };
}
