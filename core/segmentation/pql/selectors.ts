import type { Context } from './context.ts';
import type { EventValue } from './values.ts';

/** A condition on one event alone: nothing of the profile, of other events or of the time is looked at. */
export interface SelectorPart {
  /** Canonical text: equal texts mean equal conditions. */
  readonly key: string;
  readonly slot: number;
  readonly run: (context: Context) => unknown;
}

/** All parts hold. Segments that ask the same share one selector. */
export interface Selector {
  readonly index: number;
  readonly key: string;
  test(event: EventValue, slots: unknown[]): boolean;
}

/** The selectors of a set of segments. */
export interface Selectors {
  readonly all: readonly Selector[];
  of(parts: readonly SelectorPart[]): Selector;
}

export function createSelectors(): Selectors {
  const all: Selector[] = [];
  const byKey = new Map<string, Selector>();
  return {
    all,
    of(parts) {
      const key = [...new Set(parts.map((part) => part.key))].sort().join(' and ');
      const known = byKey.get(key);
      if (known !== undefined) return known;
      const selector: Selector = { index: all.length, key, test: (event, slots) => satisfies(parts, event, slots) };
      all.push(selector);
      byKey.set(key, selector);
      return selector;
    },
  };
}

function satisfies(parts: readonly SelectorPart[], event: EventValue, slots: unknown[]): boolean {
  const context = { slots } as unknown as Context;
  for (const { slot, run } of parts) {
    slots[slot] = event;
    if (run(context) !== true) return false;
  }
  return true;
}
