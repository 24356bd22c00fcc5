import { z } from 'zod';
import { aamDestination } from './destinations/aam/definition.ts';
import { DEFINITIONS } from './registry.ts';

/** `destinations/`: `catalog apply` gives each a delivery lane, unless the stage has one of the same id. */
export const destinationDefinition = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination]);
export type DestinationDefinition = z.output<typeof destinationDefinition>;
