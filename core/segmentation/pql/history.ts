import type { EventView } from '#core/segmentation/profile-view.ts';
import type { Selector } from './selectors.ts';
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

/** `slots` is the scratch memory of the expressions that are evaluated on this history. */
export function historyOf(events: readonly EventView[], slots: unknown[]): History {
  const all = [...events]
    .sort(byTime)
    .map(({ time, entity }, index) => new EventValue(index, Math.floor(time), entity));
  const selections = new Map<number, Selection>();
  return {
    select(selector) {
      const known = selections.get(selector.index);
      if (known !== undefined) return known;
      const selection = selectionOf(all.filter((event) => selector.test(event, slots)));
      selections.set(selector.index, selection);
      return selection;
    },
  };
}

const byTime = (a: EventView, b: EventView): number => a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function selectionOf(events: readonly EventValue[]): Selection {
  let members: Set<EventValue> | undefined;
  return {
    events,
    times: Float64Array.from(events, ({ time }) => time),
    has(event) {
      members ??= new Set(events);
      return members.has(event);
    },
  };
}

/** Index of the first time that is at or after `time`. */
export function firstAtOrAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
