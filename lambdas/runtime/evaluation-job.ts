import { stageRules } from '#core/catalog/rules.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { IdentityKey } from '#core/identity/identity.ts';
import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import type { EvaluationScope } from '#core/segmentation/evaluate.ts';
import { evaluateMany, type ManyEvaluated } from '#core/segmentation/evaluate-many.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import { logBatch } from './log.ts';

export interface EvaluationJobDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly metrics: Metrics;
  readonly now: Clock;
  pause(attempt: number): Promise<void>;
}

export interface EvaluationJob {
  readonly scope: EvaluationScope;
  /** Which items to evaluate. */
  roots(deps: EvaluationJobDeps): AsyncIterable<IdentityKey>;
}

/** Evaluates the items a schedule is for. Fails at the end when some could not be evaluated: Lambda tries again. */
export function createEvaluationJob(deps: EvaluationJobDeps, job: EvaluationJob) {
  return async (): Promise<ManyEvaluated> => {
    const catalog = await deps.catalog.current();
    const { profiles, memberships, now, pause } = deps;
    const evaluation = { profiles, memberships, now, pause, rules: stageRules(catalog).evaluation };
    const result = await evaluateMany(job.roots(deps), evaluation, job.scope);
    deps.metrics.count(METRICS.membershipsEntered, result.entered);
    deps.metrics.count(METRICS.membershipsExited, result.exited);
    const { firstError, ...counts } = result;
    logBatch(counts);
    if (firstError) throw new Error(`${result.failed} of ${result.items} items failed`, { cause: firstError });
    return counts;
  };
}
