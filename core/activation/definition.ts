import { z } from 'zod';
import { aamDestination } from './destinations/aam/definition.ts';
import { DEFINITIONS } from './registry.ts';

/** `destinations/`: the id is the id of a connection that the stage was deployed with. */
export const destinationDefinition = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination]);
export type DestinationDefinition = z.output<typeof destinationDefinition>;
