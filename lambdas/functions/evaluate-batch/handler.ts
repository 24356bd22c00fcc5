import type { CatalogPort } from '#core/catalog/port.ts';
import type { CountStore } from '#core/counts/ports/count-store.ts';
import type { Recounts } from '#core/counts/ports/recounts.ts';
import { recountedSeries } from '#core/counts/recount.ts';
import { type StartDeps, type Started, startJob } from '#core/jobs/start-job.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface EvaluateBatchDeps extends StartDeps {
  readonly catalog: CatalogPort;
  readonly counts: Pick<CountStore, 'totals'>;
  readonly recounts: Pick<Recounts, 'begin'>;
}

/**
 * Daily schedule, or the command line → a job that evaluates all segments of all profiles, its parts on their queue; or
 * the job that is doing so already.
 */
export function createHandler(deps: EvaluateBatchDeps) {
  return async (): Promise<Started> => {
    const { version, destinations, activeSince, routedSince = activeSince ?? 0 } = await deps.catalog.current();
    // Read before anything is counted anew: what changes from now on explains differences.
    const counted = await deps.counts.totals(recountedSeries(destinations.keys()));
    const started = await startJob(version, deps, { activeSince, routedSince });
    if (!started.joined) await deps.recounts.begin(started.jobId, counted);
    logBatch({ ...started, catalogVersion: version });
    return started;
  };
}
