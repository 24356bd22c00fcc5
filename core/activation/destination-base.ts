import * as z from 'zod';
import { definitionId } from '#core/util/definition-id.ts';
import { type GuardSettings, guardSettings } from './guard-settings.ts';

export const destinationBase = {
  id: definitionId,
  name: z.string().optional(),
  description: z.string().optional(),
  /** Ids of the segments that are activated to this destination (aep.md §6.5: at most 250); one that is being set up has none. */
  segments: z.array(definitionId).max(250),
  enabled: z.boolean().default(true),
  /** How many profiles may leave an audience of it within a day before it is held. */
  guard: z.union([z.literal('off'), guardSettings]).optional(),
  /** What the destination does with data; policies are about these (aep.md §6.7). */
  marketingActions: z.array(z.string().min(1)).optional(),
};

/** Paths of profile attributes that are sent along (aep.md §6.5: at most 50). */
export const mappedAttributes = z.array(z.string()).max(50).default([]);

/** Paths without which a person is not told at all (aep.md §6.3). */
export const mandatoryAttributes = z.array(z.string()).max(50).optional();

export interface AnyDestination {
  readonly id: string;
  readonly type: string;
  readonly segments: readonly string[];
  readonly enabled: boolean;
  readonly guard?: 'off' | GuardSettings | undefined;
}
