import { z } from 'zod';
import { DESTINATION_KINDS } from '#core/contract/delivery-lanes.ts';
import { aamDestination } from './aam/definition.ts';
import { DEFINITIONS } from './registry.ts';

/** `destinations/`: the id is the id of a connection that the stage was deployed with. */
export const destinationDefinition = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination]);
export type DestinationDefinition = z.output<typeof destinationDefinition>;

// A new type of destination must be added to both lists; this line does not compile otherwise.
DESTINATION_KINDS satisfies readonly DestinationDefinition['type'][];
