import type { z } from 'zod';
import type { EdgeDestination } from '../destination-type.ts';
import { customPersonalization } from './custom-personalization.ts';
import { edgeCookie } from './edge-cookie.ts';
import { edgeUrl } from './edge-url.ts';

export const EDGE_DEFINITIONS = [customPersonalization.definition, edgeCookie.definition, edgeUrl.definition] as const;

export type EdgeDestinationDefinition = z.output<(typeof EDGE_DEFINITIONS)[number]>;

const TYPES: ReadonlyMap<string, EdgeDestination<EdgeDestinationDefinition>> = new Map(
  [customPersonalization, edgeCookie, edgeUrl].map((type) => [
    type.name,
    type as unknown as EdgeDestination<EdgeDestinationDefinition>,
  ]),
);

/** Whether a destination is part of answers to pages, and has no lane: nothing is sent to it. */
export const isEdgeDestination = (destination: { readonly type: string }): destination is EdgeDestinationDefinition =>
  TYPES.has(destination.type);

/** The type of a destination at the edge. */
export const edgeTypeOf = (destination: EdgeDestinationDefinition): EdgeDestination<EdgeDestinationDefinition> =>
  TYPES.get(destination.type)!;
