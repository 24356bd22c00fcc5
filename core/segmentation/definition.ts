import * as z from 'zod';

/** aep.md §5.1: where a definition is in its life. Only `published` segments are evaluated. */
const LIFECYCLE_STATES = ['draft', 'published', 'inactive', 'archived'] as const;

/** Published unless it says otherwise. */
export const lifecycleState = z.enum(LIFECYCLE_STATES).default('published');

/**
 * A segment (audience) definition as users write it; the keys are those of AEP's segment definition API (aep.md §5.1).
 * Strict: an unknown key is an error. `expression.value` is PQL text, see `pql/GRAMMAR.md`.
 */
export const segmentDefinition = z.strictObject({
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
      'letters, digits, "_", "." and "-", at most 128, first a letter or digit',
    ),
  name: z.string().min(1),
  description: z.string().optional(),
  /** What a segment is made of: people. Definitions of AEP say so, here it goes without saying. */
  schema: z.strictObject({ name: z.literal('_xdm.context.profile') }).optional(),
  expression: z.strictObject({
    type: z.literal('PQL'),
    format: z.literal('pql/text'),
    value: z.string().min(1),
  }),
  mergePolicyId: z.string().min(1).optional(),
  lifecycleState,
  dataGovernancePolicy: z
    .strictObject({
      /** Kept as given. Profiles that opted out of everything are always left out (`general_opt_out`, aep.md §5.4). */
      excludeOptOut: z.boolean().default(true),
    })
    .default({ excludeOptOut: true }),
});

/** A validated definition, defaults filled in. */
export type SegmentDefinition = z.output<typeof segmentDefinition>;
