import { stageSettings } from '#core/catalog/stage-settings.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { expireItems } from '#core/jobs/expire-items.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import type { AppliedRetentions } from '#core/profile/ports/applied-retentions.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import { createPartitionWorker, type PartitionDeps } from '#lambdas/runtime/partition-worker.ts';

export interface ExpirePartitionDeps extends PartitionDeps, Backoff {
  readonly timeline: Timeline;
  readonly retentionStore: AppliedRetentions;
  readonly metrics: Metrics;
}

/**
 * A part of the job of expiry → what has expired by the time the job was started is gone; memberships and destinations
 * follow, as after every change of a profile.
 */
export const createWorker = (deps: ExpirePartitionDeps) =>
  createPartitionWorker(deps, {
    run: (items, job, catalog) =>
      expireItems(items, { ...deps, settings: stageSettings(catalog).expiry, now: job.startedAt }),
    counted({ events = 0, profiles = 0 }) {
      deps.metrics.count(METRICS.eventsExpired, events);
      deps.metrics.count(METRICS.profilesExpired, profiles);
    },
    async finishing(job, catalog) {
      // Under a newer one some timelines may follow the retentions of before: the next job does them all.
      if (catalog.version !== job.catalogVersion) return;
      await deps.retentionStore.writeRetentions(stageSettings(catalog).expiry.eventDays);
    },
  });
