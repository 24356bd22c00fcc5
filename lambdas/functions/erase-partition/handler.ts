import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import {
  eraseInFolders,
  type SearchedFolder,
  type SearchedStores,
  searchedFolders,
} from '#core/privacy/erase-objects.ts';
import type { Erasures } from '#core/privacy/ports/erasures.ts';
import { createJobWorker, type JobWorkerDeps } from '#lambdas/runtime/partition-worker.ts';

export interface ErasePartitionDeps extends Omit<JobWorkerDeps<SearchedFolder>, 'items'>, Backoff {
  readonly erasures: Erasures;
  readonly lake: SearchedStores['lake'];
  readonly quarantine: SearchedStores['quarantine'];
  readonly exports: SearchedStores['exports'];
}

/** A part of a pass → the objects of its folders hold nobody any more who was to be deleted when the pass began. */
export function createWorker({ lake, quarantine, exports, ...deps }: ErasePartitionDeps) {
  const stores = { lake, quarantine, exports };
  return createJobWorker<SearchedFolder>(
    { ...deps, items: searchedFolders(stores) },
    {
      run: (folders, job, catalog) => {
        const { datasets, normalForms } = catalog;
        const settings = { datasets, normalForms, links: stageSettings(catalog).evaluation.links };
        return eraseInFolders(folders, job, { ...deps, stores, settings });
      },
      counted() {},
    },
  );
}
