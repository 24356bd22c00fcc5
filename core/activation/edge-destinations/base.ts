import * as z from 'zod';
import { definitionId } from '#core/util/definition-id.ts';
import { destinationBase } from '../destination-base.ts';

/** Nothing is sent, so nobody can leave by mistake: there is no guard. */
const { guard: _guard, ...base } = destinationBase;

/** What the definitions of destinations at the edge share. */
export const edgeDestinationBase = {
  ...base,
  /** Datastreams whose answers have it; all of the catalog, when omitted. */
  datastreams: z.array(definitionId).min(1).optional(),
};
