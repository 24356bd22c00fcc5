import type { AskedAudience } from '#core/access/explain-audience.ts';
import { type SegmentDefinition, segmentDefinition } from '#core/segmentation/definition.ts';
import type { SegmentPlan } from '#core/segmentation/plan.ts';
import { problemsIn } from '#core/segmentation/pql/check/mistakes.ts';
import { segmentReferences } from '#core/segmentation/pql/check/segment-references.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { compileSegments, type SegmentOptions, type SegmentSet } from '#core/segmentation/segment-set.ts';
import type { Catalog } from './catalog.ts';
import { unionsOf } from './checks/union.ts';
import type { CompiledCatalog } from './compile.ts';
import { isPublished, segmentOptions } from './compile-people.ts';
import { settingsForSegment } from './stage-settings.ts';

/** What a PQL text is called that is no segment of the catalog; no segment can have this id. */
export const UNNAMED = '(pql)';

/**
 * A segment as it is to be evaluated, whatever its lifecycle state, with those it is built on.
 * @returns undefined where the catalog has no such segment
 */
export function segmentWithNeeded(catalog: Catalog, id: string): readonly SegmentDefinition[] | undefined {
  const segment = catalog.segments.find((candidate) => candidate.id === id);
  return segment && withNeeded(segment, catalog);
}

/**
 * A segment as it is explained: with those it is built on, and under its merge policy.
 * @param compiled the same catalog
 * @returns undefined where the catalog has no such segment
 */
export function askedAudience(catalog: Catalog, compiled: CompiledCatalog, id: string): AskedAudience | undefined {
  const definitions = segmentWithNeeded(catalog, id);
  if (!definitions) return undefined;
  const { mergePolicy } = settingsForSegment(compiled, definitions.at(-1)!);
  return { definitions, options: segmentOptions(catalog), mergePolicy };
}

/**
 * A PQL text as a segment called {@link UNNAMED}, with those it is built on.
 * @throws PqlError where it is no PQL, does not fit the union schema, or names an unknown segment
 */
export function textWithNeeded(catalog: Catalog, text: string): readonly SegmentDefinition[] {
  const ids = new Set(catalog.segments.map(({ id }) => id));
  const [problem] = problemsIn(text, unionsOf(catalog), ids);
  if (problem) throw problem;
  const definition = segmentDefinition.parse({
    id: 'unnamed',
    name: UNNAMED,
    expression: { type: 'PQL', format: 'pql/text', value: text },
  });
  return withNeeded({ ...definition, id: UNNAMED }, catalog);
}

/** How the last of these segments is evaluated, and why. @throws PqlError where its expression makes no sense */
export function planOfLast(segments: readonly SegmentDefinition[], options: SegmentOptions): SegmentPlan {
  return compileNamed(segments, options).plans.get(segments.at(-1)!.id)!;
}

/** The segments as they would be with one more beside those that are published: what events keep of themselves then. */
export function publishedWith(catalog: Catalog, segments: readonly SegmentDefinition[]): SegmentSet {
  const added = new Set(segments.map(({ id }) => id));
  const published = catalog.segments.filter((segment) => isPublished(segment) && !added.has(segment.id));
  return compileNamed([...published, ...segments], segmentOptions(catalog));
}

/** The set, without the name of the unnamed one in its errors. @throws PqlError, SegmentSetError as `compileSegments` */
export function compileNamed(segments: readonly SegmentDefinition[], options: SegmentOptions): SegmentSet {
  try {
    return compileSegments(segments, options);
  } catch (error) {
    if (error instanceof PqlError && error.segmentId === UNNAMED) delete error.segmentId;
    throw error;
  }
}

function withNeeded(segment: SegmentDefinition, { segments }: Catalog): SegmentDefinition[] {
  const byId = new Map(segments.map((other) => [other.id, other]));
  const found = new Set<SegmentDefinition>();
  const visit = (one: SegmentDefinition): void => {
    if (found.has(one)) return;
    for (const { id } of segmentReferences(parsePql(one.expression.value))) {
      const needed = byId.get(id);
      if (needed) visit(needed);
    }
    found.add(one);
  };
  visit(segment);
  return [...found];
}
