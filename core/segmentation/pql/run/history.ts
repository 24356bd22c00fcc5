import type { EventView } from '#core/profile/profile-view.ts';
import { type Guard, guardedValue } from './guards.ts';
import type { Selector } from './selector.ts';
import { EventValue } from './values.ts';

/** The events of one profile that satisfy a selector, oldest first, with their times beside them for searching. */
export interface Selection {
  readonly events: readonly EventValue[];
  readonly times: Float64Array;
  has(event: EventValue): boolean;
}

/** The events of one profile in the order of time (then id), and what each selector selects of them, found once. */
export interface History {
  select(selector: Selector): Selection;
}

/** Events by what a field of them is, each list oldest first. */
interface Sorted {
  readonly byValue: Map<string, EventValue[]>;
  /** There is something, whatever it is. */
  readonly present: EventValue[];
  /** Of some event the field is in a list: the whole condition has to be asked. */
  readonly hasLists: boolean;
}

const NONE: readonly EventValue[] = [];

/** `slots` is the scratch memory of the expressions that are evaluated on this history. */
export function historyOf(events: readonly EventView[], slots: unknown[]): History {
  const all = inOrder(events).map(({ time, entity }, index) => new EventValue(index, Math.floor(time), entity));
  const selections: (Selection | undefined)[] = [];
  const fields = new Map<string, Sorted>();

  const sortedBy = ({ path, pathKey }: Guard): Sorted => {
    const known = fields.get(pathKey);
    if (known !== undefined) return known;
    const sorted = sortBy(all, path);
    fields.set(pathKey, sorted);
    return sorted;
  };

  const find = (selector: Selector): readonly EventValue[] => {
    const { guard, key } = selector;
    if (key === '') return all;
    if (guard === undefined) return all.filter((event) => selector.test(event, slots));
    const { byValue, present, hasLists } = sortedBy(guard);
    const [only, ...others] = guard.values ?? [];
    if (hasLists || others.length > 0) {
      return present.filter((event) => selector.test(event, slots));
    }
    const candidates = only === undefined ? present : (byValue.get(only) ?? NONE);
    if (selector.isGuarded) return candidates;
    return candidates.filter((event) => selector.testGuarded(event, slots));
  };

  return {
    select(selector) {
      const known = selections[selector.index];
      if (known !== undefined) return known;
      const selection = selectionOf(find(selector));
      selections[selector.index] = selection;
      return selection;
    },
  };
}

function sortBy(events: readonly EventValue[], path: readonly string[]): Sorted {
  const byValue = new Map<string, EventValue[]>();
  const present: EventValue[] = [];
  let hasLists = false;
  for (const event of events) {
    const value = guardedValue(event.entity, path);
    if (value === null) continue;
    present.push(event);
    if (value === undefined) hasLists = true;
    if (typeof value !== 'string') continue;
    const equal = byValue.get(value);
    if (equal === undefined) byValue.set(value, [event]);
    else equal.push(event);
  }
  return { byValue, present, hasLists };
}

/** Events are mostly in order already. */
function inOrder(events: readonly EventView[]): readonly EventView[] {
  for (let index = 1; index < events.length; index += 1) {
    if (byTime(events[index - 1]!, events[index]!) > 0) return [...events].sort(byTime);
  }
  return events;
}

const byTime = (a: EventView, b: EventView): number => a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const NO_TIMES = new Float64Array(0);
const NOTHING: Selection = { events: NONE, times: NO_TIMES, has: () => false };

function selectionOf(events: readonly EventValue[]): Selection {
  if (events.length === 0) return NOTHING;
  let members: Set<EventValue> | undefined;
  const times = new Float64Array(events.length);
  for (let index = 0; index < events.length; index += 1) times[index] = events[index]!.time;
  return {
    events,
    times,
    has(event) {
      members ??= new Set(events);
      return members.has(event);
    },
  };
}

/** Index of the first time that is at or after `time`. @param times epoch ms, in order */
export function firstAtOrAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
