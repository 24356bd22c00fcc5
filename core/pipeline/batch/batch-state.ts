import type { BatchTransitions } from '#core/record/batch-transitions.ts';
import type { Batch, CommitDecision, NewBatch, OutcomeCounts } from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import { addCounts, countFileRejection, NO_COUNTS } from '../counts.ts';

/** What has been written down about a batch since it was opened. */
export interface BatchBooks {
  readonly validatedChunks: number;
  readonly validated: OutcomeCounts;
  readonly completedChunks: number;
  readonly completed: OutcomeCounts;
  /** Why the file, or the rest of it, could not be read. */
  readonly rejection?: Rejection | undefined;
  readonly commitDecision?: CommitDecision | undefined;
  readonly transitions: BatchTransitions;
  /** Epoch ms: when each worker that is at one of its chunks has ended at the latest. */
  readonly leases: readonly number[];
}

/** A batch as it stands (aep.md §2.2, §2.3). */
export function batchOf(opened: NewBatch, progress: BatchBooks): Batch {
  const { validatedChunks, validated, completedChunks, commitDecision, transitions, leases } = progress;
  const failure = commitDecision === undefined || commitDecision === 'stitch' ? undefined : commitDecision.rejection;
  const rejection = failure ?? progress.rejection;
  const counts = failure ? failedAsWhole(validated, failure) : finishedCounts(opened, progress);
  return {
    ...opened,
    status: statusOf(opened, progress, failure !== undefined),
    validatedChunks,
    validated,
    completedChunks,
    counts,
    ...(commitDecision && { commitDecision }),
    ...(rejection && { rejection }),
    transitions,
    ...(leases.length > 0 && { busyUntil: Math.max(...leases) }),
  };
}

function statusOf({ chunks, ignored }: NewBatch, progress: BatchBooks, hasFailed: boolean): Batch['status'] {
  if (progress.transitions.reverted !== undefined) return 'inactive';
  if (progress.transitions.reverting !== undefined) return 'reverting';
  if (ignored !== undefined) return 'ignored';
  // Without a record there is nothing to be done.
  if (hasFailed || (chunks === 0 && progress.rejection)) return 'failed';
  if (progress.completedChunks < chunks) return 'processing';
  const { accepted, duplicate } = progress.completed;
  return progress.rejection && accepted + duplicate === 0 ? 'failed' : 'success';
}

/** A file of which nothing can be read has no chunks and counts as one rejected record. */
const finishedCounts = ({ chunks }: NewBatch, { completed, rejection }: BatchBooks): OutcomeCounts =>
  chunks === 0 && rejection ? countFileRejection(rejection) : completed;

function failedAsWhole(validated: OutcomeCounts, failure: Rejection): OutcomeCounts {
  const rest = failure.code === 'batch-failed' ? NO_COUNTS : countFileRejection(failure);
  return addCounts(failedCounts(validated), rest);
}

/** The outcomes of the records of a batch that failed: the good ones share its fate. */
export function failedCounts({ accepted: good, rejected, rejections }: OutcomeCounts): OutcomeCounts {
  const bad = { ...NO_COUNTS, rejected, rejections };
  return good === 0 ? bad : addCounts(bad, { ...NO_COUNTS, rejected: good, rejections: { 'batch-failed': good } });
}
