import type { ComparisonOperator } from '../ast.ts';
import { type Context, changesAt, type Run } from './context.ts';
import { firstAtOrAfter } from './history.ts';
import { type Instant, lowerToReach, whenReached } from './instants.ts';
import type { Selector } from './selector.ts';
import type { SelectorPart } from './selectors.ts';
import type { Uses } from './uses.ts';
import type { EventValue } from './values.ts';

/** `timestamp <operator> instant`, the instant being the same for all events that are looked at. */
export interface TimeBound {
  readonly operator: Exclude<ComparisonOperator, '!='>;
  readonly instant: Instant;
  /** The instant depends on variables, as the time of another event does. */
  readonly isRelative: boolean;
}

/** A condition that needs more than the event: other events, the profile, the time. */
export interface Residual {
  /** It looks at the time, and is better asked last. */
  readonly now?: boolean;
  /** It looks at other events. */
  readonly isCorrelated?: boolean;
  readonly slot: number;
  readonly run: Run;
}

/** A description of a set of events: `parts` select them, `bounds` cut out a range of time, `residuals` test the rest. */
export interface EventSource {
  readonly parts: readonly SelectorPart[];
  readonly bounds: readonly TimeBound[];
  readonly residuals: readonly Residual[];
  readonly uses: Uses;
}

/** An event source ready to be asked. */
export interface EventQuery {
  readonly selector: Selector;
  readonly bounds: readonly TimeBound[];
  readonly residuals: readonly Residual[];
}

/** A further cut, in epoch milliseconds, both ends inclusive; `except` leaves out single events. */
export interface Cut {
  readonly from?: number;
  readonly to?: number;
  readonly except?: readonly EventValue[];
}

/** The indexes of the events in the range of time, end exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const EMPTY: Range = { from: 0, to: 0 };

/** The first instant that `timestamp <operator> at` allows. */
function firstOf(operator: TimeBound['operator'], at: number): number {
  if (operator === '>') return at + 1;
  return operator === '<' || operator === '<=' ? Number.NEGATIVE_INFINITY : at;
}

/** The last one. */
function lastOf(operator: TimeBound['operator'], at: number): number {
  if (operator === '<') return at - 1;
  return operator === '>' || operator === '>=' ? Number.POSITIVE_INFINITY : at;
}

/** Where the bounds, `now` and the cut leave events. Does not lower the horizon. Undefined when a bound is null. */
export function rangeOf(
  context: Context,
  { bounds }: EventQuery,
  times: Float64Array,
  cut: Cut = {},
): Range | undefined {
  let from = cut.from ?? Number.NEGATIVE_INFINITY;
  let to = Math.min(context.now, cut.to ?? Number.POSITIVE_INFINITY);
  for (const { operator, instant } of bounds) {
    const at = instant.at(context, context.now);
    if (at === null) return undefined;
    from = Math.max(from, firstOf(operator, at));
    to = Math.min(to, lastOf(operator, at));
  }
  if (from > to) {
    // Nothing is inside, but where the range ends still says which event may come into it next.
    const end = firstAtOrAfter(times, to + 1);
    return { from: end, to: end };
  }
  return { from: firstAtOrAfter(times, from), to: firstAtOrAfter(times, to + 1) };
}

/** Lowers the horizon to when an event at `time`, now inside the range, falls behind it. */
function lowerToLeave(context: Context, { bounds }: EventQuery, time: number): void {
  for (const { operator, instant } of bounds) {
    if (operator === '>=' || operator === '=') lowerToReach(context, instant, time + 1);
    if (operator === '>') lowerToReach(context, instant, time);
  }
}

/** Lowers the horizon to when an event at `time`, now after the end of the range, comes into it. */
function lowerToEnter(context: Context, { bounds }: EventQuery, time: number): void {
  const { now } = context;
  let enters = Math.max(time, now);
  for (const { operator, instant } of bounds) {
    if (operator === '>=' || operator === '>') continue;
    const needed = operator === '<' ? time + 1 : time;
    const at = instant.at(context, now);
    if (at === null) return;
    if (at < needed) enters = Math.max(enters, whenReached(context, instant, needed));
  }
  if (enters > now) changesAt(context, enters);
}

/** Whether at least `least` (1 or more) events are in the source. Looks at the newest first: they stay longest. */
export function hasAtLeast(context: Context, query: EventQuery, least: number, cut: Cut = {}): boolean {
  const { events, times } = context.history.select(query.selector);
  const range = rangeOf(context, query, times, cut);
  if (range === undefined) return false;
  let found = 0;
  for (let index = range.to - 1; index >= range.from; index -= 1) {
    const event = events[index]!;
    if (cut.except?.includes(event) || !passes(context, query, event)) continue;
    found += 1;
    if (found < least) continue;
    lowerToLeave(context, query, event.time);
    return true;
  }
  const next = times[range.to];
  if (next !== undefined && next <= (cut.to ?? next)) lowerToEnter(context, query, next);
  return false;
}

/**
 * False when there are certainly fewer events, whatever the variables are. Only then the horizon is lowered: what is true
 * here decides nothing.
 */
export function mayHaveAtLeast(context: Context, { selector, bounds }: EventQuery, least: number): boolean {
  const { times } = context.history.select(selector);
  const absolute = { selector, bounds: bounds.filter(({ isRelative }) => !isRelative), residuals: [] };
  const range = rangeOf(context, absolute, times);
  if (range === undefined) return false;
  if (range.to - range.from >= least) return true;
  const next = times[range.to];
  if (next !== undefined) lowerToEnter(context, absolute, next);
  return false;
}

/** The events of the source, oldest first. */
export function fetch(context: Context, query: EventQuery): EventValue[] {
  const { events, times } = context.history.select(query.selector);
  const { from, to } = rangeAndValidity(context, query, times);
  const inside = events.slice(from, to);
  return query.residuals.length === 0 ? inside : inside.filter((event) => passes(context, query, event));
}

/** The range, with the horizon lowered to when any event goes out of it or comes in. */
export function rangeAndValidity(context: Context, query: EventQuery, times: Float64Array, cut: Cut = {}): Range {
  const range = rangeOf(context, query, times, cut);
  if (range === undefined) return EMPTY;
  if (range.from < range.to) lowerToLeave(context, query, times[range.from]!);
  const next = times[range.to];
  if (next !== undefined && next <= (cut.to ?? next)) lowerToEnter(context, query, next);
  return range;
}

/** Whether an event that was selected also satisfies what needs more than itself; it is put in the slots for that. */
export function passes(context: Context, { residuals }: EventQuery, event: EventValue): boolean {
  for (const { slot, run } of residuals) {
    context.slots[slot] = event;
    if (run(context) !== true) return false;
  }
  return true;
}
