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
export function chainMatches(context: Context, plan: ChainPlan): boolean {
  if (!plan.steps.every(({ query, count }) => mayHaveAtLeast(context, query, count))) return false;
  const failed = new Set<string>();
  return placeFrom(0, START);

  function placeFrom(index: number, progress: Progress): boolean {
    const step = plan.steps[index];
    if (step === undefined) return isComplete(progress);
    const key = index < 2 ? undefined : stateKey(context, plan, index, progress);
    if (key !== undefined && failed.has(key)) return false;
    if (place(step, index, progress)) return true;
    if (key !== undefined) failed.add(key);
    return false;
  }

  function isComplete({ time, used }: Progress): boolean {
    if (isBroken(context, plan.gapAfter, time, undefined, used)) return false;
    return plan.condition === undefined || plan.condition(context) === true;
  }

  function place(step: Step, index: number, progress: Progress): boolean {
    const { events, times } = context.history.select(step.query.selector);
    const cut = progress === START ? {} : { from: progress.time };
    const range = rangeAndValidity(context, step.query, times, cut);
    const matters = step.namedUntil >= 0 || gapAfterStep(plan, index).length > 0;
    const usersUp = matters
      ? []
      : plan.steps.filter((_, other) => other > index && gapAfterStep(plan, other).length > 0);
    let [at, taken, tried] = [range.from, 0, 0];
    let first: readonly EventValue[] = [];
    while (at < range.to) {
      const time = times[at]!;
      const group: EventValue[] = [];
      for (; at < range.to && times[at] === time; at += 1) {
        const event = events[at]!;
        if (time === progress.time && progress.used.includes(event)) continue;
        if (passes(context, step.query, event)) group.push(event);
      }
      if (group.length === 0) continue;
      if (taken === 0) first = group;
      const isTried = tried === 0 || matters || isShared(context, usersUp, time, group);
      if (taken + group.length >= step.count && isTried) {
        tried += 1;
        const needed = Math.max(1, step.count - taken);
        const most = matters || usersUp.length > 0 ? Math.min(step.count, group.length) : needed;
        for (let amount = needed; amount <= most; amount += 1) {
          for (const chosen of choices(context, plan, group, amount)) {
            const earlier = taken === 0 ? [] : keptAtFirst(context, step, first, step.count - amount);
            const begin = step.count > amount ? first[0]!.time : time;
            if (placeAt(step, index, progress, { time, begin, chosen, earlier })) return true;
          }
        }
        if (!matters && (usersUp.length === 0 || tried > MAX_SHARED)) return false;
      }
      taken += group.length;
    }
    return false;
  }

  /** Each of the events of the last instant may be the last one, where it matters which it is. */
  function placeAt(step: Step, index: number, progress: Progress, { time, begin, chosen, earlier }: Placing): boolean {
    const used = [...(time === progress.time ? progress.used : []), ...chosen];
    const except = [...progress.used, ...earlier, ...chosen];
    for (const last of plan.isCorrelated && step.namedUntil >= 0 ? chosen : chosen.slice(-1)) {
      context.slots[step.slot] = last;
      if (isBroken(context, step.gapBefore, progress.time, begin, except)) continue;
      if (placeFrom(index + 1, { time, used })) return true;
    }
    return false;
  }
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
