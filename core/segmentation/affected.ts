import type { EventView, ProfileView } from '#core/profile/profile-view.ts';
import { isObject } from '#core/util/is-object.ts';
import { sameValue } from '#core/util/same-value.ts';
import type { SelectorIndex } from './pql/run/selector-index.ts';
import { EventValue } from './pql/run/values.ts';
import type { CompiledSegment } from './segment-compiler.ts';

/**
 * Which segments a change of a profile can affect: those that ask for an event that came or went, those that read an
 * attribute that is another now, and those that are built on them.
 */
export type Affected = (before: ProfileView, after: ProfileView) => ReadonlySet<string>;

interface AttributePath {
  readonly names: readonly string[];
  readonly readers: CompiledSegment[];
}

/** Works out once which segments look at what. */
export function indexSegments(segments: readonly CompiledSegment[], selectors: SelectorIndex): Affected {
  const bySelector = new Map<number, Set<CompiledSegment>>();
  const byPath = new Map<string, AttributePath>();
  const ofWholeProfile = segments.filter(({ facts }) => facts.wholeProfile);
  for (const segment of segments) {
    for (const { selector } of segment.facts.queries.keys()) {
      bySelector.set(selector.index, (bySelector.get(selector.index) ?? new Set()).add(segment));
    }
    for (const path of segment.attributePaths) {
      const known = byPath.get(path) ?? { names: namesOf(path), readers: [] };
      known.readers.push(segment);
      byPath.set(path, known);
    }
  }
  const builtOn = dependents(segments);

  return (before, after) => {
    const affected = new Set<string>();
    const add = (segment: CompiledSegment): void => {
      if (affected.has(segment.id)) return;
      affected.add(segment.id);
      for (const other of builtOn.get(segment.id) ?? []) add(other);
    };
    for (const { time, entity } of differentEvents(before.xEvent, after.xEvent)) {
      for (const { index } of selectors.matching(new EventValue(0, time, entity))) bySelector.get(index)?.forEach(add);
    }
    for (const { names, readers } of byPath.values()) {
      if (!sameAt(before, after, names)) readers.forEach(add);
    }
    if (ofWholeProfile.length > 0 && !sameAttributes(before, after)) ofWholeProfile.forEach(add);
    return affected;
  };
}

function dependents(segments: readonly CompiledSegment[]): Map<string, CompiledSegment[]> {
  const found = new Map<string, CompiledSegment[]>();
  for (const segment of segments) {
    for (const id of segment.facts.segments) found.set(id, [...(found.get(id) ?? []), segment]);
  }
  return found;
}

/** The names of a dotted path, odd ones of which are in backquotes. */
export const namesOf = (path: string): string[] =>
  [...path.matchAll(/`([^`]*)`|([^.`]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** Events of one that the other does not have as they are, of both. Mostly they begin and end alike. */
function differentEvents(before: readonly EventView[], after: readonly EventView[]): readonly EventView[] {
  let start = 0;
  let [endBefore, endAfter] = [before.length, after.length];
  while (start < Math.min(endBefore, endAfter) && sameEvent(before[start]!, after[start]!)) start += 1;
  while (Math.min(endBefore, endAfter) > start && sameEvent(before[endBefore - 1]!, after[endAfter - 1]!)) {
    endBefore -= 1;
    endAfter -= 1;
  }
  const [gone, come] = [before.slice(start, endBefore), after.slice(start, endAfter)];
  if (gone.length === 0 || come.length === 0) return [...gone, ...come];
  const [known, present] = [byId(gone), byId(come)];
  const isNot = (events: ReadonlyMap<string, EventView>) => (event: EventView) => {
    const other = events.get(event.id);
    return other === undefined || !sameEvent(event, other);
  };
  return [...gone.filter(isNot(present)), ...come.filter(isNot(known))];
}

const byId = (events: readonly EventView[]): ReadonlyMap<string, EventView> =>
  new Map(events.map((event) => [event.id, event]));

const sameEvent = (x: EventView, y: EventView): boolean =>
  x === y || (x.id === y.id && x.time === y.time && sameValue(x.entity, y.entity));

/** Lists are compared as they are, whatever of their items is read. */
function sameAt(before: unknown, after: unknown, names: readonly string[]): boolean {
  let [x, y] = [before, after];
  for (const name of names) {
    if (x === y) return true;
    if (!isObject(x) || !isObject(y)) break;
    x = Object.hasOwn(x, name) ? x[name] : null;
    y = Object.hasOwn(y, name) ? y[name] : null;
  }
  return sameValue(x ?? null, y ?? null);
}

function sameAttributes({ xEvent: _, ...before }: ProfileView, { xEvent: __, ...after }: ProfileView): boolean {
  return sameValue(before, after);
}
