import type { CatalogPort } from '#core/catalog/port.ts';
import { type StartDeps, type Started, startJob } from '#core/jobs/start-job.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface EvaluateBatchDeps extends StartDeps {
  readonly catalog: CatalogPort;
}

/**
 * Daily schedule, or the command line → a job that evaluates all segments of all profiles, its parts on their queue; or
 * the job that is doing so already.
 */
export function createHandler(deps: EvaluateBatchDeps) {
  return async (): Promise<Started> => {
    const { version, activeSince, routedSince = activeSince ?? 0 } = await deps.catalog.current();
    const started = await startJob(version, deps, { activeSince, routedSince });
    logBatch({ ...started, catalogVersion: version });
    return started;
  };
}
