import type { CalendarUnit } from '../pql/time.ts';

/**
 * A rule as blocks that people can edit without knowing PQL. PQL stays the one source of truth: `blocksOf` reads blocks from
 * it, `pqlOf` prints them, and what no block can say stays PQL, in the smallest part of the rule that needs it.
 */
export type Block = Group | Attribute | Event | Sequence | Membership | Raw;

export type Join = 'all' | 'any';

export interface Group {
  readonly kind: 'group';
  readonly join: Join;
  readonly not: boolean;
  readonly items: readonly Block[];
}

export interface Attribute {
  readonly kind: 'attribute';
  readonly test: Test;
}

export interface Event {
  readonly kind: 'event';
  /** What the rule calls an event of which one must exist, or none. */
  readonly name?: string;
  readonly where: Where;
  readonly window: Window;
  readonly measure: Measure;
}

/** Events in this order. The times of a step are counted from the one before it, of the first from now. */
export interface Sequence {
  readonly kind: 'sequence';
  readonly steps: readonly Step[];
}

export interface Membership {
  readonly kind: 'membership';
  readonly audience: string;
  readonly in: boolean;
}

export interface Raw {
  readonly kind: 'pql';
  readonly text: string;
}

/** Tests of one event; none: every event. */
export interface Where {
  readonly join: Join;
  readonly tests: readonly Test[];
}

/** One field, by its path with dots, compared with values. */
export interface Test {
  readonly path: string;
  readonly op: Operator;
  readonly values: readonly Value[];
  /** Whether it is compared how many there are, of a list or map. */
  readonly counted?: true;
  /** Whether `A` is another letter than `a`, for text operators. */
  readonly caseSensitive?: boolean;
}

export type Value = string | number | boolean;

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** They look into texts, and may take `A` and `a` for the same letter. */
export const TEXT_OPERATORS = ['contains', 'startsWith', 'endsWith'] as const;
export type TextOperator = (typeof TEXT_OPERATORS)[number];

/** `notInOrUnknown`: none of the values, or nothing is known; `notIn`: known, and none of them. */
export type Operator = Comparison | TextOperator | 'matches' | 'in' | 'notIn' | 'notInOrUnknown' | 'known' | 'unknown';

export type Window =
  | { readonly is: 'ever' }
  | { readonly is: 'last'; readonly amount: number; readonly unit: CalendarUnit }
  | { readonly is: 'olderThan'; readonly amount: number; readonly unit: CalendarUnit }
  | { readonly is: 'between'; readonly from: number; readonly to: number; readonly unit: CalendarUnit }
  | { readonly is: 'on'; readonly when: string }
  /** Days as `2026-01-31`. */
  | { readonly is: 'dates'; readonly from: string; readonly to: string };

/** What is asked of the events that were found: that there is one, that there is none, or a number of them. */
export type Measure =
  | { readonly fn: 'some' }
  | { readonly fn: 'none' }
  | { readonly fn: 'count'; readonly op: Comparison; readonly value: number }
  | { readonly fn: Aggregate; readonly path: string; readonly op: Comparison; readonly value: number };

/** `distinct` and `groups`: how many different values there are; PQL has two ways to ask. */
export const AGGREGATES = ['sum', 'average', 'min', 'max', 'distinct', 'groups'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface Step {
  /** What the rule calls it; no two steps have one name. */
  readonly name: string;
  readonly where: Where;
  /** At least so many; 0: none. */
  readonly count: number;
  readonly within: { readonly amount: number; readonly unit: CalendarUnit } | undefined;
}
