import type { CompiledDataset } from '#core/ingestion/settings.ts';
import type { Batch, CommitDecision } from '#core/record/operations.ts';

/** Percent of a batch's records that may be rejected, where nobody says otherwise (aep.md §2.3). */
export const DEFAULT_THRESHOLD = 5;

/** Percent of rejected records above which a batch of the dataset fails (aep.md §2.3). */
export const thresholdOf = (dataset: CompiledDataset | undefined): number =>
  dataset?.definition.partialIngestionPercentage ?? DEFAULT_THRESHOLD;

type Validated = Pick<Batch, 'chunks' | 'validatedChunks' | 'validated' | 'partialIngestionPercentage' | 'rejection'>;

/**
 * What becomes of a batch whose records have all been looked at (aep.md §2.3): its good rows land when the bad ones
 * are at most the threshold, else the whole batch fails, and so does one that could not be read to its end.
 * @returns undefined while chunks are missing
 */
export function commitDecisionOf(batch: Validated): CommitDecision | undefined {
  const { chunks, validatedChunks, validated, partialIngestionPercentage: limit, rejection } = batch;
  if (validatedChunks < chunks) return undefined;
  if (rejection) return { rejection };
  const { accepted, rejected } = validated;
  // In whole numbers where it can be: 5 % of 100 records are five, whatever the fractions say.
  if (rejected * 100 <= limit * (accepted + rejected)) return 'stitch';
  const percent = ((rejected * 100) / (accepted + rejected)).toFixed(2);
  return {
    rejection: {
      code: 'batch-failed',
      message: `${rejected} of ${accepted + rejected} records were rejected, ${percent} %; none of the batch is ingested. Fix the rejected records or raise the dataset's partialIngestionPercentage, and upload the file again`,
      expected: `at most ${limit} % rejected records`,
      found: `${percent} %`,
    },
  };
}
