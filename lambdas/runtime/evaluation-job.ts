import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageRules } from '#core/catalog/rules.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { IdentityKey } from '#core/identity/identity.ts';
import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import type { EvaluationScope } from '#core/segmentation/evaluate.ts';
import { evaluateMany, type ManyEvaluated, type Prepared } from '#core/segmentation/evaluate-many.ts';
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

export interface EvaluationJob<T extends { readonly root: IdentityKey }> {
  readonly scope: EvaluationScope;
  /** Which items to evaluate. */
  readonly items: AsyncIterable<T>;
  /** What has to be done with an item before. */
  prepare?(item: T, catalog: CompiledCatalog): Promise<Prepared>;
}

/** Evaluates the items a schedule is for. Fails at the end when some could not be evaluated: Lambda tries again. */
export function createEvaluationJob<T extends { readonly root: IdentityKey }>(
  deps: EvaluationJobDeps,
  jobAt: (now: number) => EvaluationJob<T>,
) {
  return async (): Promise<ManyEvaluated> => {
    const catalog = await deps.catalog.current();
    const { profiles, memberships, now, pause } = deps;
    const evaluation = { profiles, memberships, now, pause, rules: stageRules(catalog).evaluation };
    const { items, scope, prepare } = jobAt(now());
    const result = await evaluateMany(items, evaluation, scope, prepare && ((item) => prepare(item, catalog)));
    deps.metrics.count(METRICS.membershipsEntered, result.entered);
    deps.metrics.count(METRICS.membershipsExited, result.exited);
    deps.metrics.count(METRICS.membershipsRepaired, result.repaired);
    const { firstError, ...counts } = result;
    logBatch(counts);
    if (firstError) throw new Error(`${result.failed} of ${result.items} items failed`, { cause: firstError });
    return counts;
  };
}
