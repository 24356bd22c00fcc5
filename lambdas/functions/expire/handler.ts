import { stageRules } from '#core/catalog/rules.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ExpiryBooks } from '#core/ports/expiry-books.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ProfileStore } from '#core/ports/profile-store.ts';
import type { Timeline } from '#core/ports/timeline.ts';
import { type Expired, expire } from '#core/profile/expiry/expire.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface ExpireFunctionDeps {
  readonly catalog: CatalogPort;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly books: ExpiryBooks;
  readonly metrics: Metrics;
  readonly now: Clock;
  pause(attempt: number): Promise<void>;
}

/** Daily schedule → what has expired is gone; memberships and destinations follow, as after every change of a profile. */
export function createHandler(deps: ExpireFunctionDeps) {
  return async (): Promise<Expired> => {
    const { catalog, metrics, now, ...ports } = deps;
    const rules = stageRules(await catalog.current()).expiry;
    const { firstError, ...counts } = await expire({ ...ports, rules, now: now() });
    metrics.count(METRICS.eventsExpired, counts.events);
    metrics.count(METRICS.profilesExpired, counts.profiles);
    logBatch(counts);
    if (firstError) throw new Error(`${counts.failed} of ${counts.items} items failed`, { cause: firstError });
    return counts;
  };
}
