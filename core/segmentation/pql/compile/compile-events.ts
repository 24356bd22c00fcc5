import type { Expression, Filter, Quantifier, Span } from '../ast.ts';
import { canonicalCondition } from '../parse/canonical.ts';
import { type EventSource, fetch, hasAtLeast, type TimeBound } from '../run/event-source.ts';
import { MIRRORED, shifted } from '../run/instants.ts';
import type { Uses } from '../run/uses.ts';
import { isTrue, toList } from '../run/values.ts';
import { type Compiled, NOTHING, type Side, type TimeComparison, usesOf, withoutSlots } from './compiled.ts';
import { type EventUse, looping, negating, noteUse } from './facts.ts';
import { type EventNaming, neededField } from './needed-field.ts';
import { touch } from './origins.ts';
import { type Compiler, lookUp, queryOf, type Scope, type Session, variable, withItem, withName } from './scope.ts';

/** `xEvent`: all events of the profile up to now. */
export const allEvents = (session: Session): Compiled =>
  eventsOf(session, { parts: [], bounds: [], residuals: [], uses: { ...NOTHING, events: true } });

/** A set of events that may still be narrowed or counted; {@link materialised} makes a list of it. */
const eventsOf = (session: Session, events: EventSource): Compiled => ({
  run: () => session.fail('this set of events was not fetched', { start: 0, end: 0 }),
  uses: events.uses,
  type: 'event',
  list: true,
  events,
});

/** A set of events as a list; anything else as it is. `kind` is what the planner is told of it. */
export function materialised(
  session: Session,
  compiled: Compiled,
  at: Span,
  kind: EventUse['kind'] = 'values',
): Compiled {
  const { events, uses } = compiled;
  if (events === undefined) return compiled;
  inLoop(session, 'events', at, () => undefined);
  const query = queryOf(session, events);
  noteEvents(session, events, kind);
  return { run: (context) => fetch(context, query), uses, type: 'event', list: true };
}

/** How the items of a list are called in a condition: by a variable, by nothing, or by both. */
export interface ItemNaming {
  readonly name?: string;
  readonly implicit: boolean;
}

/** `xs[condition]`: in the condition the item is in scope, under the name that a lambda gives it. */
export function compileFilter(compiler: Compiler, { source, condition }: Filter, scope: Scope): Compiled {
  const list = compiler.compile(source, scope);
  if (condition.kind !== 'lambda') return filtered(compiler, list, condition, { implicit: true }, scope);
  const [name, ...others] = condition.parameters;
  if (others.length > 0) compiler.session.fail('a filter reads one item', condition.span, 'one parameter');
  return filtered(compiler, list, condition.body, { name: name!, implicit: true }, scope);
}

/** `exists`, `forall` and `select … from … where …`. */
export function compileQuantifier(compiler: Compiler, quantified: Quantifier, scope: Scope): Compiled {
  const { quantifier, variable: name, source, condition } = quantified;
  const list = compiler.compile(source, scope);
  const naming: ItemNaming = { name, implicit: false };
  if (quantifier === 'select') {
    return condition === undefined ? list : filtered(compiler, list, condition, naming, scope);
  }
  const { facts } = compiler.session;
  if (quantifier === 'exists') {
    const found = condition === undefined ? list : filtered(compiler, list, condition, naming, scope);
    return anyOf(compiler, found);
  }
  if (condition === undefined) return { run: () => true, uses: NOTHING, type: 'value' };
  // All satisfy it: there is none that does not.
  const counterexample: Expression = { kind: 'not', operand: condition, span: condition.span };
  const { run, uses } = negating(facts, () => anyOf(compiler, filtered(compiler, list, counterexample, naming, scope)));
  return { run: (context) => !isTrue(run(context)), uses, type: 'value' };
}

/** Whether the list has an item. */
export function anyOf({ session }: Compiler, list: Compiled): Compiled {
  if (list.events !== undefined) return atLeast(session, list.events, 1);
  touch(session, list);
  return { run: (context) => toList(list.run(context)).length > 0, uses: list.uses, type: 'value' };
}

/** Whether there are at least `least` (1 or more) events. */
export function atLeast(session: Session, events: EventSource, least: number): Compiled {
  const query = queryOf(session, events, least);
  noteEvents(session, events, least > 1 ? 'count' : 'any', least);
  return { run: (context) => hasAtLeast(context, query, least), uses: events.uses, type: 'value' };
}

/** Tells the planner of a use of events. */
export function noteEvents(session: Session, events: EventSource, kind: EventUse['kind'], least = 1): void {
  const { facts } = session;
  const correlated = events.uses.slots.size > 0 || events.residuals.some(({ isCorrelated }) => isCorrelated);
  const use = {
    kind: correlated && (kind === 'any' || kind === 'count') ? ('sequence' as const) : kind,
    condition: session.selectors.of(events.parts).key,
    negated: facts.negated,
    least,
  };
  noteUse(facts, use, events.bounds);
}

/** A list cut down by a condition. Of events, conditions on one event alone are found once for all segments. */
function filtered(
  compiler: Compiler,
  list: Compiled,
  condition: Expression,
  naming: ItemNaming,
  scope: Scope,
): Compiled {
  const { session } = compiler;
  if (list.events !== undefined) return eventsOf(session, narrowed(compiler, list.events, condition, naming, scope));
  touch(session, list);
  const slot = session.newSlot();
  const item = itemVariable(list, slot);
  const { run, uses } = inLoop(session, loopOver(list), condition.span, () =>
    compiler.value(condition, itemScope(scope, item, naming)),
  );
  return {
    run: (context) =>
      toList(list.run(context)).filter((value) => {
        context.slots[slot] = value;
        return isTrue(run(context));
      }),
    uses: usesOf(list.uses, withoutSlots(uses, slot)),
    type: list.type,
    list: true,
    ...(list.origin === undefined ? {} : { origin: list.origin }),
  };
}

/** The item of a list that is gone through, in a slot; what is no event may be a list itself. */
export const itemVariable = (list: Compiled, slot: number): Compiled => {
  const { slot: own, ...item } = variable(slot, list.type === 'event' ? 'event' : 'value', list.origin);
  return list.type === 'event' && list.grouped !== true ? { ...item, slot: own! } : { ...item, list: true };
};

/** The scope in which something is evaluated for an item. */
export const itemScope = (scope: Scope, item: Compiled, { name, implicit }: ItemNaming): Scope =>
  implicit ? withItem(scope, item, name) : name === undefined ? scope : withName(scope, name, item);

/** The events of a source that also satisfy a condition. */
function narrowed(
  compiler: Compiler,
  source: EventSource,
  condition: Expression,
  naming: ItemNaming,
  scope: Scope,
): EventSource {
  const { session } = compiler;
  const slot = session.newSlot();
  const inner = itemScope(scope, variable(slot, 'event'), naming);
  let result = source;
  const conditions = condition.kind === 'logical' && condition.operator === 'and' ? condition.operands : [condition];
  for (const one of conditions) {
    const compiled = inLoop(session, 'events', one.span, () => compiler.value(one, inner));
    const isOuterName = (name: string): boolean => lookUp(scope, name) !== undefined;
    result = withCondition(result, compiled, slot, () =>
      canonicalCondition(one, naming.name, naming.implicit, isOuterName),
    );
    result = withNeededField(compiler, result, one, compiled, slot, { ...naming, isOuterName }, inner);
  }
  session.facts.boundsOfSlots.set(slot, result.bounds);
  return { ...result, residuals: cheapestFirst(result.residuals) };
}

/** Loops inside one another that a definition may have: the work grows with that power of the number of events. */
export const MAX_LOOPS = 3;

/** What a loop over a list goes through: the events of the profile, be they in groups, or items of something else. */
export const loopOver = (list: Compiled): 'events' | 'items' => (list.type === 'event' ? 'events' : 'items');

/** Compiles what is evaluated for each event or item. */
export function inLoop<T>({ facts, fail }: Session, over: 'events' | 'items', at: Span, compile: () => T): T {
  return looping(facts, over, () => {
    if (facts.loops[over] > MAX_LOOPS) {
      fail(`${over} are gone through for each ${over.slice(0, -1)} too deeply`, at, `at most ${MAX_LOOPS} levels`);
    }
    return compile();
  });
}

const cheapestFirst = (residuals: EventSource['residuals']): EventSource['residuals'] =>
  [...residuals].sort((a, b) => Number(a.now ?? false) - Number(b.now ?? false));

/** Adds one condition on the event in `slot`: to the selection, to the range of time, or to what is tested last. */
export function withCondition(
  source: EventSource,
  condition: Compiled,
  slot: number,
  key: () => string | undefined,
): EventSource {
  const { run } = condition;
  const outside = withoutSlots(condition.uses, slot);
  const uses = usesOf(source.uses, outside);
  if (isAboutEventAlone(condition.uses, slot)) {
    return { ...source, uses, parts: [...source.parts, { key: key() ?? `#${slot}`, slot, run }] };
  }
  const bounds = condition.comparisons?.map((comparison) => boundOn(comparison, slot));
  if (bounds?.every((bound) => bound !== undefined)) return { ...source, uses, bounds: [...source.bounds, ...bounds] };
  const { now, events, slots } = condition.uses;
  const isCorrelated = events || [...slots].some((used) => used !== slot);
  return { ...source, uses, residuals: [...source.residuals, { slot, run, now, isCorrelated }] };
}

/** Where a condition looks a record up, events without the key are left out at once. */
export function withNeededField(
  compiler: Compiler,
  source: EventSource,
  condition: Expression,
  { uses }: Compiled,
  slot: number,
  naming: EventNaming,
  scope: Scope,
): EventSource {
  const needed = uses.lookups ? neededField(condition, naming) : undefined;
  if (needed === undefined) return source;
  return withCondition(source, compiler.compile(needed, scope), slot, () =>
    canonicalCondition(needed, naming.name, naming.implicit, naming.isOuterName),
  );
}

const isAboutEventAlone = ({ slots, timed, now, profile, events, lookups }: Uses, slot: number): boolean =>
  !now && !profile && !events && !lookups && timed.size === 0 && [...slots].every((used) => used === slot);

/**
 * The comparison as a bound on the timestamp of the event in `slot`, if the other side is the same for all events. A
 * distance on its own side goes to the other: `timestamp + 24 hours >= now` is `timestamp >= now - 24 hours`.
 */
function boundOn({ left, operator, right }: TimeComparison, slot: number): TimeBound | undefined {
  const [ours, other, sign] = follows(left, slot) ? [left, right, operator] : [right, left, MIRRORED[operator]];
  if (!follows(ours, slot) || sign === '!=' || other.uses.slots.has(slot)) return undefined;
  const { behind } = ours.instant.anchor!;
  const instant = behind === 0 ? other.instant : shifted(other.instant, behind, 'millisecond');
  return { operator: sign, instant, isRelative: other.uses.slots.size > 0 };
}

const follows = ({ instant: { anchor } }: Side, slot: number): boolean => anchor?.slot === slot && anchor.isExact;
