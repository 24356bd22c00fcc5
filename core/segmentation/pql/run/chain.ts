import type { Context, Run } from './context.ts';
import { type EventQuery, hasAtLeast, mayHaveAtLeast, passes, rangeAndValidity } from './event-source.ts';
import { firstAtOrAfter } from './history.ts';
import type { EventValue } from './values.ts';

/** Events that must not occur between two steps. */
export interface Gap {
  readonly query: EventQuery;
}

export interface Step {
  readonly query: EventQuery;
  /** 1 or more. */
  readonly count: number;
  /** Holds the last event of the step. */
  readonly slot: number;
  readonly gapBefore: readonly Gap[];
  /**
   * The last place that looks at the event of this step, so that it matters which it is: the index of a step, the number
   * of steps for what comes after all of them, and -1 when there is none.
   */
  readonly namedUntil: number;
}

export interface ChainPlan {
  readonly steps: readonly Step[];
  readonly gapAfter: readonly Gap[];
  readonly condition: Run | undefined;
  /** Some step looks at more of other steps' events than their time. */
  readonly isCorrelated: boolean;
}

/** How far a chain has come: the time of its last event, and which events it has used up at that very instant. */
interface Progress {
  readonly time: number;
  readonly used: readonly EventValue[];
}

/** Events that a step may take: of its last instant, and of its first one if that is another. */
interface Placing {
  readonly time: number;
  readonly begin: number;
  readonly chosen: readonly EventValue[];
  readonly earlier: readonly EventValue[];
}

const START: Progress = { time: Number.NEGATIVE_INFINITY, used: [] };

/** Ways to choose events among those of one instant that are tried; only reached by many different events at once. */
const MAX_CHOICES = 256;

/** Instants with several events at which a step is tried although an earlier one would do, see {@link isShared}. */
const MAX_SHARED = 64;

/**
 * Whether the events contain the chain. Steps are placed in order; the earliest place is tried alone where nothing
 * depends on which it is, all places otherwise, and what has failed once is not tried again, so that the work is
 * bounded by a power of the number of events that grows with how many steps are named, not with how many there are.
 */
export const chainMatches = (context: Context, plan: ChainPlan): boolean =>
  plan.steps.every(({ query, count }) => mayHaveAtLeast(context, query, count)) &&
  new Search(context, plan).placeFrom(0, START);

/** A step that is about to be placed. */
interface Next {
  readonly step: Step;
  readonly index: number;
  readonly progress: Progress;
  /** Something depends on which of its events the step takes. */
  readonly matters: boolean;
  /** Later steps to which it matters how many events of their instant are left. */
  readonly usersUp: readonly Step[];
  /** Instants at which the step is tried. */
  readonly maxTries: number;
}

/** Events of one instant that a step may take, and what there was before them. */
interface Instant {
  readonly time: number;
  readonly group: readonly EventValue[];
  /** The first such group of the step. */
  readonly first: readonly EventValue[];
  /** How many events the groups before have. */
  readonly taken: number;
}

class Search {
  readonly #context: Context;
  readonly #plan: ChainPlan;
  readonly #failed = new Set<string>();

  constructor(context: Context, plan: ChainPlan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** Whether the steps from `index` on can be placed after what is placed already. */
  placeFrom(index: number, progress: Progress): boolean {
    const step = this.#plan.steps[index];
    if (step === undefined) return this.#isComplete(progress);
    const key = index < 2 ? undefined : stateKey(this.#context, this.#plan, index, progress);
    if (key !== undefined && this.#failed.has(key)) return false;
    if (this.#place(step, index, progress)) return true;
    if (key !== undefined) this.#failed.add(key);
    return false;
  }

  #isComplete({ time, used }: Progress): boolean {
    const { gapAfter, condition } = this.#plan;
    if (isBroken(this.#context, gapAfter, time, undefined, used)) return false;
    return condition === undefined || condition(this.#context) === true;
  }

  /** Tries the step instant by instant. */
  #place(step: Step, index: number, progress: Progress): boolean {
    const context = this.#context;
    const next = this.#next(step, index, progress);
    const { matters, usersUp } = next;
    const { events, times } = context.history.select(step.query.selector);
    const cut = progress === START ? {} : { from: progress.time };
    const range = rangeAndValidity(context, step.query, times, cut);
    let [taken, tried] = [0, 0];
    let first: readonly EventValue[] = [];
    for (let at = range.from, end = at; at < range.to; at = end) {
      const time = times[at]!;
      end = endOfInstant(times, at, range.to);
      const group = passing(context, next, events, at, end, time);
      if (taken === 0) first = group;
      taken += group.length;
      if (group.length === 0 || taken < step.count) continue;
      if (tried > 0 && !matters && !isShared(context, usersUp, time, group)) continue;
      tried += 1;
      if (this.#placeIn(next, { time, group, first, taken: taken - group.length })) return true;
      if (tried >= next.maxTries) return false;
    }
    return false;
  }

  #next(step: Step, index: number, progress: Progress): Next {
    const plan = this.#plan;
    const matters = step.namedUntil >= 0 || gapAfterStep(plan, index).length > 0;
    const usersUp = matters
      ? []
      : plan.steps.filter((_, other) => other > index && gapAfterStep(plan, other).length > 0);
    const maxTries = usersUp.length === 0 ? 1 : MAX_SHARED + 1;
    return { step, index, progress, matters, usersUp, maxTries: matters ? Number.POSITIVE_INFINITY : maxTries };
  }

  /** Tries the step with its last event at this instant. */
  #placeIn(next: Next, { time, group, first, taken }: Instant): boolean {
    const { step, matters, usersUp } = next;
    const needed = Math.max(1, step.count - taken);
    const most = matters || usersUp.length > 0 ? Math.min(step.count, group.length) : needed;
    for (let amount = needed; amount <= most; amount += 1) {
      for (const chosen of choices(this.#context, this.#plan, group, amount)) {
        const earlier = taken === 0 ? [] : keptAtFirst(this.#context, step, first, step.count - amount);
        const begin = step.count > amount ? first[0]!.time : time;
        if (this.#placeAt(next, { time, begin, chosen, earlier })) return true;
      }
    }
    return false;
  }

  /** Each of the events of the last instant may be the last one, where it matters which it is. */
  #placeAt({ step, index, progress }: Next, { time, begin, chosen, earlier }: Placing): boolean {
    const used = [...(time === progress.time ? progress.used : []), ...chosen];
    const except = [...progress.used, ...earlier, ...chosen];
    for (const last of this.#plan.isCorrelated && step.namedUntil >= 0 ? chosen : chosen.slice(-1)) {
      this.#context.slots[step.slot] = last;
      if (isBroken(this.#context, step.gapBefore, progress.time, begin, except)) continue;
      if (this.placeFrom(index + 1, { time, used })) return true;
    }
    return false;
  }
}

/** Where the instant that begins at `at` ends. */
function endOfInstant(times: ArrayLike<number>, at: number, to: number): number {
  let end = at + 1;
  while (end < to && times[end] === times[at]) end += 1;
  return end;
}

/** The events of an instant that the step may take: those that the steps before it have not used up. */
function passing(
  context: Context,
  { step, progress }: Next,
  events: readonly EventValue[],
  from: number,
  to: number,
  time: number,
): readonly EventValue[] {
  const group: EventValue[] = [];
  for (let at = from; at < to; at += 1) {
    const event = events[at]!;
    if (time === progress.time && progress.used.includes(event)) continue;
    if (passes(context, step.query, event)) group.push(event);
  }
  return group;
}

/** What must not happen right after a step. */
const gapAfterStep = ({ steps, gapAfter }: ChainPlan, index: number): readonly Gap[] =>
  steps[index + 1]?.gapBefore ?? gapAfter;

/**
 * Whether one of the steps could take another event of the same instant. If something must not happen right after that
 * step, it matters which events of its instant the steps before it have used up: they do not count.
 */
const isShared = (context: Context, steps: readonly Step[], time: number, group: readonly EventValue[]): boolean =>
  group.length > 1 ||
  steps.some(({ query }) => {
    const { events, times } = context.history.select(query.selector);
    const from = firstAtOrAfter(times, time);
    return times[from] === time && (events[from] !== group[0] || times[from + 1] === time);
  });

/** Of the events of a step's first instant those that the step takes: rather the ones that must not come before it. */
function keptAtFirst(
  context: Context,
  { gapBefore }: Step,
  group: readonly EventValue[],
  most: number,
): readonly EventValue[] {
  if (group.length <= most) return group;
  const breaks = (event: EventValue): boolean =>
    gapBefore.some(({ query }) => context.history.select(query.selector).has(event) && passes(context, query, event));
  return [...group].sort((a, b) => Number(breaks(b)) - Number(breaks(a))).slice(0, most);
}

/** Whether something happens from `from` to `to` (epoch milliseconds, both included) that must not. */
function isBroken(
  context: Context,
  gaps: readonly Gap[],
  from: number,
  to: number | undefined,
  except: readonly EventValue[],
): boolean {
  return gaps.some(({ query }) => hasAtLeast(context, query, 1, { from, except, ...(to === undefined ? {} : { to }) }));
}

/**
 * Ways to take `needed` events of one instant. Events that all steps see alike are interchangeable, so that one of each
 * kind is enough; where steps look into each other's events, each event is its own kind.
 */
function choices(context: Context, plan: ChainPlan, group: readonly EventValue[], needed: number): EventValue[][] {
  if (group.length === needed) return [[...group]];
  const kinds = new Map<string, EventValue[]>();
  for (const event of group) {
    const kind = plan.isCorrelated ? String(event.index) : kindOf(context, plan, event);
    kinds.set(kind, [...(kinds.get(kind) ?? []), event]);
  }
  const found: EventValue[][] = [];
  const pools = [...kinds.values()];
  const choose = (pool: number, chosen: readonly EventValue[]): void => {
    const left = needed - chosen.length;
    if (left === 0 || pool === pools.length) {
      if (left === 0) found.push([...chosen]);
      return;
    }
    const available = pools[pool]!;
    for (let take = Math.min(left, available.length); take >= 0 && found.length < MAX_CHOICES; take -= 1) {
      choose(pool + 1, [...chosen, ...available.slice(0, take)]);
    }
  };
  choose(0, []);
  return found;
}

/** Which steps and gaps the event could belong to, leaving out the time. */
function kindOf(context: Context, { steps, gapAfter }: ChainPlan, event: EventValue): string {
  const queries = [
    ...steps.flatMap(({ query, gapBefore }) => [query, ...gapBefore.map((gap) => gap.query)]),
    ...gapAfter.map((gap) => gap.query),
  ];
  return queries.map(({ selector }) => (context.history.select(selector).has(event) ? '1' : '0')).join('');
}

/** Everything that what comes next depends on. */
function stateKey({ slots }: Context, plan: ChainPlan, index: number, { used }: Progress): string {
  let key = `${index} ${used.length === 1 ? used[0]!.index : used.map((event) => event.index).sort()}`;
  for (let before = 0; before < index; before += 1) {
    const { namedUntil, slot } = plan.steps[before]!;
    if (namedUntil >= index) key += ` ${(slots[slot] as EventValue).index}`;
  }
  return key;
}
