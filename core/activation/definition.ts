import { z } from 'zod';
import { CONNECTION_TYPES } from '#core/contract/connections.ts';
import { aamDestination } from './aam/definition.ts';
import { DEFINITIONS } from './registry.ts';

/** `destinations/`: the id is the id of a connection that the stage was deployed with. */
export const destinationDefinition = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination]);
export type DestinationDefinition = z.output<typeof destinationDefinition>;

// A new type of destination must be added to both lists; this line does not compile otherwise.
CONNECTION_TYPES satisfies readonly DestinationDefinition['type'][];
