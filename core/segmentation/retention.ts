import type { EventView } from '#core/profile/profile-view.ts';
import { groupBy } from '#core/util/group-by.ts';
import { type Facts, lookbackOf } from './pql/compile/facts.ts';
import type { EventQuery, TimeBound } from './pql/run/event-source.ts';
import type { SelectorIndex } from './pql/run/selector-index.ts';
import { EventValue } from './pql/run/values.ts';
import type { CompiledSegment } from './segment-compiler.ts';

/**
 * Leaves out events that have no influence any more: no segment gives another answer without them, at `since` or at any
 * later instant, whatever comes later, however late, and whichever identities are joined or parted (each identity's
 * events are given by themselves). The same array where all of them stay.
 * @param since epoch ms; without it only what never has an influence is left out
 */
export type Retain = <T extends EventView>(events: readonly T[], since?: number) => readonly T[];

/** What one use of events needs of those that it looks at. */
interface Need {
  /** Milliseconds before now beyond which it does not look; undefined for all of the past. */
  readonly lookback: number | undefined;
  /** Which of them decide. */
  readonly kind: 'all' | 'oldest' | 'newest';
  readonly least: number;
  /** Length in milliseconds of a window that ends now, if it has the same always. */
  readonly window?: number | undefined;
}

/** @returns how to leave events out, and a text that changes when it would keep others */
export function retention(
  segments: readonly CompiledSegment[],
  selectors: SelectorIndex,
): { retain: Retain; key: string } {
  const needs = new Map<number, Need[]>();
  for (const { facts } of segments) {
    for (const [query, { least, bounds }] of facts.queries) {
      const need = needOf(query, least, bounds, facts);
      const known = needs.get(query.selector.index) ?? [];
      needs.set(query.selector.index, withNeed(known, need));
    }
  }

  const retain: Retain = <T extends EventView>(events: readonly T[], since = Number.NEGATIVE_INFINITY) => {
    const kept = new Set<T>();
    for (const [selector, own] of bySelector(events, selectors)) {
      for (const need of needs.get(selector) ?? []) keep(kept, own, need, since);
    }
    return kept.size === events.length ? events : events.filter((event) => kept.has(event));
  };
  return { retain, key: describe(needs, segments) };
}

/** The needs by the text of their selector, so that neither names nor the order of segments matter. */
function describe(needs: ReadonlyMap<number, readonly Need[]>, segments: readonly CompiledSegment[]): string {
  const textOf = new Map(
    segments.flatMap(({ facts }) => [...facts.queries.keys()].map(({ selector }) => [selector.index, selector.key])),
  );
  const texts = [...needs].map(([index, own]) => [
    textOf.get(index),
    own.map(({ kind, least, lookback }) => `${kind} ${least} ${lookback ?? ''}`).sort(),
  ]);
  return JSON.stringify(texts.map((text) => JSON.stringify(text)).sort());
}

/** The events that each selector selects, oldest first. */
function bySelector<T extends EventView>(events: readonly T[], selectors: SelectorIndex): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const event of [...events].sort((x, y) => x.time - y.time)) {
    for (const { index } of selectors.matching(new EventValue(0, event.time, event.entity))) {
      const own = found.get(index);
      if (own === undefined) found.set(index, [event]);
      else own.push(event);
    }
  }
  return found;
}

function keep<T extends EventView>(kept: Set<T>, events: readonly T[], need: Need, since: number): void {
  const { kind, least, lookback, window } = need;
  const from = lookback === undefined ? Number.NEGATIVE_INFINITY : since - lookback;
  const inReach = events.filter(({ time }) => time >= from);
  if (kind === 'oldest') {
    for (const event of inReach.slice(0, least)) kept.add(event);
    return;
  }
  // Of those before `since` the newest stay in the window longest; each later one may be the one that counts for a while.
  const later = inReach.findIndex(({ time }) => time > since);
  const past = later < 0 ? inReach.length : later;
  const first = kind === 'newest' ? Math.max(0, past - least) : 0;
  const waiting = inReach.slice(first);
  for (const event of window === undefined ? waiting : thinned(waiting, least, window)) kept.add(event);
}

/**
 * Of each stretch of time as long as the window the first and the last `least`: a window with another one of them in it
 * reaches over the beginning of its stretch or over the end, and so has those of them. Always the same ones, in whatever
 * order events come.
 */
function thinned<T extends EventView>(events: readonly T[], least: number, window: number): T[] {
  const stretches = groupBy(events, ({ time }) => Math.floor(time / window));
  return [...stretches.values()].flatMap((own) =>
    own.length <= 2 * least ? own : [...own.slice(0, least), ...own.slice(-least)],
  );
}

/** Whether only so many events are asked for, in a range of time that moves with now and nothing else. */
function needOf(
  { residuals }: EventQuery,
  least: number | undefined,
  bounds: readonly TimeBound[],
  facts: Facts,
): Need {
  const lookback = lookbackOf(bounds, facts.boundsOfSlots, new Set());
  const followNow = bounds.every(({ instant }) => instant.behind !== undefined);
  if (least === undefined || residuals.length > 0 || !followNow) return { kind: 'all', least: 0, lookback };
  const [begins, ends] = [bounds.some(isBegin), bounds.some(isEnd)];
  // A range that only ends, or does not end but at now, grows at its end: its oldest events come first and stay.
  if (!begins) return { kind: 'oldest', least, lookback: undefined };
  return ends ? { kind: 'all', least: 0, lookback } : { kind: 'newest', least, lookback, window: windowOf(bounds) };
}

function windowOf(bounds: readonly TimeBound[]): number | undefined {
  const begins = bounds.filter(isBegin);
  if (!begins.every(({ instant }) => instant.motion === 'linear')) return undefined;
  const window = Math.min(...begins.map(({ operator, instant }) => instant.behind! - (operator === '>' ? 1 : 0)));
  return window > 0 ? window : undefined;
}

const isBegin = ({ operator }: TimeBound): boolean => operator === '>' || operator === '>=' || operator === '=';

/** Events up to now are all that count, so that a range up to now or later does not end. */
function isEnd({ operator, instant: { motion, behind } }: TimeBound): boolean {
  if (operator === '>' || operator === '>=') return false;
  return operator === '=' || motion !== 'linear' || behind! > 0 || (behind === 0 && operator === '<');
}

function withNeed(needs: Need[], need: Need): Need[] {
  const same = needs.find(
    ({ kind, lookback, window }) => kind === need.kind && lookback === need.lookback && window === need.window,
  );
  if (same === undefined) return [...needs, need];
  return needs.map((one) => (one === same ? { ...same, least: Math.max(same.least, need.least) } : one));
}
