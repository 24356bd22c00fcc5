import { stageRules } from '#core/catalog/rules.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { expireSlice } from '#core/jobs/expire-slice.ts';
import type { Pausing } from '#core/ports/conflict.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { ExpiryBooks } from '#core/profile/ports/expiry-books.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { createPartWorker, type PartDeps } from '#lambdas/runtime/part-worker.ts';

export interface ExpirePartDeps extends PartDeps, Pausing {
  readonly timeline: Timeline;
  readonly books: ExpiryBooks;
  readonly metrics: Metrics;
}

/**
 * A part of the job of expiry → what has expired by the time the job was started is gone; memberships and destinations
 * follow, as after every change of a profile.
 */
export const createWorker = (deps: ExpirePartDeps) =>
  createPartWorker(deps, {
    run: (items, job, catalog) =>
      expireSlice(items, { ...deps, rules: stageRules(catalog).expiry, now: job.startedAt }),
    counted({ events = 0, profiles = 0 }) {
      deps.metrics.count(METRICS.eventsExpired, events);
      deps.metrics.count(METRICS.profilesExpired, profiles);
    },
    async finishing(job, catalog) {
      // Under a newer one some timelines may follow the retentions of before: the next job does them all.
      if (catalog.version !== job.catalogVersion) return;
      await deps.books.keepRetentions(stageRules(catalog).expiry.eventDays);
    },
  });
