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

/** @returns whether this is enough */
type Found = (selector: Selector) => boolean;

/** Sorts selectors by the fields and values that they ask for, so that an event meets only those it can satisfy. */
export function indexSelectors(selectors: readonly Selector[]): SelectorIndex {
  const unguarded = selectors.filter(({ guard }) => guard === undefined);
  const fields = new Map<string, Field>();
  for (const selector of selectors) {
    if (selector.guard !== undefined) addTo(fields, selector, selector.guard);
  }
  const all = [...fields.values()];
  const slots: unknown[] = [];

  /** Calls `found` for each selector that holds until it says that this is enough. */
  const search = (event: EventValue, found: Found): void => {
    if (searchAll(event, unguarded, slots, found)) return;
    for (const field of all) if (searchField(event, field, slots, found)) return;
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

/** @returns whether it was enough */
function searchField(event: EventValue, field: Field, slots: unknown[], found: Found): boolean {
  const value = guardedValue(event.entity, field.path);
  if (value === null) return false;
  if (value === undefined) return searchAll(event, field.all, slots, found);
  if (searchGuarded(event, field.present, slots, found)) return true;
  const equal = typeof value === 'string' ? field.byValue.get(value) : undefined;
  return equal !== undefined && searchGuarded(event, equal, slots, found);
}

function searchAll(event: EventValue, selectors: readonly Selector[], slots: unknown[], found: Found): boolean {
  for (const selector of selectors) if (selector.test(event, slots) && found(selector)) return true;
  return false;
}

/** Of selectors whose guard is known to hold. */
function searchGuarded(event: EventValue, selectors: readonly Selector[], slots: unknown[], found: Found): boolean {
  for (const selector of selectors) if (selector.testGuarded(event, slots) && found(selector)) return true;
  return false;
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
