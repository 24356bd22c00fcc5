import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { segmentReferences } from '#core/segmentation/pql/check/segment-references.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import type { Catalog } from './catalog.ts';

/** A segment and what hangs on it. */
export interface SegmentListing {
  readonly id: string;
  readonly name: string;
  readonly lifecycleState: SegmentDefinition['lifecycleState'];
  /** Segments that it names with `inSegment`. */
  readonly dependencies: readonly string[];
  /** Segments that name it. */
  readonly dependents: readonly string[];
  /** Destinations that it is activated to. */
  readonly destinations: readonly string[];
}

/** All segments of a catalog, by id, with what they depend on and what depends on them (aep.md §5.1). */
export function listSegments({ segments, destinations }: Catalog): SegmentListing[] {
  const dependencies = new Map(
    segments.map(({ id, expression }) => {
      const named = segmentReferences(parsePql(expression.value)).map((reference) => reference.id);
      return [id, [...new Set(named)].sort()];
    }),
  );
  return segments.map(({ id, name, lifecycleState }) => ({
    id,
    name,
    lifecycleState,
    dependencies: dependencies.get(id)!,
    dependents: segments.map((other) => other.id).filter((other) => dependencies.get(other)!.includes(id)),
    destinations: destinations.filter((destination) => destination.segments.includes(id)).map((one) => one.id),
  }));
}
