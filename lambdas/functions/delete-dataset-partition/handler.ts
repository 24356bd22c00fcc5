import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { PartitionMessage } from '#core/jobs/partition-message.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import type { Backoff } from '#core/ports/conflict.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { Operations } from '#core/record/operations.ts';
import { deleteFromItems } from '#core/revert/dataset/items.ts';
import { datasetOfDeletion } from '#core/revert/dataset/job-id.ts';
import { deleteObjects } from '#core/revert/dataset/objects.ts';
import { createPartitionWorker, type PartitionDeps } from '#lambdas/runtime/partition-worker.ts';
import type { QueueItem } from '#lambdas/runtime/sqs-handler.ts';

export interface DeleteDatasetPartitionDeps extends Omit<PartitionDeps, 'jobs'>, Backoff {
  /** The deletions of one dataset. */
  jobsOf(datasetId: string): Jobs;
  readonly timeline: Timeline;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Pick<Operations, 'transition'>;
}

/**
 * A part of the deletion of a dataset → its profile items and timelines have nothing of it any more. The last part that
 * ends also deletes its records where they are kept as objects: until then it can be seen what there is.
 */
export const createWorker =
  (deps: DeleteDatasetPartitionDeps) =>
  (item: QueueItem<PartitionMessage>): Promise<void> => {
    const datasetId = datasetOfDeletion(item.value.jobId);
    const work = createPartitionWorker(
      { ...deps, jobs: deps.jobsOf(datasetId) },
      {
        async run(items, _job, catalog) {
          rejectActive(datasetId, catalog);
          return await deleteFromItems(datasetId, items, deps);
        },
        counted() {},
        async finishing(_job, catalog) {
          rejectActive(datasetId, catalog);
          await deleteObjects(datasetId, deps);
        },
      },
    );
    return work(item);
  };

/** It has come back in the meantime: what it says counts again. */
function rejectActive(datasetId: string, catalog: CompiledCatalog): void {
  if (!catalog.datasets.has(datasetId)) return;
  throw new Error(`Dataset "${datasetId}" is in the active catalog again: its deletion has stopped half-way`);
}
