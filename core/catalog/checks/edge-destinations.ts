import { type EdgeDestinationDefinition, edgeTypeOf } from '#core/activation/edge-destinations/registry.ts';
import { type FieldTree, lookUp } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Findings, Loaded } from '../loaded.ts';

/** Destinations that are part of answers to pages: their datastreams and attributes exist. */
export function checkEdgeDestination(
  loaded: Loaded<unknown>,
  destination: EdgeDestinationDefinition,
  datastreams: ReadonlySet<string>,
  union: FieldTree | undefined,
  findings: Findings,
): void {
  const type = edgeTypeOf(destination);
  for (const [i, id] of destination.datastreams?.entries() ?? []) {
    if (datastreams.has(id)) continue;
    findings.at(loaded, ['datastreams', i], `unknown datastream "${id}"`, { hint: didYouMean(id, datastreams) });
  }
  for (const { at, path } of type.attributes(destination)) {
    const found = lookUp(union ?? 'open', path.split('.'));
    if (found.known) continue;
    const hint = didYouMean(found.missing.split('.').at(-1)!, found.names);
    findings.at(loaded, at, `"${path}" is not an attribute of profiles`, { hint });
  }
  for (const { path, message, hint } of type.check?.(destination) ?? []) findings.at(loaded, path, message, { hint });
}
