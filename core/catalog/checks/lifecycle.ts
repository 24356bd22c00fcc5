import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { type Reference, segmentReferences } from '#core/segmentation/pql/check/segment-references.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { type Findings, type Loaded, type LoadedCatalog, placeOf } from '../loaded.ts';

/**
 * A segment is not put away while others are built on it or destinations are told of it (aep.md §5.1; docs/segments.md,
 * "Its life").
 */
export function checkLifecycle(catalog: LoadedCatalog, findings: Findings): void {
  const archived = new Map(
    catalog.segments.flatMap((loaded) =>
      loaded.definition?.lifecycleState === 'archived' ? [[loaded.definition.id, loaded] as const] : [],
    ),
  );
  if (archived.size === 0) return;
  const segments: Archived = { has: (id) => archived.has(id), about: (id) => about(id, archived.get(id)!), findings };
  for (const loaded of catalog.segments) checkSegment(loaded, segments);
  for (const loaded of catalog.destinations) {
    for (const [index, id] of loaded.definition?.segments.entries() ?? []) {
      if (archived.has(id)) findings.at(loaded, ['segments', index], ...segments.about(id));
    }
  }
}

/** Segments that are put away. */
interface Archived {
  has(id: string): boolean;
  /** What is said where one of them is used. */
  about(id: string): [message: string, more: { readonly hint: string }];
  readonly findings: Findings;
}

const about = (id: string, loaded: Loaded<unknown>): ReturnType<Archived['about']> => [
  `the segment "${id}" is archived`,
  { hint: `${placeOf(loaded, ['lifecycleState'])}: publish it again, or remove it here` },
];

function checkSegment(loaded: Loaded<SegmentDefinition>, { has, about, findings }: Archived): void {
  const { definition } = loaded;
  // Of published segments it was said already that they are built on one that is not.
  if (!definition || definition.lifecycleState === 'archived' || definition.lifecycleState === 'published') return;
  for (const { id, offset } of referencesOf(definition.expression.value)) {
    if (has(id)) findings.within(loaded, ['expression', 'value'], offset, ...about(id));
  }
}

function referencesOf(text: string): readonly Reference[] {
  try {
    return segmentReferences(parsePql(text));
  } catch (error) {
    if (error instanceof PqlError) return [];
    throw error;
  }
}
