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

/** What the planner has to know of an expression. Filled in while it is compiled. */
export interface Facts {
  readonly eventUses: EventUse[];
  readonly segments: Set<string>;
  /** Functions that need the whole history at once: `groupBy`, `topN`, … */
  readonly wholeHistory: Set<string>;
  /** A chain has a step that must not happen. */
  negatedStep: boolean;
  /** Whether what is being compiled is under a `not`. */
  negated: boolean;
}

export const createFacts = (): Facts => ({
  eventUses: [],
  segments: new Set(),
  wholeHistory: new Set(),
  negatedStep: false,
  negated: false,
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
