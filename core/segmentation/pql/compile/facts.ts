import type { Relationship } from '#core/schema/relationship.ts';
import type { EventQuery, TimeBound } from '../run/event-source.ts';

/** One place where an expression asks about events, as the planner sees it. */
export interface EventUse {
  readonly kind: 'any' | 'count' | 'values' | 'sequence' | 'history';
  /** Canonical condition on one event; empty for all events. */
  readonly condition: string;
  /** How far back from now it looks, in milliseconds; undefined for all of the past. */
  readonly lookback: number | undefined;
  /** Its answer is turned round: "has not". */
  readonly negated: boolean;
  /** How many events it takes to be true. */
  readonly least: number;
}

/** How an expression asks for events. */
export interface Asked {
  /** After how many it asks for no more; undefined where it takes all of them. */
  readonly least: number | undefined;
  /** What bounds their times, be it by their place in a chain. */
  readonly bounds: readonly TimeBound[];
}

/** What is known of an expression besides its code. Filled in while it is compiled. */
export interface Facts {
  /** In the order in which they were met. Their `lookback` is only right after {@link settleLookbacks}. */
  readonly eventUses: EventUse[];
  /** What it asks of the events. */
  readonly queries: Map<EventQuery, Asked>;
  readonly segments: Set<string>;
  /** By which it reads records of other entities. */
  readonly lookups: Set<Relationship>;
  /** It takes the profile as a whole: any attribute may matter. */
  wholeProfile: boolean;
  /** Functions that need all of their events at once: `groupBy`, `topN`, … */
  readonly wholeHistory: Set<string>;
  /** Parts of dates that are looked at by themselves, as in "on their birthday". */
  readonly partsOfDate: Set<string>;
  /** It names the present, so that the answer may change while nothing comes in. */
  followsClock: boolean;
  /** Whether what is being compiled is under a `not`. */
  negated: boolean;
  /** How many loops enclose what is being compiled: over events, and over items of other lists. */
  readonly loops: { events: number; items: number };
  /** The most loops over events so far; whoever wants to know how deep a part is sets it back before. */
  deepest: number;
  /** What bounds the times of the events that a variable stands for, by its slot. */
  readonly boundsOfSlots: Map<number, readonly TimeBound[]>;
  /** The bounds of each of `eventUses`. */
  readonly boundsOfUses: (readonly TimeBound[])[];
}

/** Nothing known of a rule yet; compiling it fills in the rest. */
export const createFacts = (): Facts => ({
  eventUses: [],
  queries: new Map(),
  segments: new Set(),
  lookups: new Set(),
  wholeProfile: false,
  wholeHistory: new Set(),
  partsOfDate: new Set(),
  followsClock: false,
  negated: false,
  loops: { events: 0, items: 0 },
  deepest: 0,
  boundsOfSlots: new Map(),
  boundsOfUses: [],
});

/** Compiles something whose answer is turned round. */
export function negating<T>(facts: Facts, compile: () => T): T {
  facts.negated = !facts.negated;
  try {
    return compile();
  } finally {
    facts.negated = !facts.negated;
  }
}

/** Compiles something that is evaluated for each event, or for each item of another list. */
export function looping<T>(facts: Facts, over: keyof Facts['loops'], compile: () => T): T {
  facts.loops[over] += 1;
  facts.deepest = Math.max(facts.deepest, facts.loops.events);
  try {
    return compile();
  } finally {
    facts.loops[over] -= 1;
  }
}

/** Compiles something, and says how many loops over events are inside one another in it. */
export function measured<T>(facts: Facts, compile: () => T): [T, depth: number] {
  const before = facts.deepest;
  facts.deepest = facts.loops.events;
  const result = compile();
  const depth = facts.deepest - facts.loops.events;
  facts.deepest = Math.max(before, facts.deepest);
  return [result, depth];
}

/** Registers a use of events. */
export function noteUse(facts: Facts, use: Omit<EventUse, 'lookback'>, bounds: readonly TimeBound[]): void {
  facts.eventUses.push({ ...use, lookback: undefined });
  facts.boundsOfUses.push(bounds);
}

/** Takes back the last use that was registered. */
export function forgetLastUse({ eventUses, boundsOfUses }: Facts): void {
  eventUses.pop();
  boundsOfUses.pop();
}

/** Works out how far back each use looks, once it is known which events all variables stand for. */
export function finishLookbacks({ eventUses, boundsOfUses, boundsOfSlots }: Facts): void {
  for (const [index, bounds] of boundsOfUses.entries()) {
    eventUses[index] = { ...eventUses[index]!, lookback: lookbackOf(bounds, boundsOfSlots, new Set()) };
  }
}

/** The least distance from now that a bound allows, be it from now or from another event that is bounded itself. */
export function lookbackOf(
  bounds: readonly TimeBound[],
  ofSlots: Facts['boundsOfSlots'],
  seen: ReadonlySet<number>,
): number | undefined {
  const limits = bounds.flatMap(({ operator, instant: { behind, anchor } }) => {
    if (operator === '<' || operator === '<=') return [];
    if (behind !== undefined) return [behind];
    if (anchor === undefined || seen.has(anchor.slot)) return [];
    const other = lookbackOf(ofSlots.get(anchor.slot) ?? [], ofSlots, new Set([...seen, anchor.slot]));
    return other === undefined ? [] : [other + anchor.behind];
  });
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}
