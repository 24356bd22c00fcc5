import type { IdentityKey } from '#core/identity/identity.ts';
import { createEvaluationJob, type EvaluationJobDeps } from '#lambdas/runtime/evaluation-job.ts';

/** Clock → membership of the items at which time alone may have changed something. */
export const createHandler = (deps: EvaluationJobDeps) =>
  createEvaluationJob(deps, (now) => ({ scope: 'changed', items: asItems(deps.memberships.due(now)) }));

async function* asItems(roots: AsyncIterable<IdentityKey>): AsyncIterable<{ readonly root: IdentityKey }> {
  for await (const root of roots) yield { root };
}
