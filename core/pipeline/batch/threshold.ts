import type { CompiledDataset } from '#core/ingestion/settings.ts';
import type { Batch, Verdict } from '#core/record/operations.ts';

/** Percent of a batch's records that may be refused, where nobody says otherwise (aep.md §2.3). */
export const DEFAULT_THRESHOLD = 5;

export const thresholdOf = (dataset: CompiledDataset | undefined): number =>
  dataset?.definition.partialIngestionPercentage ?? DEFAULT_THRESHOLD;

type Validated = Pick<Batch, 'chunks' | 'validatedChunks' | 'validated' | 'partialIngestionPercentage' | 'refusal'>;

/**
 * What becomes of a batch whose records have all been looked at (aep.md §2.3): its good rows land when the bad ones
 * are at most the threshold, else the whole batch fails, and so does one that could not be read to its end.
 * @returns undefined while chunks are missing
 */
export function verdictOf(batch: Validated): Verdict | undefined {
  const { chunks, validatedChunks, validated, partialIngestionPercentage: limit, refusal } = batch;
  if (validatedChunks < chunks) return undefined;
  if (refusal) return { refusal };
  const { accepted, refused } = validated;
  // In whole numbers where it can be: 5 % of 100 records are five, whatever the fractions say.
  if (refused * 100 <= limit * (accepted + refused)) return 'stitch';
  const percent = ((refused * 100) / (accepted + refused)).toFixed(2);
  return {
    refusal: {
      code: 'batch-failed',
      message: `${refused} of ${accepted + refused} records were refused, ${percent} %; none of the batch is taken in. Mend the refused records or raise the dataset's partialIngestionPercentage, and upload the file again`,
      expected: `at most ${limit} % refused records`,
      found: `${percent} %`,
    },
  };
}
