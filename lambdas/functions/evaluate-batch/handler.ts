import { stageRules } from '#core/catalog/rules.ts';
import type { Timeline } from '#core/ports/timeline.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { isProjected, reproject } from '#core/profile/reproject.ts';
import { createEvaluationJob, type EvaluationJobDeps } from '#lambdas/runtime/evaluation-job.ts';

export interface EvaluateBatchDeps extends EvaluationJobDeps {
  readonly timeline: Timeline;
}

/**
 * Daily schedule → all segments of all profiles; it also mends what streaming may have missed, and lets segments that
 * are new see what happened before them.
 */
export const createHandler = (deps: EvaluateBatchDeps) =>
  createEvaluationJob(deps, () => ({
    scope: 'all',
    items: deps.profiles.scan(),
    async prepare(item: ProfileItem, catalog) {
      const rules = stageRules(catalog).fold;
      if (!isProjected(item, rules)) await reproject(item.root, { ...deps, rules });
    },
  }));
