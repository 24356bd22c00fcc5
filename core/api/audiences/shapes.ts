import * as z from 'zod';

const named = z.object({ id: z.string(), name: z.string() });

const estimate = z.object({
  count: z.int(),
  low: z.int(),
  high: z.int(),
  sampled: z.int(),
  total: z.int(),
  confidence: z.number(),
});

const plan = z.object({
  method: z.enum(['edge', 'streaming', 'batch']),
  reasons: z.array(z.string()),
  latency: z.string(),
  timedChanges: z.string(),
});

const change = { at: z.string(), by: z.string().optional(), comment: z.string().optional() };

export const audience = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  state: z.enum(['draft', 'active', 'paused', 'archived']),
  rule: z.string(),
  mergePolicyId: z.string().optional(),
  /** Omitted where the rule needs repair. */
  plan: plan.optional(),
  needsRepair: z.string().optional(),
  dependencies: z.array(z.string()),
  dependents: z.array(z.string()),
  destinations: z.array(named.extend({ enabled: z.boolean() })),
  activities: z.array(named),
  changed: z.object(change).optional(),
});

export const field = z.object({
  of: z.enum(['profile', 'event']),
  path: z.array(z.string()),
  title: z.string().optional(),
  types: z.array(z.string()),
  isList: z.boolean(),
  format: z.string().optional(),
  values: z.array(z.object({ value: z.union([z.string(), z.number()]), title: z.string().optional() })).optional(),
});

export const checkedRule = z.object({
  pql: z.string().min(1).max(100_000),
  mergePolicyId: z.string().min(1).max(500).optional(),
});

const mistake = z.object({
  message: z.string(),
  line: z.int(),
  column: z.int(),
  expected: z.string().optional(),
  hint: z.string().optional(),
});

const violation = z.object({
  policy: z.string(),
  name: z.string(),
  labels: z.array(z.string()),
  marketingActions: z.array(z.string()),
});

/** Where there are problems, nothing is counted. */
export const ruleCheck = z.object({
  problems: z.array(mistake),
  doubts: z.array(mistake),
  asOf: z.string().optional(),
  estimate: estimate.optional(),
  optedOut: estimate.optional(),
  plan: plan.optional(),
  parts: z.array(plan.extend({ text: z.string(), estimate })).optional(),
  destinations: z.array(named.extend({ violations: z.array(violation) })).optional(),
});

export const pastChange = z.object({
  version: z.string(),
  ...change,
  change: z.enum(['added', 'changed', 'removed']),
  definition: z.looseObject({}).optional(),
});
