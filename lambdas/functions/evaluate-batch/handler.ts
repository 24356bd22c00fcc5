import { stageRules } from '#core/catalog/rules.ts';
import type { EvaluationRuns } from '#core/ports/evaluation-runs.ts';
import type { Timeline } from '#core/ports/timeline.ts';
import type { ProfileItem } from '#core/profile/profile-item.ts';
import { isProjected, reproject } from '#core/profile/reproject.ts';
import type { ManyEvaluated } from '#core/segmentation/evaluate-many.ts';
import { createEvaluationJob, type EvaluationJobDeps } from '#lambdas/runtime/evaluation-job.ts';

export interface EvaluateBatchDeps extends EvaluationJobDeps {
  readonly timeline: Timeline;
  readonly runs: EvaluationRuns;
}

/**
 * Daily schedule → all segments of all profiles; it also mends what streaming may have missed, and lets segments that
 * are new see what happened before them. What it mends is counted where nothing else explains the change: neither a
 * catalog that is another one than at the last run, nor events that had to be chosen anew.
 */
export function createHandler(deps: EvaluateBatchDeps) {
  return async (): Promise<ManyEvaluated> => {
    const { version } = await deps.catalog.current();
    const isKnown = (await deps.runs.last())?.catalogVersion === version;
    const startedAt = deps.now();
    const evaluateAll = createEvaluationJob(deps, () => ({
      scope: 'all',
      items: deps.profiles.scan(),
      async prepare(item: ProfileItem, catalog) {
        const rules = stageRules(catalog).fold;
        if (isProjected(item, rules)) return { isStreamed: isKnown && catalog.version === version };
        await reproject(item.root, { ...deps, rules });
        return { isStreamed: false };
      },
    }));
    const counts = await evaluateAll();
    await deps.runs.finish({ startedAt, finishedAt: deps.now(), catalogVersion: version, counts });
    return counts;
  };
}
