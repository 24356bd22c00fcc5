import { z } from 'zod';
import { definitionId as id } from '#core/util/definition-id.ts';

/** `merge-policies/` (aep.md §4.1) */
export const mergePolicyDefinition = z.strictObject({
  id,
  name: z.string().optional(),
  default: z.boolean().default(false),
  identityGraph: z.strictObject({ type: z.enum(['pdg', 'none']) }).default({ type: 'pdg' }),
  attributeMerge: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('timestampOrdered') }),
      z.strictObject({ type: z.literal('dataSetPrecedence'), order: z.array(id).min(1) }),
    ])
    .default({ type: 'timestampOrdered' }),
  /**
   * Which of several values of one consent or opt-out counts: the strictest where it is omitted; the latest; or that of
   * the first dataset in the order.
   */
  consentMerge: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('strictest') }),
      z.strictObject({ type: z.literal('timestampOrdered') }),
      z.strictObject({ type: z.literal('dataSetPrecedence'), order: z.array(id).min(1) }),
    ])
    .optional(),
});
export type MergePolicyDefinition = z.output<typeof mergePolicyDefinition>;
