import type { Chain, ChainStep } from '../ast.ts';
import { canonicalCondition } from '../parse/canonical.ts';
import { type ChainPlan, chainMatches, type Gap, type Step } from '../run/chain.ts';
import type { EventSource, TimeBound } from '../run/event-source.ts';
import { timeOfSlot } from '../run/instants.ts';
import type { EventValue } from '../run/values.ts';
import { atLeast, inLoop, MAX_LOOPS, noteEvents, withCondition, withNeededField } from './compile-events.ts';
import { compileTimeCondition } from './compile-time.ts';
import { type Compiled, type Side, usesOf, withoutSlots } from './compiled.ts';
import { measured, negating } from './facts.ts';
import { type Compiler, lookUp, queryOf, type Scope, variable, withItem, withName } from './scope.ts';

/**
 * CHAIN (aep.md §5.2): events of each step in order of time, each at or after the last event of the step before and
 * none of them twice; between them (or after the last) no event of a step with COUNT(0). A chain of one step is a count.
 */
export function compileChain(compiler: Compiler, chain: Chain, scope: Scope): Compiled {
  const { session } = compiler;
  const source = compiler.compile(chain.source, scope).events;
  if (source === undefined)
    return session.fail('a CHAIN goes through the events of the profile', chain.source.span, 'xEvent');
  const slots = chain.steps.map(() => session.newSlot());
  const [sources, inSteps] = measured(session.facts, () =>
    chain.steps.map((step, index) => stepSource(compiler, source, chain, slots, step, index, scope)),
  );
  const uses = withoutSlots(usesOf(...sources.map((one) => one.uses)), ...slots);
  if (chain.steps.length === 1 && chain.condition === undefined)
    return countOfStep(compiler, chain.steps[0]!, sources[0]!);
  const [condition, inCondition] = measured(session.facts, () => compileCondition(compiler, chain, slots, scope));
  noteSteps(compiler, chain, slots, sources);
  const plan = planOf(compiler, chain, slots, sources, condition);
  // One of the loops of a step is that over the events which may be its own.
  limitSearch(compiler, chain, plan, { steps: inSteps - 1, condition: inCondition });
  return {
    run: (context) => chainMatches(context, plan),
    uses: condition === undefined ? uses : usesOf(uses, withoutSlots(condition.uses, ...slots)),
    type: 'value',
  };
}

function countOfStep({ session }: Compiler, { count }: ChainStep, source: EventSource): Compiled {
  if (count > 0) return atLeast(session, source, count);
  const { run, uses } = negating(session.facts, () => atLeast(session, source, 1));
  return { run: (context) => run(context) !== true, uses, type: 'value' };
}

/** The events that may be a step's: WHAT on the event, WHEN on its time. Steps that are known by then can be named. */
function stepSource(
  compiler: Compiler,
  source: EventSource,
  chain: Chain,
  slots: readonly number[],
  step: ChainStep,
  index: number,
  scope: Scope,
): EventSource {
  const slot = slots[index]!;
  const outside = scopeWithSteps(chain, slots, scope, (other) => other !== index && isKnownTo(chain, index, other));
  const inside = withItem(outside, variable(slot, 'event'), step.name);
  const { what } = step;
  const conditions =
    what === undefined ? [] : what.kind === 'logical' && what.operator === 'and' ? what.operands : [what];
  let result = source;
  for (const condition of conditions) {
    const compiled = inLoop(compiler.session, 'events', condition.span, () => compiler.value(condition, inside));
    const isOuter = (name: string): boolean => lookUp(outside, name) !== undefined;
    result = withCondition(result, compiled, slot, () => canonicalCondition(condition, step.name, true, isOuter));
    const naming = { name: step.name, implicit: true, isOuterName: isOuter };
    result = withNeededField(compiler, result, condition, compiled, slot, naming, inside);
  }
  const time: Side = {
    instant: timeOfSlot(slot, ({ slots: values }) => (values[slot] as EventValue).time),
    uses: { ...variable(slot, 'event').uses, timed: new Set([slot]) },
    slot,
  };
  for (const when of step.when) {
    result = withCondition(result, compileTimeCondition(compiler, time, when, outside), slot, () => undefined);
  }
  return result;
}

/** A step may name the steps before it that happen; one that must not happen also the one that comes after it. */
function isKnownTo({ steps }: Chain, index: number, other: number): boolean {
  if (steps[other]!.count === 0) return false;
  if (other < index) return true;
  const following = steps.findIndex(({ count }, at) => at > index && count > 0);
  return steps[index]!.count === 0 && other === following;
}

function scopeWithSteps(
  chain: Chain,
  slots: readonly number[],
  scope: Scope,
  isKnown: (index: number) => boolean,
): Scope {
  return chain.steps.reduce(
    (inner, { name }, index) => (isKnown(index) ? withName(inner, name, variable(slots[index]!, 'event')) : inner),
    scope,
  );
}

function compileCondition(
  compiler: Compiler,
  chain: Chain,
  slots: readonly number[],
  scope: Scope,
): Compiled | undefined {
  if (chain.condition === undefined) return undefined;
  return compiler.value(
    chain.condition,
    scopeWithSteps(chain, slots, scope, (index) => chain.steps[index]!.count > 0),
  );
}

function planOf(
  { session }: Compiler,
  chain: Chain,
  slots: readonly number[],
  sources: readonly EventSource[],
  condition: Compiled | undefined,
): ChainPlan {
  const steps: Step[] = [];
  let gap: Gap[] = [];
  /** For each step of the chain, the place among those that happen at which it is looked for. */
  const places = chain.steps.map((_, index) => chain.steps.slice(0, index).filter(({ count }) => count > 0).length);
  const end = chain.steps.filter(({ count }) => count > 0).length;
  const namedUntil = (index: number): number => {
    const namers = sources.flatMap(({ uses }, other) =>
      other !== index && uses.slots.has(slots[index]!) ? [places[other]!] : [],
    );
    return condition?.uses.slots.has(slots[index]!) ? end : Math.max(-1, ...namers);
  };
  for (const [index, { count }] of chain.steps.entries()) {
    const query = queryOf(session, sources[index]!);
    const bounds = session.facts.boundsOfSlots.get(slots[index]!) ?? query.bounds;
    session.facts.queries.set(query, { least: undefined, bounds });
    if (count === 0) {
      gap.push({ query });
      continue;
    }
    steps.push({ query, count, slot: slots[index]!, gapBefore: gap, namedUntil: namedUntil(index) });
    gap = [];
  }
  const isCorrelated = condition !== undefined || sources.some(({ residuals }) => residuals.length > 0);
  return { steps, gapAfter: gap, condition: condition?.run, isCorrelated };
}

/** How many loops over events are inside one another in what is asked of single steps, and of all of them at the end. */
interface LoopsInside {
  readonly steps: number;
  readonly condition: number;
}

/**
 * Every step that is looked at again later multiplies the ways to place the chain by the number of events. For each of
 * them, the events are gone through in what is asked of a step, or at the end.
 */
function limitSearch({ session }: Compiler, chain: Chain, { steps }: ChainPlan, inside: LoopsInside): void {
  const open = steps.map((_, place) => steps.slice(0, place + 1).filter(({ namedUntil }) => namedUntil > place).length);
  const openBefore = steps.map(
    (_, place) => steps.slice(0, place).filter(({ namedUntil }) => namedUntil >= place).length,
  );
  const together = Math.max(1, ...open) + inside.condition;
  const perStep = inside.steps > 0 ? Math.max(...openBefore) + 1 + inside.steps : 0;
  if (session.facts.loops.events + Math.max(together, perStep) <= MAX_LOOPS) return;
  session.fail('too many steps of this CHAIN are evaluated together', chain.span, `at most ${MAX_LOOPS}`);
}

/** Tells the planner. A step comes after the one before it, so it cannot look further back. */
function noteSteps(
  { session }: Compiler,
  chain: Chain,
  slots: readonly number[],
  sources: readonly EventSource[],
): void {
  const { facts } = session;
  let afterLast: TimeBound[] = [];
  for (const [index, { count }] of chain.steps.entries()) {
    const [slot, source] = [slots[index]!, sources[index]!];
    const bounded = { ...source, bounds: [...source.bounds, ...afterLast] };
    facts.boundsOfSlots.set(slot, bounded.bounds);
    if (count === 0) {
      negating(facts, () => noteEvents(session, bounded, 'sequence'));
      continue;
    }
    noteEvents(session, bounded, 'sequence', count);
    const instant = timeOfSlot(slot, ({ slots: values }) => (values[slot] as EventValue).time);
    afterLast = [{ operator: '>=', instant, isRelative: true }];
  }
}
