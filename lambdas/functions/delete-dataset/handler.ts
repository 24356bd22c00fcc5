import { z } from 'zod';
import type { CatalogPort } from '#core/catalog/port.ts';
import { isActive } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import { type StartDeps, type Started, startJob } from '#core/jobs/start-job.ts';
import { deletionJobId } from '#core/revert/dataset/job-id.ts';
import { definitionId } from '#core/util/definition-id.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface DeleteDatasetDeps extends Omit<StartDeps, 'jobs'> {
  readonly catalog: CatalogPort;
  /** The deletions of one dataset. */
  jobsOf(datasetId: string): Jobs;
}

const request = z.strictObject({ datasetId: definitionId });

/**
 * The command line → a job that deletes all that is stored of a dataset which has left the catalog, its parts on their
 * queue; or the one that is doing so already, under whatever catalog.
 */
export function createHandler(deps: DeleteDatasetDeps) {
  return async (event: unknown): Promise<Started> => {
    const { datasetId } = request.parse(event);
    const catalog = await deps.catalog.current();
    if (catalog.datasets.has(datasetId)) {
      throw new Error(`Dataset "${datasetId}" is in the active catalog; take it out of there, and apply that, first`);
    }
    const jobs = deps.jobsOf(datasetId);
    const { current } = await jobs.latest();
    const version = current && isActive(current) ? current.catalogVersion : catalog.version;
    const started = await startJob(version, { ...deps, jobs, newId: () => deletionJobId(datasetId, deps.newId()) });
    logBatch({ ...started, datasetId, catalogVersion: version });
    return started;
  };
}
