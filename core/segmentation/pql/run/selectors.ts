import type { Context } from './context.ts';
import { type Guard, guardOf } from './guards.ts';
import type { Selector } from './selector.ts';
import type { EventValue } from './values.ts';

/** A condition on one event alone: nothing of the profile, of other events or of the time is looked at. */
export interface SelectorPart {
  /** Canonical text: equal texts mean equal conditions. */
  readonly key: string;
  readonly slot: number;
  readonly run: (context: Context) => unknown;
}

/** The selectors of a set of segments. */
export interface Selectors {
  readonly all: readonly Selector[];
  of(parts: readonly SelectorPart[]): Selector;
}

/** A collection of selectors, each of which is there once however many rules need it. */
export function createSelectors(): Selectors {
  const all: Selector[] = [];
  const byKey = new Map<string, Selector>();
  const guards = new Map<string, Guard | undefined>();
  const guardOfPart = ({ key }: SelectorPart): Guard | undefined => {
    if (!guards.has(key)) guards.set(key, guardOf(key));
    return guards.get(key);
  };
  return {
    all,
    of(given) {
      const parts = [...new Map(given.map((part) => [part.key, part])).values()];
      const key = parts
        .map((part) => part.key)
        .sort()
        .join(' and ');
      const known = byKey.get(key);
      if (known !== undefined) return known;
      const guarded = strongest(parts, guardOfPart);
      const guard = guarded && guardOfPart(guarded);
      const rest = guard?.isExact ? parts.filter((part) => part !== guarded) : parts;
      const selector: Selector = {
        index: all.length,
        key,
        guard,
        isGuarded: rest.length === 0,
        test: (event, slots) => satisfies(parts, event, slots),
        testGuarded: (event, slots) => satisfies(rest, event, slots),
      };
      all.push(selector);
      byKey.set(key, selector);
      return selector;
    },
  };
}

/** The part whose guard lets the fewest events through. */
function strongest(
  parts: readonly SelectorPart[],
  guardOfPart: (part: SelectorPart) => Guard | undefined,
): SelectorPart | undefined {
  const guarded = parts.filter((part) => guardOfPart(part) !== undefined);
  return guarded.find((part) => guardOfPart(part)!.values !== undefined) ?? guarded[0];
}

function satisfies(parts: readonly SelectorPart[], event: EventValue, slots: unknown[]): boolean {
  const context = { slots } as unknown as Context;
  for (const { slot, run } of parts) {
    slots[slot] = event;
    if (run(context) !== true) return false;
  }
  return true;
}
