import { rootsOf } from '#core/segmentation/evaluate-many.ts';
import { createEvaluationJob, type EvaluationJobDeps } from '#lambdas/runtime/evaluation-job.ts';

/** Daily schedule → all segments of all profiles; it also mends what streaming may have missed. */
export const createHandler = (deps: EvaluationJobDeps) =>
  createEvaluationJob(deps, { scope: 'all', roots: ({ profiles }) => rootsOf(profiles) });
