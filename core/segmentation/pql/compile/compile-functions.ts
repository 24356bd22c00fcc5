import { DAY_MS } from '#core/util/durations.ts';
import type { Call, Expression } from '../ast.ts';
import { type Context, changesAt, type Run } from '../run/context.ts';
import { fixedInstant, type Instant, NOW, shifted, whenReached } from '../run/instants.ts';
import { isTrue, MapEntry } from '../run/values.ts';
import { calendarDay, dayOfMonthOf, monthOf, startOf, yearOf } from '../time.ts';
import { instantValue } from './compile-time.ts';
import { type Compiled, NOTHING, usesOf } from './compiled.ts';
import type { Compiler, Scope } from './scope.ts';

/** `if`, `date`, `currentMonth` and its like, `mapEntry`, `inSegment`. */
export function compileCall(compiler: Compiler, call: Call, scope: Scope): Compiled {
  const { name, args } = call;
  if (name === 'inSegment') return inSegment(compiler, args[0]!);
  if (name === 'date') return date(compiler, call, scope);
  if (Object.hasOwn(CURRENT, name)) {
    compiler.session.facts.followsClock = true;
    return partOfInstant(NOW, { ...NOTHING, now: true }, CURRENT[name]!);
  }
  const compiled = args.map((arg) => compiler.value(arg, scope));
  const uses = usesOf(...compiled.map((arg) => arg.uses));
  const [a, b, c] = compiled.map(({ run }) => run);
  if (name === 'mapEntry') return { run: (context) => new MapEntry(a!(context), b!(context)), uses, type: 'value' };
  const type = compiled[1]!.type === compiled[2]!.type ? compiled[1]!.type : 'value';
  return { run: (context) => (isTrue(a!(context)) ? b!(context) : c!(context)), uses, type, list: true };
}

/** Methods that take a part of an instant. */
export const PARTS_OF_INSTANT: Readonly<Record<string, (ms: number) => number>> = {
  getMonth: monthOf,
  getYear: yearOf,
  getDayOfMonth: dayOfMonthOf,
};

const CURRENT: Readonly<Record<string, (ms: number) => number>> = {
  currentMonth: monthOf,
  currentYear: yearOf,
  currentDayOfMonth: dayOfMonthOf,
};

/** A part of an instant, which stays the same at least until the instant reaches the next day. */
export function partOfInstant(instant: Instant, uses: Compiled['uses'], part: (ms: number) => number): Compiled {
  const run: Run = (context) => {
    const at = instant.at(context, context.now);
    if (at === null) return null;
    if (instant.motion !== 'fixed') changesAt(context, whenReached(context, instant, startOf(at, 'day') + DAY_MS));
    return part(at);
  };
  return { run, uses, type: 'value' };
}

function date({ session, value }: Compiler, { args, span }: Call, scope: Scope): Compiled {
  const parts = args.map((arg) => value(arg, scope));
  const numbers = parts.map(({ constant }) => constant);
  if (
    numbers.every((part) => typeof part === 'number') &&
    calendarDay(numbers[0]!, numbers[1]!, numbers[2]!) === undefined
  ) {
    session.fail(`there is no day ${numbers.join('-')}`, span, 'year, month (1-12) and day');
  }
  const at = (context: Context): number | null => {
    const [year, month, day] = parts.map(({ run }) => run(context));
    if (typeof year !== 'number' || typeof month !== 'number' || typeof day !== 'number') return null;
    return calendarDay(year, month, day) ?? null;
  };
  const start = fixedInstant(at);
  return instantValue(start, usesOf(...parts.map(({ uses }) => uses)), { start, end: shifted(start, 1, 'day') });
}

function inSegment({ session }: Compiler, arg: Expression): Compiled {
  if (arg.kind !== 'literal' || typeof arg.value !== 'string') {
    return session.fail('inSegment needs the id of a segment', arg.span, 'an id in quotes');
  }
  const id = arg.value;
  session.checkSegment(id, arg.span);
  session.facts.segments.add(id);
  return { run: (context) => context.isMember(id), uses: { ...NOTHING, profile: true, now: true }, type: 'value' };
}
