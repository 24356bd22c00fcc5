import { type Guard, guardedValue } from './guards.ts';
import type { Selector } from './selector.ts';
import type { EventValue } from './values.ts';

/** Selectors by what their guards look at. */
export interface SelectorIndex {
  /** Selectors that the event satisfies. */
  matching(event: EventValue): Selector[];
  matchesAny(event: EventValue): boolean;
}

/** A field that guards look at, with the selectors that need it. */
interface Field {
  readonly path: readonly string[];
  /** Need any value. */
  readonly present: Selector[];
  readonly byValue: Map<string, Selector[]>;
  /** Both. */
  readonly all: Selector[];
}

export function indexSelectors(selectors: readonly Selector[]): SelectorIndex {
  const unguarded = selectors.filter(({ guard }) => guard === undefined);
  const fields = new Map<string, Field>();
  for (const selector of selectors) {
    if (selector.guard !== undefined) addTo(fields, selector, selector.guard);
  }
  const all = [...fields.values()];
  const slots: unknown[] = [];

  /** Calls `found` for each selector that holds until it says that this is enough. */
  const search = (event: EventValue, found: (selector: Selector) => boolean): void => {
    for (const selector of unguarded) if (selector.test(event, slots) && found(selector)) return;
    for (const { path, present, byValue, all: either } of all) {
      const value = guardedValue(event.entity, path);
      if (value === null) continue;
      if (value === undefined) {
        for (const selector of either) if (selector.test(event, slots) && found(selector)) return;
        continue;
      }
      for (const selector of present) if (selector.testGuarded(event, slots) && found(selector)) return;
      const equal = typeof value === 'string' ? byValue.get(value) : undefined;
      if (equal === undefined) continue;
      for (const selector of equal) if (selector.testGuarded(event, slots) && found(selector)) return;
    }
  };

  return {
    matching(event) {
      const matching: Selector[] = [];
      search(event, (selector) => {
        matching.push(selector);
        return false;
      });
      return matching;
    },
    matchesAny(event) {
      let matches = false;
      search(event, () => {
        matches = true;
        return true;
      });
      return matches;
    },
  };
}

function addTo(fields: Map<string, Field>, selector: Selector, { path, pathKey, values }: Guard): void {
  const field: Field = fields.get(pathKey) ?? { path, present: [], byValue: new Map(), all: [] };
  fields.set(pathKey, field);
  field.all.push(selector);
  if (values === undefined) field.present.push(selector);
  for (const value of values ?? []) {
    const known = field.byValue.get(value);
    if (known === undefined) field.byValue.set(value, [selector]);
    else known.push(selector);
  }
}
