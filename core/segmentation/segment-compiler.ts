import type { Relationship } from '#core/schema/relationship.ts';
import type { SegmentDefinition } from './definition.ts';
import { compileQuery } from './pql/compile/compile.ts';
import type { Origin } from './pql/compile/compiled.ts';
import { createFacts, type Facts } from './pql/compile/facts.ts';
import { createPathTree, type PathTree } from './pql/compile/paths.ts';
import { createSharedConditions } from './pql/compile/shared.ts';
import { PqlError } from './pql/parse/errors.ts';
import { parsePql } from './pql/parse/parse.ts';
import type { Context } from './pql/run/context.ts';
import type { Selector } from './pql/run/selector.ts';
import { createSelectors } from './pql/run/selectors.ts';

/** Segments that do not fit together. `segmentIds` says which: the circle, or the one that names an unknown id. */
export class SegmentSetError extends Error {
  override readonly name = 'SegmentSetError';
  readonly segmentIds: readonly string[];

  constructor(message: string, segmentIds: readonly string[]) {
    super(message);
    this.segmentIds = segmentIds;
  }
}

export interface CompiledSegment {
  readonly id: string;
  readonly facts: Facts;
  /** Attribute paths that this segment reads. */
  readonly attributePaths: readonly string[];
  test(context: Context): boolean;
}

/** All segments, those that others depend on first, and what they share. */
export interface Compilation {
  readonly segments: readonly CompiledSegment[];
  readonly selectors: readonly Selector[];
  readonly eventPaths: PathTree;
  readonly attributePaths: PathTree;
  /** What is read of the records of each entity. */
  readonly lookupPaths: ReadonlyMap<string, PathTree>;
}

/**
 * Compiles segments together, so that they share what they ask.
 * @throws SegmentSetError where two have one id, or some refer to each other in a circle or to one that is not there;
 * PqlError where an expression makes no sense
 */
export function compileAll(
  definitions: readonly SegmentDefinition[],
  relationships: readonly Relationship[] = [],
): Compilation {
  const ids = new Set<string>();
  for (const { id } of definitions) {
    if (ids.has(id)) throw new SegmentSetError(`two segments have the id "${id}"`, [id]);
    ids.add(id);
  }
  const selectors = createSelectors();
  const sharedConditions = createSharedConditions();
  const eventPaths = createPathTree();
  const all = createPathTree();
  const lookupPaths = new Map<string, PathTree>();
  const pathsOf = (entity: string): PathTree => {
    const known = lookupPaths.get(entity) ?? createPathTree();
    lookupPaths.set(entity, known);
    return known;
  };
  const byPlace = new Map(relationships.map((one) => [`${one.of} ${one.path.join('\0')}`, one]));
  let slots = 0;
  const newSlot = (): number => slots++;

  const segments = definitions.map(({ id, expression: { value } }): CompiledSegment => {
    const facts = createFacts();
    const own = createPathTree();
    const checkSegment = (other: string): void => {
      if (!ids.has(other))
        throw new SegmentSetError(`segment "${id}" refers to "${other}", which does not exist`, [id, other]);
    };
    const shared = {
      selectors,
      shared: sharedConditions,
      eventPaths,
      attributePaths: inBoth(own, all),
      relationshipAt: ({ canonicalKey, path }: Origin) => byPlace.get(`${canonicalKey} ${path.join('\0')}`),
      lookupPaths: pathsOf,
      newSlot,
      checkSegment,
    };
    const test = compileIn(id, () => compileQuery(value, parsePql(value), shared, facts));
    return { id, facts, attributePaths: own.list(), test };
  });
  return {
    segments: inOrderOfDependency(segments),
    selectors: selectors.all,
    eventPaths,
    attributePaths: all,
    lookupPaths,
  };
}

const inBoth = (own: PathTree, all: PathTree): PathTree => ({
  ...own,
  add(path) {
    own.add(path);
    all.add(path);
  },
  touch(path) {
    own.touch(path);
    all.touch(path);
  },
});

function compileIn<T>(segmentId: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof PqlError) error.segmentId = segmentId;
    throw error;
  }
}

function inOrderOfDependency(segments: readonly CompiledSegment[]): CompiledSegment[] {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const ordered = new Set<CompiledSegment>();
  const visit = (segment: CompiledSegment, path: readonly string[]): void => {
    if (path.includes(segment.id)) {
      const circle = [...path.slice(path.indexOf(segment.id)), segment.id];
      throw new SegmentSetError(`segments refer to each other in a circle: ${circle.join(' → ')}`, circle.slice(0, -1));
    }
    if (ordered.has(segment)) return;
    for (const id of segment.facts.segments) visit(byId.get(id)!, [...path, segment.id]);
    ordered.add(segment);
  };
  for (const segment of segments) visit(segment, []);
  return [...ordered];
}
