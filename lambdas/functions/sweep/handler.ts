import { createEvaluationJob, type EvaluationJobDeps } from '#lambdas/runtime/evaluation-job.ts';

/** Clock → membership of the items at which time alone may have changed something. */
export const createHandler = (deps: EvaluationJobDeps) =>
  createEvaluationJob(deps, { scope: 'changed', roots: ({ memberships, now }) => memberships.due(now()) });
