import type { ComparisonOperator, Span } from '../ast.ts';
import type { Run } from '../run/context.ts';
import type { EventQuery, EventSource } from '../run/event-source.ts';
import type { Instant } from '../run/instants.ts';
import type { Uses } from '../run/uses.ts';
import type { CalendarUnit } from '../time.ts';

export const NOTHING: Uses = {
  slots: new Set(),
  timed: new Set(),
  now: false,
  profile: false,
  events: false,
  lookups: false,
};

/** What all of them look at. */
export function usesOf(...parts: readonly Uses[]): Uses {
  if (parts.length === 1) return parts[0]!;
  return {
    slots: new Set(parts.flatMap(({ slots }) => [...slots])),
    timed: new Set(parts.flatMap(({ timed }) => [...timed])),
    now: parts.some(({ now }) => now),
    profile: parts.some(({ profile }) => profile),
    events: parts.some(({ events }) => events),
    lookups: parts.some(({ lookups }) => lookups),
  };
}

/** What is used outside of the expression that binds the slots. */
export function withoutSlots(uses: Uses, ...bound: readonly number[]): Uses {
  const outside = (slots: ReadonlySet<number>): Set<number> =>
    new Set([...slots].filter((slot) => !bound.includes(slot)));
  return { ...uses, slots: outside(uses.slots), timed: outside(uses.timed) };
}

/** Where a value was read: the path from the profile, an event or a record of an entity, lists being transparent. */
export interface Origin {
  readonly canonicalKey: 'profile' | 'event' | { readonly entity: string };
  readonly path: readonly string[];
  /** Where in the text it stands. */
  readonly at?: Span;
}

/** One side of a comparison of instants; `slot` when it is exactly the timestamp of the event in that slot. */
export interface Side {
  readonly instant: Instant;
  readonly uses: Uses;
  readonly slot: number | undefined;
}

export interface TimeComparison {
  readonly left: Side;
  readonly operator: ComparisonOperator;
  readonly right: Side;
}

/** A compiled expression with what the compiler knows of it. A list has the type and origin of its items. */
export interface Compiled {
  readonly run: Run;
  readonly uses: Uses;
  readonly type: 'value' | 'event' | 'profile';
  /** It may be a list, also where its type is `event`. */
  readonly list?: boolean;
  readonly origin?: Origin;
  /** Set for paths: where they begin, and the names from there. */
  readonly path?: { readonly base: Run; readonly names: readonly string[] };
  /** Set where the value is an instant. */
  readonly instant?: Instant;
  /** The event in this slot is the value; or, where `instant` is set, its timestamp. */
  readonly slot?: number;
  /** First instant and first instant after it, for `today`, `date(…)`, `this month`. */
  readonly period?: { readonly start: Instant; readonly end: Instant };
  readonly duration?: { readonly amount: number; readonly unit: CalendarUnit };
  /** `a - b` of two instants. */
  readonly difference?: { readonly from: Side; readonly to: Side };
  /** A set of events that has not been fetched yet. */
  readonly events?: EventSource;
  /** `count()` of these events. */
  readonly countOf?: { readonly events: EventSource; readonly query: EventQuery };
  /** All of these comparisons hold: the same as `run`. */
  readonly comparisons?: readonly TimeComparison[];
  /** The groups of `groupBy`. */
  readonly grouped?: boolean;
  readonly constant?: unknown;
}
