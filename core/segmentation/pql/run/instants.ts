import { DAY_MS } from '#core/util/durations.ts';
import type { ComparisonOperator } from '../ast.ts';
import { addUnits, type CalendarUnit, FOREVER, fixedLength, longestLength, shortestLength, startOf } from '../time.ts';
import { type Context, changesAt } from './context.ts';

/**
 * How an instant moves with `now`: not at all, millisecond by millisecond, or in some other way (a day at a time, or
 * with months in it). No instant ever moves back, and that is what the search for the next change rests on.
 */
export type Motion = 'fixed' | 'linear' | 'monotone';

/** An expression for an instant. `at` may be asked about any `now`, everything else of the context being as it is. */
export interface Instant {
  readonly motion: Motion;
  at(context: Context, now: number): number | null;
  /** How far behind `now` it is at most, in milliseconds; undefined when it does not follow `now`. */
  readonly behind?: number;
  /** Set where it follows the time of the event in a slot instead. */
  readonly anchor?: Anchor;
}

/** An instant at most `behind` milliseconds before the event in `slot`; exactly so many where it `isExact`. */
interface Anchor {
  readonly slot: number;
  readonly behind: number;
  readonly isExact: boolean;
}

/** An instant that does not move with the present. @param at gives epoch ms, or null */
export const fixedInstant = (at: (context: Context) => number | null): Instant => ({ motion: 'fixed', at });

/** The time of the event in a slot. @param at gives epoch ms, or null */
export const timeOfSlot = (slot: number, at: (context: Context) => number | null): Instant => ({
  ...fixedInstant(at),
  anchor: { slot, behind: 0, isExact: true },
});

export const NOW: Instant = { motion: 'linear', at: (_, now) => now, behind: 0 };

/** Start of the day that lies `days` from today. */
export const dayFromToday = (days: number): Instant => ({
  motion: 'monotone',
  at: (_, now) => startOf(now, 'day') + days * DAY_MS,
  behind: (1 - days) * DAY_MS,
});

/** Start of the calendar unit that lies `distance` units from the present one. */
export const unitFromNow = (distance: number, unit: CalendarUnit): Instant => ({
  motion: 'monotone',
  at: (_, now) => addUnits(startOf(now, unit), distance, unit),
  behind: longestLength(1 - distance, unit),
});

/** An instant so many units later. @param amount negative: earlier */
export function shifted(instant: Instant, amount: number, unit: CalendarUnit): Instant {
  const fixed = fixedLength(unit) !== undefined;
  return {
    motion: instant.motion === 'linear' && !fixed ? 'monotone' : instant.motion,
    at(context, now) {
      const from = instant.at(context, now);
      return from === null ? null : addUnits(from, amount, unit);
    },
    ...(instant.behind === undefined ? {} : { behind: instant.behind - leastShift(amount, unit) }),
    ...(instant.anchor === undefined ? {} : { anchor: shiftedAnchor(instant.anchor, amount, unit) }),
  };
}

const shiftedAnchor = ({ slot, behind, isExact }: Anchor, amount: number, unit: CalendarUnit): Anchor => ({
  slot,
  behind: behind - leastShift(amount, unit),
  isExact: isExact && fixedLength(unit) !== undefined,
});

/** How far `amount` units lead forward at least; for a negative amount, the longest way back. */
const leastShift = (amount: number, unit: CalendarUnit): number =>
  amount > 0 ? shortestLength(amount, unit) : longestLength(amount, unit);

/**
 * First instant after now at which `instant` is at or after `time`; Infinity if that is never. It is not so now.
 * @param time epoch ms
 */
export function whenReached(context: Context, instant: Instant, time: number): number {
  if (instant.motion === 'fixed') return Number.POSITIVE_INFINITY;
  const { now } = context;
  const current = instant.at(context, now);
  if (current === null) return Number.POSITIVE_INFINITY;
  if (instant.motion === 'linear') return now + (time - current);
  let [low, step] = [now, DAY_MS];
  while ((instant.at(context, Math.min(now + step, FOREVER)) ?? Number.NEGATIVE_INFINITY) < time) {
    low = now + step;
    if (low > FOREVER) return Number.POSITIVE_INFINITY;
    step *= 2;
  }
  let high = Math.min(now + step, FOREVER);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((instant.at(context, middle) ?? Number.NEGATIVE_INFINITY) >= time) high = middle;
    else low = middle;
  }
  return high;
}

/** Lowers the horizon to when `instant`, which is still before `time`, reaches it. @param time epoch ms */
export function lowerToReach(context: Context, instant: Instant, time: number): void {
  if (instant.motion === 'fixed' || context.validUntil <= context.now + 1) return;
  changesAt(context, whenReached(context, instant, time));
}

/** Compares two instants at now, and lowers the horizon to when the answer may change. False when either is null. */
export function compareInstants(
  context: Context,
  left: Instant,
  operator: ComparisonOperator,
  right: Instant,
): boolean {
  const x = left.at(context, context.now);
  const y = right.at(context, context.now);
  if (x === null || y === null) return false;
  if (left.motion !== 'fixed' || right.motion !== 'fixed') lowerForComparison(context, [left, x], operator, [right, y]);
  return holds(x - y, operator);
}

function lowerForComparison(
  context: Context,
  [left, x]: readonly [Instant, number],
  operator: ComparisonOperator,
  [right, y]: readonly [Instant, number],
): void {
  if (left.motion === 'linear' && right.motion === 'linear') return;
  if (left.motion !== 'fixed' && right.motion !== 'fixed') {
    // Neither moves back, so the one behind has to reach at least where the other is now.
    if (x <= y) lowerToReach(context, left, Math.max(y, x + 1));
    if (x >= y) lowerToReach(context, right, Math.max(x, y + 1));
  } else if (left.motion === 'linear' || right.motion === 'fixed') lowerToCross(context, left, x, operator, y);
  else if (right.motion === 'linear' || left.motion === 'fixed') lowerToCross(context, right, y, MIRRORED[operator], x);
}

/** Lowers the horizon to when `moving <operator> fixed` may change, which it does at equality or one past it. */
function lowerToCross(
  context: Context,
  moving: Instant,
  from: number,
  operator: ComparisonOperator,
  fixed: number,
): void {
  const atEquality = operator !== '<=' && operator !== '>';
  const pastEquality = operator !== '<' && operator !== '>=';
  if (atEquality && from < fixed) lowerToReach(context, moving, fixed);
  else if (pastEquality && from <= fixed) lowerToReach(context, moving, fixed + 1);
}

/** The operator that says the same with the sides exchanged. */
export const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Whether `a <operator> b` holds. @param difference a - b */
export function holds(difference: number, operator: ComparisonOperator): boolean {
  switch (operator) {
    case '=':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}
