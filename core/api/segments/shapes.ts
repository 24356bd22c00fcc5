import * as z from 'zod';
import { pqlFromJson } from '#core/segmentation/pql/json/from-json.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { whole } from '../management/paging.ts';

const expression = z
  .object({
    type: z.literal('PQL'),
    format: z.enum(['pql/text', 'pql/json']),
    value: z.union([z.string().min(1).max(100_000), z.looseObject({})]),
  })
  .transform(({ type, format, value }, context) => {
    if (format === 'pql/text' && typeof value === 'string') return { type, format, value };
    try {
      const tree: unknown = typeof value === 'string' ? JSON.parse(value) : value;
      return { type, format: 'pql/text' as const, value: pqlFromJson(tree) };
    } catch (error) {
      const message = error instanceof PqlError || error instanceof TypeError ? error.message : 'it is not JSON';
      context.addIssue({ code: 'custom', path: ['value'], message: `expected pql/json: ${message}` });
      return z.NEVER;
    }
  });

const state = z
  .enum(['draft', 'published', 'active', 'inactive', 'archived'])
  .transform((name) => (name === 'active' ? 'published' : name));

/**
 * A segment definition or an audience as clients of AEP write it. Members that this platform finds out itself (how it is
 * evaluated, by whom it was made) are omitted.
 */
export const writtenSegment = z.object({
  name: z.string().min(1).max(500),
  description: z.string().max(5_000).nullish(),
  type: z.literal('SegmentDefinition').optional(),
  expression,
  schema: z.object({ name: z.literal('_xdm.context.profile') }).optional(),
  mergePolicyId: z.string().min(1).nullish(),
  lifecycleState: state.optional(),
  dataGovernancePolicy: z.object({ excludeOptOut: z.boolean().optional() }).optional(),
});
export type WrittenSegment = z.output<typeof writtenSegment>;

export const segmentChange = writtenSegment.partial();

const limit = whole.pipe(z.int().min(1).max(1_000)).optional();

export const segmentQuery = z.object({
  limit,
  page: whole.optional(),
  start: whole.optional(),
  sort: z.string().max(100).optional(),
  'evaluationInfo.continuous.enabled': z.stringbool().optional(),
});

export const audienceQuery = z.object({
  limit,
  start: whole.optional(),
  sort: z.string().max(100).optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  entityType: z.string().optional(),
});

/** How many members an audience has; `data` is empty while counters do not have everybody yet. */
const metrics = z.object({
  type: z.literal('export'),
  jobId: z.string(),
  id: z.string(),
  data: z.object({
    totalProfiles: z.int().optional(),
    totalProfilesByMergePolicy: z.record(z.string(), z.int()).optional(),
  }),
  createEpoch: z.int().optional(),
  updateEpoch: z.int().optional(),
  asOf: z.iso.datetime().optional(),
});

export const segment = z.looseObject({
  id: z.string(),
  name: z.string(),
  expression: z.object({ type: z.string(), format: z.string(), value: z.string() }),
});

export const audience = segment.extend({ audienceId: z.string(), metrics });
