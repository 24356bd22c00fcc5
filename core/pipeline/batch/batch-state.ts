import type { Batch, NewBatch, OutcomeCounts, Verdict } from '#core/record/operations.ts';
import type { Refusal } from '#core/record/record.ts';
import { addCounts, countFileRefusal, NO_COUNTS } from '../counts.ts';

/** What has been written down about a batch since it was opened. */
export interface BatchProgress {
  readonly validatedChunks: number;
  readonly validated: OutcomeCounts;
  readonly completedChunks: number;
  readonly completed: OutcomeCounts;
  /** Why the file, or the rest of it, could not be read. */
  readonly refusal?: Refusal | undefined;
  readonly verdict?: Verdict | undefined;
}

/** A batch as it stands (aep.md §2.2, §2.3). */
export function batchOf(opened: NewBatch, progress: BatchProgress): Batch {
  const { validatedChunks, validated, completedChunks, verdict } = progress;
  const failure = verdict === undefined || verdict === 'stitch' ? undefined : verdict.refusal;
  const refusal = failure ?? progress.refusal;
  const counts = failure ? failedAsWhole(validated, failure) : finishedCounts(opened, progress);
  return {
    ...opened,
    status: statusOf(opened, progress, failure !== undefined),
    validatedChunks,
    validated,
    completedChunks,
    counts,
    ...(verdict && { verdict }),
    ...(refusal && { refusal }),
  };
}

function statusOf({ chunks }: NewBatch, progress: BatchProgress, hasFailed: boolean): Batch['status'] {
  if (hasFailed || chunks === 0) return 'failed';
  if (progress.completedChunks < chunks) return 'processing';
  const { accepted, duplicate } = progress.completed;
  return progress.refusal && accepted + duplicate === 0 ? 'failed' : 'success';
}

/** A file of which nothing can be read has no chunks and counts as one refused record. */
const finishedCounts = ({ chunks }: NewBatch, { completed, refusal }: BatchProgress): OutcomeCounts =>
  chunks === 0 && refusal ? countFileRefusal(refusal) : completed;

function failedAsWhole(validated: OutcomeCounts, failure: Refusal): OutcomeCounts {
  const rest = failure.code === 'batch-failed' ? NO_COUNTS : countFileRefusal(failure);
  return addCounts(failedCounts(validated), rest);
}

/** The outcomes of the records of a batch that failed: the good ones share its fate. */
export function failedCounts({ accepted: good, refused, refusals }: OutcomeCounts): OutcomeCounts {
  const bad = { ...NO_COUNTS, refused, refusals };
  return good === 0 ? bad : addCounts(bad, { ...NO_COUNTS, refused: good, refusals: { 'batch-failed': good } });
}
