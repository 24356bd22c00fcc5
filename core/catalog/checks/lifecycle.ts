import { type Reference, segmentReferences } from '#core/segmentation/pql/check/segment-references.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { type Findings, type LoadedCatalog, placeOf } from '../loaded.ts';

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
  const message = (id: string): string => `the segment "${id}" is archived`;
  const hint = (id: string): string =>
    `${placeOf(archived.get(id)!, ['lifecycleState'])}: publish it again, or take it out here`;
  for (const loaded of catalog.segments) {
    const { definition } = loaded;
    // Of published segments it was said already that they are built on one that is not.
    if (!definition || definition.lifecycleState === 'archived' || definition.lifecycleState === 'published') continue;
    for (const { id, offset } of referencesOf(definition.expression.value)) {
      if (!archived.has(id)) continue;
      findings.within(loaded, ['expression', 'value'], offset, message(id), { hint: hint(id) });
    }
  }
  for (const loaded of catalog.destinations) {
    for (const [index, id] of loaded.definition?.segments.entries() ?? []) {
      if (archived.has(id)) findings.at(loaded, ['segments', index], message(id), { hint: hint(id) });
    }
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
