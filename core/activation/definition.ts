import { z } from 'zod';
import { aamDestination } from './destinations/aam/definition.ts';
import { EDGE_DEFINITIONS, type EdgeDestinationDefinition } from './edge-destinations/registry.ts';
import { DEFINITIONS } from './registry.ts';

/** `destinations/`: `catalog apply` gives each a delivery lane, unless the stage has one of the same id. */
export const destinationDefinition = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination]);
export type DestinationDefinition = z.output<typeof destinationDefinition>;

/** What a file in `destinations/` may hold: also those that are part of answers to pages, and are sent nothing. */
export const writtenDestination = z.discriminatedUnion('type', [...DEFINITIONS, aamDestination, ...EDGE_DEFINITIONS]);
export type WrittenDestination = DestinationDefinition | EdgeDestinationDefinition;
