import type { CatalogPort } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { hasAnythingToExpire } from '#core/jobs/expire-items.ts';
import { type StartDeps, type Started, startJob } from '#core/jobs/start-job.ts';
import type { AppliedRetentions } from '#core/profile/ports/applied-retentions.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface ExpireFunctionDeps extends StartDeps {
  readonly catalog: CatalogPort;
  readonly retentionStore: AppliedRetentions;
}

/**
 * Daily schedule, or the command line → a job that removes what has expired, its parts on their queue.
 * @returns null where nothing expires
 */
export function createHandler(deps: ExpireFunctionDeps) {
  return async (): Promise<Started | null> => {
    const catalog = await deps.catalog.current();
    const { expiry } = stageSettings(catalog);
    const started = (await hasAnythingToExpire(expiry, deps.retentionStore))
      ? await startJob(catalog.version, deps)
      : null;
    logBatch({ ...started, catalogVersion: catalog.version });
    return started;
  };
}
