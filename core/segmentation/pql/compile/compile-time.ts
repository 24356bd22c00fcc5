import type { ComparisonOperator, Duration, Expression, Moment, Occurs, Period, TimeCondition } from '../ast.ts';
import { type Context, changesAt, type Run } from '../run/context.ts';
import {
  compareInstants,
  dayFromToday,
  fixedInstant,
  type Instant,
  NOW,
  shifted,
  timeOfSlot,
  unitFromNow,
} from '../run/instants.ts';
import type { Uses } from '../run/uses.ts';
import { type EventValue, toTime } from '../run/values.ts';
import { parseInstant, problemOfAmount } from '../time.ts';
import { type Compiled, NOTHING, type Side, type TimeComparison, usesOf } from './compiled.ts';
import type { Compiler, Scope } from './scope.ts';

const CLOCK: Uses = { ...NOTHING, now: true };

/** An instant as a plain value: it may be different a millisecond later, if it moves at all. */
function runOf(instant: Instant): Run {
  if (instant.motion === 'fixed') return (context) => instant.at(context, context.now);
  return (context) => {
    changesAt(context, context.now + 1);
    return instant.at(context, context.now);
  };
}

/** An instant as a value of its own. @param period the day, where the instant is the beginning of one */
export function instantValue(instant: Instant, uses: Uses, period?: Compiled['period']): Compiled {
  return { run: runOf(instant), uses, type: 'value', instant, ...(period === undefined ? {} : { period }) };
}

/** `now`, `today`, `yesterday`, `tomorrow`; of days, the beginning. */
export function compileMoment({ name }: Moment): Compiled {
  if (name === 'now') return instantValue(NOW, CLOCK);
  const days = { yesterday: -1, today: 0, tomorrow: 1 }[name];
  return instantValue(dayFromToday(days), CLOCK, { start: dayFromToday(days), end: dayFromToday(days + 1) });
}

/** `this month`, `last week`, `next year`: what only `occurs` can ask for. */
export function compilePeriod({ session }: Compiler, { which, unit, span }: Period): Compiled {
  const distance = { last: -1, this: 0, next: 1 }[which];
  const period = { start: unitFromNow(distance, unit), end: unitFromNow(distance + 1, unit) };
  const run: Run = () => session.fail(`"${which} ${unit}" can only follow "occurs"`, span);
  return { run, uses: CLOCK, type: 'value', period };
}

/** `3 days`: a length that is only added, or compared with one. @throws PqlError unless the number is whole */
export function compileDuration({ session }: Compiler, { amount, unit, span }: Duration): Compiled {
  const problem = problemOfAmount(amount, unit);
  if (problem) session.fail(problem.message, span, problem.expected);
  return { run: () => null, uses: NOTHING, type: 'value', duration: { amount, unit } };
}

/** Compiles an expression for an instant; texts are read as dates. */
function compileSide(compiler: Compiler, expression: Expression, scope: Scope): Side {
  return sideOf(compiler, compiler.value(expression, scope), expression);
}

/** A compiled value as an instant: its timestamp for an event, the date that a text or a number stands for otherwise. */
export function sideOf({ session }: Compiler, compiled: Compiled, expression: Expression): Side {
  const { instant, uses, slot, run, type, list, constant, period } = compiled;
  if (instant !== undefined) return { instant, uses, slot };
  if (period !== undefined || compiled.duration !== undefined) {
    return session.fail('an instant is needed here', expression.span, 'a timestamp, now, today or date(…)');
  }
  if (type === 'event' && !list && slot !== undefined) {
    const at = ({ slots }: Context): number | null => (slots[slot] as EventValue | null)?.time ?? null;
    return { instant: timeOfSlot(slot, at), uses: { ...uses, timed: new Set([...uses.timed, slot]) }, slot };
  }
  if (constant !== undefined) {
    const time = typeof constant === 'string' ? parseInstant(constant) : toTime(constant);
    if (time === undefined || time === null)
      session.fail('this is not a date', expression.span, 'a date such as "2018-12-31T00:00:00Z"');
    return { instant: fixedInstant(() => time!), uses, slot: undefined };
  }
  return { instant: fixedInstant((context) => toTime(run(context))), uses, slot: undefined };
}

/** `time occurs when`. */
export function compileOccurs(compiler: Compiler, { time, when }: Occurs, scope: Scope): Compiled {
  const side = compileSide(compiler, time, scope);
  return compileTimeCondition(compiler, side, when, scope);
}

/** `side` occurs `when`: a conjunction of comparisons of instants, or the negation of one for `!=`. */
export function compileTimeCondition(compiler: Compiler, side: Side, when: TimeCondition, scope: Scope): Compiled {
  const comparisons = comparisonsOf(compiler, side, when, scope);
  const all = allHold(comparisons);
  if (when.kind !== 'distance' || when.operator !== '!=') return all;
  const known: Run = (context) =>
    comparisons.every(({ left, right }) => isKnown(context, left) && isKnown(context, right));
  return { run: (context) => known(context) === true && all.run(context) !== true, uses: all.uses, type: 'value' };
}

const isKnown = (context: Context, { instant }: Side): boolean => instant.at(context, context.now) !== null;

/** A compiled conjunction of comparisons of instants. */
export function allHold(comparisons: readonly TimeComparison[]): Compiled {
  return {
    run: (context) => {
      for (const { left, operator, right } of comparisons) {
        if (!compareInstants(context, left.instant, operator, right.instant)) return false;
      }
      return true;
    },
    uses: usesOf(NOTHING, ...comparisons.flatMap(({ left, right }) => [left.uses, right.uses])),
    type: 'value',
    comparisons,
  };
}

function comparisonsOf(compiler: Compiler, side: Side, when: TimeCondition, scope: Scope): TimeComparison[] {
  const is = (operator: ComparisonOperator, right: Side): TimeComparison => ({ left: side, operator, right });
  switch (when.kind) {
    case 'on': {
      const { start, end } = extentOf(compiler, when.reference, scope);
      return end === undefined ? [is('=', start)] : [is('>=', start), is('<', end)];
    }
    case 'between': {
      const { start } = extentOf(compiler, when.from, scope);
      const last = extentOf(compiler, when.to, scope);
      return [is('>=', start), last.end === undefined ? is('<=', last.start) : is('<', last.end)];
    }
    case 'side': {
      const { start, end } = extentOf(compiler, when.reference, scope);
      if (when.direction === 'before') return [is('<', start)];
      // `today` is its start here too: what has happened today is after it.
      return [end !== undefined && isPeriod(when.reference) ? is('>=', end) : is('>', start)];
    }
    case 'distance':
      return distanceOf(compiler, when, scope, is);
  }
}

/**
 * `<= 3 days before T` is from T - 3 days to T, both included; `> 3 days before T` is earlier than T - 3 days. Equality
 * is a period one unit long: `= 3 days before today` is that day, `= 3 hours after T` the hour that begins then.
 */
function distanceOf(
  compiler: Compiler,
  when: Extract<TimeCondition, { kind: 'distance' }>,
  scope: Scope,
  is: (operator: ComparisonOperator, right: Side) => TimeComparison,
): TimeComparison[] {
  const { amount, unit, direction, operator } = when;
  const { start, end } = extentOf(compiler, when.reference, scope);
  const isDay = end !== undefined && start.instant !== end.instant;
  const after = direction === 'after';
  // A month has an end to count from; a day, as everywhere in PQL, counts as its start.
  const from = after && isDay && isPeriod(when.reference) ? end : start;
  const away = (units: number): Side => ({
    instant: shifted(from.instant, after ? units : -units, unit),
    uses: from.uses,
    slot: undefined,
  });
  const near: TimeComparison = after ? is('>=', from) : is('<=', from);
  switch (operator) {
    case '<=':
      return [near, after ? is('<=', away(amount)) : is('>=', away(amount))];
    case '<':
      return [near, after ? is('<', away(amount)) : is('>', away(amount))];
    case '>=':
      return [after ? is('>=', away(amount)) : is('<=', away(amount))];
    case '>':
      return [after ? is('>', away(amount)) : is('<', away(amount))];
    default:
      return [is('>=', away(amount)), is('<', away(after ? amount + 1 : amount - 1))];
  }
}

const isPeriod = (reference: Expression): boolean => reference.kind === 'period';

/** First instant and first instant after a day or a period; only the first for a plain instant. */
function extentOf(compiler: Compiler, reference: Expression, scope: Scope): { start: Side; end?: Side } {
  const compiled = compiler.value(reference, scope);
  if (compiled.period === undefined) return { start: sideOf(compiler, compiled, reference) };
  const { start, end } = compiled.period;
  const { uses } = compiled;
  return { start: { instant: start, uses, slot: undefined }, end: { instant: end, uses, slot: undefined } };
}
