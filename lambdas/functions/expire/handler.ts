import type { CatalogPort } from '#core/catalog/port.ts';
import { stageRules } from '#core/catalog/rules.ts';
import { hasAnythingToExpire } from '#core/jobs/expire-slice.ts';
import { type StartDeps, type Started, startJob } from '#core/jobs/start-job.ts';
import type { ExpiryBooks } from '#core/profile/ports/expiry-books.ts';
import { logBatch } from '#lambdas/runtime/log.ts';

export interface ExpireFunctionDeps extends StartDeps {
  readonly catalog: CatalogPort;
  readonly books: ExpiryBooks;
}

/**
 * Daily schedule, or the command line → a job that removes what has expired, its parts on their queue.
 * @returns null where nothing expires
 */
export function createHandler(deps: ExpireFunctionDeps) {
  return async (): Promise<Started | null> => {
    const catalog = await deps.catalog.current();
    const { expiry } = stageRules(catalog);
    const started = (await hasAnythingToExpire(expiry, deps.books)) ? await startJob(catalog.version, deps) : null;
    logBatch({ ...started, catalogVersion: catalog.version });
    return started;
  };
}
