import { z } from 'zod';
import { PLAN_MODES } from './plan-adobe.ts';

/** `evaluation-settings/` (one file): whose rules decide how segments are evaluated (docs/segments.md). */
export const evaluationSettings = z.strictObject({
  mode: z.enum(PLAN_MODES).default('native'),
  inSegmentWithEvents: z.enum(['batch', 'streaming']).default('batch'),
});
export type EvaluationSettings = z.output<typeof evaluationSettings>;
