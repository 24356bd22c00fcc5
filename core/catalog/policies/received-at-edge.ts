import { type EdgeDestinationDefinition, edgeTypeOf } from '#core/activation/edge-destinations/registry.ts';
import type { Received } from './lineage.ts';

/** What a destination that is part of answers gets of people: no identity. Apart, since the edge knows no other types. */
export const receivedAtEdge = (destination: EdgeDestinationDefinition): Received => ({
  attributes: edgeTypeOf(destination)
    .attributes(destination)
    .map(({ path }) => path),
  accepts: () => false,
});
